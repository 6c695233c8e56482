package com.example;

import io.pepper.onnx.OnnxModel;
import io.pepper.export.SplitVerifier;
import io.pepper.export.SubmodelExporter;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.file.Path;

/** Divides a model, and proves the parts. */
final class Application {
    private Application() {}

    static boolean divide(Path file, Path parts) throws IOException {
        try (OnnxModel model = OnnxModel.load(file)) {
            Partition partition = Partitioner.balanced(3, model.weights()).partition(model.cuts());
            SubmodelExporter.export(model, partition, parts);
            return SplitVerifier.verify(model, parts).identical();
        }
    }
}
