package io.pepper.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.pepper.export.PartitionManifest;
import io.pepper.measure.internal.Quantiles;
import io.pepper.onnx.ModelCosts;
import io.pepper.partition.NoSuchPartitionException;
import io.pepper.session.PartitionedSession;
import io.pepper.session.RandomInputs;
import io.pepper.session.SessionOptions;
import io.pepper.session.StageOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * The time of parts one after another, compared with the whole model, for a list of models. Whole and parts run in
 * turns in one process, so that slow periods of the machine affect both; the ratio is that of the medians.
 */
public final class PartsTable {
    private static final int TURNS = 60;
    private static final int WARM_UP = 5;
    private static final long SEED = 42;
    private static final double MILLIS = 1e3;

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private PartsTable() {}

    /**
     * Prints the table.
     *
     * @param args a list of models with the sizes of their inputs, and the directory of the models
     * @throws IOException if a model cannot be read, or a part not be written
     * @throws OrtException if ONNX Runtime refuses a model
     */
    public static void main(String[] args) throws IOException, OrtException {
        if (args.length != 2) {
            throw new IllegalArgumentException("two arguments are needed: the list of models, and their directory");
        }
        PartsTable table = new PartsTable();
        table.out.println(
                "| model | threads | whole | 2 parts | 4 parts | 2 parts at stage ends | 4 parts at stage ends |");
        table.out.println("|---|---|---|---|---|---|---|");
        for (ListedModel listed : ListedModel.read(Path.of(args[0]), Path.of(args[1]))) {
            for (int threads : new int[] {1, 2}) {
                table.row(listed, threads);
            }
        }
    }

    private void row(ListedModel listed, int threads) throws IOException, OrtException {
        StringBuilder cells = new StringBuilder();
        double whole = 0;
        for (boolean ends : new boolean[] {false, true}) {
            for (int parts : new int[] {2, 4}) {
                try {
                    double[] seconds = compare(listed, parts, ends, threads);
                    whole = seconds[0];
                    cells.append(String.format(Locale.ROOT, " %.3f |", seconds[1] / seconds[0]));
                } catch (NoSuchPartitionException tooFew) {
                    cells.append(" – |");
                }
            }
        }
        out.printf(Locale.ROOT, "| %s | %d | %.1f ms |%s%n", listed.name(), threads, MILLIS * whole, cells);
    }

    /** The medians of the whole and of the parts, in seconds. */
    private static double[] compare(ListedModel listed, int parts, boolean ends, int threads)
            throws IOException, OrtException {
        try (PartsDirectory directory = new PartsDirectory()) {
            PartitionManifest manifest = listed.export(
                    parts,
                    ends ? ModelCosts::cutOptionsAtStageEnds : ModelCosts::cutOptionsBetweenKernels,
                    directory.path());
            SessionOptions options = SessionOptions.DEFAULTS.withStages(
                    StageOptions.DEFAULTS.withThreads(threads).withSpinning(false));
            Map<String, OnnxTensor> inputs = RandomInputs.of(directory.path(), manifest.inputs(), listed.sizes(), SEED);
            try (OrtSession.SessionOptions plain = new OrtSession.SessionOptions()) {
                plain.setIntraOpNumThreads(threads);
                plain.addConfigEntry("session.intra_op.allow_spinning", "0");
                try (OrtSession whole = OrtEnvironment.getEnvironment()
                                .createSession(listed.file().toString(), plain);
                        PartitionedSession session = PartitionedSession.open(directory.path(), options)) {
                    return turns(whole, session, inputs);
                }
            } finally {
                inputs.values().forEach(OnnxTensor::close);
            }
        }
    }

    private static double[] turns(OrtSession whole, PartitionedSession session, Map<String, OnnxTensor> inputs)
            throws IOException, OrtException {
        double[] wholeSeconds = new double[TURNS];
        double[] partsSeconds = new double[TURNS];
        for (int turn = -WARM_UP; turn < TURNS; turn++) {
            long begin = System.nanoTime();
            whole.run(inputs).close();
            long middle = System.nanoTime();
            session.run(inputs).close();
            long end = System.nanoTime();
            wholeSeconds[Math.max(turn, 0)] = (middle - begin) * 1e-9;
            partsSeconds[Math.max(turn, 0)] = (end - middle) * 1e-9;
        }
        return new double[] {
            Quantiles.of(wholeSeconds).median(), Quantiles.of(partsSeconds).median()
        };
    }
}
