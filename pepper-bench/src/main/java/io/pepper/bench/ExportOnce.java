package io.pepper.bench;

import io.pepper.export.ExportOptions;
import io.pepper.export.PartitionManifest;
import io.pepper.export.SubmodelExporter;
import io.pepper.export.WeightStorage;
import io.pepper.onnx.OnnxModel;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The time and memory of one division from a cold start. One process per figure, timed from outside: {@code
 * pepper-bench/compare/weights.sh} runs it beside {@code cp} and Python's {@code extract_model}.
 */
public final class ExportOnce {
    private static final int ARGUMENTS = 5;
    private static final double NANOS = 1e9;

    /** Number of divisions: {@code -Dpepper.runs=4} for a warmed-up process. */
    private static final int RUNS = Integer.getInteger("pepper.runs", 1);

    private ExportOnce() {}

    /**
     * Divides a model, and prints the seconds of the last division.
     *
     * @param args the model, the directory for the parts, the number of parts, the storage of weights, and whether to
     *     hash
     * @throws IOException if it cannot be read or written
     */
    public static void main(String[] args) throws IOException {
        if (args.length != ARGUMENTS) {
            throw new IllegalArgumentException("MODEL DIR PARTS inline|external|reference true|false");
        }
        ExportOptions options = ExportOptions.DEFAULTS
                .withDurable(false)
                .withWeights(WeightStorage.valueOf(args[3].toUpperCase(Locale.ROOT)))
                .withChecksums(Boolean.parseBoolean(args[4]));
        double seconds = 0;
        Path target = Path.of(args[1]);
        for (int run = 0; run < RUNS; run++) {
            if (run > 0) {
                delete(target);
            }
            long begin = System.nanoTime();
            try (OnnxModel model = OnnxModel.load(Path.of(args[0]))) {
                SubmodelExporter.export(
                        model,
                        Partitioner.balanced(Integer.parseInt(args[2]), model.weights())
                                .partition(model.cuts()),
                        target,
                        options);
            }
            seconds = (System.nanoTime() - begin) / NANOS;
        }
        new PrintStream(System.out, true, StandardCharsets.UTF_8).printf(Locale.ROOT, "%.3f%n", seconds);
    }

    /** Deletes the written files, and nothing else. */
    private static void delete(Path directory) throws IOException {
        for (PartitionManifest.Part part : PartitionManifest.read(directory).parts()) {
            Files.delete(directory.resolve(part.file()));
            for (PartitionManifest.Data data : part.data()) {
                Path file = directory.resolve(data.file());
                if (data.file().startsWith(part.file())) {
                    Files.delete(file);
                }
            }
        }
        Files.delete(directory.resolve(PartitionManifest.FILE_NAME));
    }
}
