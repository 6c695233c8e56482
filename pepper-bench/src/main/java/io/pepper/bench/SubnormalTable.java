package io.pepper.bench;

import com.google.protobuf.ByteString;
import io.pepper.measure.ModelTimer;
import io.pepper.measure.TimingOptions;
import io.pepper.measure.internal.Quantiles;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorProto;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/**
 * The cost of weights that are subnormal numbers: models compared with copies in which these weights are 0. Both run in
 * turns in one process, on one thread, so that slow periods of the machine affect both; the ratio is that of the
 * medians.
 */
public final class SubnormalTable {
    private static final int TURNS = 40;
    private static final double MILLIS = 1e3;
    private static final TimingOptions TIMING =
            TimingOptions.DEFAULTS.withRuns(3, 100).withBudget(Duration.ofMillis(50));

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private long weights;
    private long subnormal;

    private SubnormalTable() {}

    /**
     * Prints a row for each model that has such weights.
     *
     * @param args a list of models with the sizes of their inputs, and the directory of the models
     * @throws IOException if a model cannot be read
     */
    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            throw new IllegalArgumentException("two arguments are needed: the list of models, and their directory");
        }
        SubnormalTable table = new SubnormalTable();
        table.out.println("| model | weights | subnormal | as it is | with 0 for them | ratio |");
        table.out.println("|---|---|---|---|---|---|");
        for (ListedModel listed : ListedModel.read(Path.of(args[0]), Path.of(args[1]))) {
            table.row(listed);
        }
    }

    private void row(ListedModel listed) throws IOException {
        weights = 0;
        subnormal = 0;
        ModelProto.Builder model = ModelProto.parseFrom(Files.readAllBytes(listed.file())).toBuilder();
        flush(model.getGraphBuilder());
        if (subnormal == 0) {
            return;
        }
        Path file = Files.createTempFile("flushed", ".onnx");
        try {
            Files.write(file, model.build().toByteArray());
            double[] medians = medians(listed, file);
            out.printf(
                    Locale.ROOT,
                    "| %s | %,d | %,d | %.2f ms | %.2f ms | %.2f |%n",
                    listed.name(),
                    weights,
                    subnormal,
                    MILLIS * medians[0],
                    MILLIS * medians[1],
                    medians[1] / medians[0]);
        } finally {
            Files.delete(file);
        }
    }

    private static double[] medians(ListedModel listed, Path flushed) throws IOException {
        TimingOptions timing = TIMING.withSizes(listed.sizes());
        double[][] seconds = new double[2][TURNS];
        try (ModelTimer asIs = ModelTimer.open(listed.file(), timing);
                ModelTimer zeros = ModelTimer.open(flushed, timing)) {
            for (int turn = 0; turn < TURNS; turn++) {
                seconds[0][turn] = asIs.measure().medianSeconds();
                seconds[1][turn] = zeros.measure().medianSeconds();
            }
        }
        return new double[] {
            Quantiles.of(seconds[0]).median(), Quantiles.of(seconds[1]).median()
        };
    }

    private void flush(GraphProto.Builder graph) {
        graph.getInitializerBuilderList().forEach(this::flush);
        for (NodeProto.Builder node : graph.getNodeBuilderList()) {
            if (node.getOpType().equals("Constant")) {
                node.getAttributeBuilderList().stream()
                        .filter(AttributeProto.Builder::hasT)
                        .forEach(attribute -> flush(attribute.getTBuilder()));
            }
        }
    }

    private void flush(TensorProto.Builder tensor) {
        if (tensor.getDataType() != TensorProto.DataType.FLOAT_VALUE) {
            return;
        }
        for (int i = 0; i < tensor.getFloatDataCount(); i++) {
            tensor.setFloatData(i, flush(tensor.getFloatData(i)));
        }
        if (tensor.hasRawData()) {
            ByteBuffer numbers =
                    ByteBuffer.wrap(tensor.getRawData().toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
            for (int at = 0; at < numbers.capacity(); at += Float.BYTES) {
                numbers.putFloat(at, flush(numbers.getFloat(at)));
            }
            tensor.setRawData(ByteString.copyFrom(numbers));
        }
    }

    private float flush(float weight) {
        weights++;
        if (weight == 0 || Math.abs(weight) >= Float.MIN_NORMAL) {
            return weight;
        }
        subnormal++;
        return 0;
    }
}
