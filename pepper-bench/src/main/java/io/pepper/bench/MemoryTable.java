package io.pepper.bench;

import ai.onnxruntime.OnnxTensor;
import io.pepper.onnx.ModelCosts;
import io.pepper.session.PartitionedSession;
import io.pepper.session.RandomInputs;
import io.pepper.session.SessionOptions;
import io.pepper.session.StageOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The memory of the parts of a partition in one process, one after another, for a list of models: the process's peak
 * (Linux's {@code VmHWM}), including the JVM, each in a separate process.
 */
public final class MemoryTable {
    private static final int RUNS = 6;
    private static final long SEED = 42;
    private static final double KIBI = 1024;

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private MemoryTable() {}

    /**
     * Prints the table, or, with four arguments, the peak of one of its cells.
     *
     * @param args a list of models with the sizes of their inputs, and the directory of the models; and for one cell
     *     the index of the model in the list, the number of parts, and whether memory patterns are on
     * @throws IOException if a model cannot be read or run
     * @throws InterruptedException if it is interrupted
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length != 2 && args.length != 5) {
            throw new IllegalArgumentException("two arguments are needed: the list of models, and their directory");
        }
        List<ListedModel> models = ListedModel.read(Path.of(args[0]), Path.of(args[1]));
        MemoryTable table = new MemoryTable();
        if (args.length == 5) {
            table.cell(models.get(Integer.parseInt(args[2])), Integer.parseInt(args[3]), Boolean.parseBoolean(args[4]));
            return;
        }
        table.out.println(
                "| model | whole | 2 parts | 4 parts | whole, no pattern | 2 parts, no pattern | 4 parts, no pattern |");
        table.out.println("|---|---|---|---|---|---|---|");
        for (int i = 0; i < models.size(); i++) {
            StringBuilder cells = new StringBuilder();
            for (boolean pattern : new boolean[] {true, false}) {
                for (int parts : new int[] {1, 2, 4}) {
                    cells.append(String.format(Locale.ROOT, " %.0f MiB |", peak(args, i, parts, pattern) / KIBI));
                }
            }
            table.out.println("| " + models.get(i).name() + " |" + cells);
        }
    }

    private static double peak(String[] args, int model, int parts, boolean pattern)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                MemoryTable.class.getName(),
                args[0],
                args[1],
                Integer.toString(model),
                Integer.toString(parts),
                Boolean.toString(pattern)));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() == 0 ? Double.parseDouble(said.strip()) : Double.NaN;
    }

    private void cell(ListedModel listed, int parts, boolean pattern) throws IOException {
        SessionOptions options = SessionOptions.DEFAULTS.withStages(StageOptions.DEFAULTS.withMemoryPattern(pattern));
        try (PartsDirectory directory = new PartsDirectory()) {
            listed.export(parts, ModelCosts::cutOptionsBetweenKernels, directory.path());
            try (PartitionedSession session = PartitionedSession.open(directory.path(), options)) {
                Map<String, OnnxTensor> inputs =
                        RandomInputs.of(directory.path(), session.inputs(), listed.sizes(), SEED);
                for (int run = 0; run < RUNS; run++) {
                    session.run(inputs).close();
                }
                inputs.values().forEach(OnnxTensor::close);
            }
        }
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmHWM:")) {
                out.println(line.replaceAll("[^0-9]", ""));
            }
        }
    }
}
