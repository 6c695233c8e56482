package io.pepper.bench;

import io.pepper.onnx.ExportOptions;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.SubmodelExporter;
import io.pepper.onnx.WeightStorage;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * How long does one division take, from a cold start, and how much memory? One process per figure, timed from outside:
 * {@code pepper-bench/compare/weights.sh} runs it beside {@code cp} and Python's {@code extract_model}.
 */
public final class ExportOnce {
    private static final int ARGUMENTS = 5;

    private ExportOnce() {}

    /**
     * Divides a model.
     *
     * @param args the model, the directory for the parts, how many parts, where weights stand, and whether to hash
     * @throws IOException if it cannot be read or written
     */
    public static void main(String[] args) throws IOException {
        if (args.length != ARGUMENTS) {
            throw new IllegalArgumentException("MODEL DIR PARTS inline|external|reference true|false");
        }
        ExportOptions options = ExportOptions.DEFAULT
                .withDurable(false)
                .withWeights(WeightStorage.valueOf(args[3].toUpperCase(Locale.ROOT)))
                .withChecksums(Boolean.parseBoolean(args[4]));
        try (OnnxModel model = OnnxModel.load(Path.of(args[0]))) {
            SubmodelExporter.export(
                    model,
                    Partitioner.balanced(Integer.parseInt(args[2]), model.weights())
                            .partition(model.cuts()),
                    Path.of(args[1]),
                    options);
        }
    }
}
