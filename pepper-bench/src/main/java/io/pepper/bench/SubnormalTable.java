package io.pepper.bench;

import com.google.protobuf.ByteString;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.runtime.ModelTimer;
import io.pepper.runtime.Quantiles;
import io.pepper.runtime.TimingOptions;
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
 * What weights that are subnormal numbers cost: models as they are against the same with 0 in the place of these weights. Both run in
 * turns in one process, on one thread, so that a machine that is slow for a while is slow for both; the ratio is that of the medians.
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
        ModelProto model = ModelProto.parseFrom(Files.readAllBytes(listed.file()));
        ModelProto flushed = model.toBuilder().setGraph(flush(model.getGraph())).build();
        if (subnormal == 0) {
            return;
        }
        Path file = Files.createTempFile("flushed", ".onnx");
        try {
            Files.write(file, flushed.toByteArray());
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

    private GraphProto flush(GraphProto graph) {
        GraphProto.Builder made = graph.toBuilder();
        for (int i = 0; i < graph.getInitializerCount(); i++) {
            made.setInitializer(i, flush(graph.getInitializer(i)));
        }
        for (int i = 0; i < graph.getNodeCount(); i++) {
            if (graph.getNode(i).getOpType().equals("Constant")) {
                made.setNode(i, flush(graph.getNode(i)));
            }
        }
        return made.build();
    }

    private NodeProto flush(NodeProto constant) {
        NodeProto.Builder made = constant.toBuilder();
        for (AttributeProto.Builder attribute : made.getAttributeBuilderList()) {
            if (attribute.hasT()) {
                attribute.setT(flush(attribute.getT()));
            }
        }
        return made.build();
    }

    private TensorProto flush(TensorProto tensor) {
        if (tensor.getDataType() != TensorProto.DataType.FLOAT_VALUE) {
            return tensor;
        }
        TensorProto.Builder made = tensor.toBuilder();
        for (int i = 0; i < tensor.getFloatDataCount(); i++) {
            made.setFloatData(i, flush(tensor.getFloatData(i)));
        }
        if (tensor.hasRawData()) {
            ByteBuffer numbers =
                    ByteBuffer.wrap(tensor.getRawData().toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
            for (int at = 0; at < numbers.capacity(); at += Float.BYTES) {
                numbers.putFloat(at, flush(numbers.getFloat(at)));
            }
            made.setRawData(ByteString.copyFrom(numbers));
        }
        return made.build();
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
