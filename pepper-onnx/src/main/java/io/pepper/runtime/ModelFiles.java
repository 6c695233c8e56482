package io.pepper.runtime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.pepper.onnx.OptimizationLevel;
import io.pepper.onnx.ReadOptions;
import io.pepper.onnx.UnsupportedModelException;
import io.pepper.onnx.internal.ModelContents;
import io.pepper.onnx.internal.OpeningTrial;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.session.ModelSource;
import io.pepper.onnx.internal.session.WholeModel;
import io.pepper.onnx.internal.wire.DirectoryFiles;
import io.pepper.onnx.internal.wire.FileSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Looks into files before ONNX Runtime does. */
final class ModelFiles {
    private ModelFiles() {}

    /** A model, unless opening it would take more than a process can hold, or for ever. */
    static WholeModel refuseCostly(Path file, ReadOptions options, OptimizationLevel optimization) throws IOException {
        return refuseCostly(file, new FileSource(file), options, optimization);
    }

    /** A part of an export, which is not behind a link unless that may be followed. */
    static WholeModel refuseCostly(Path directory, String part, ReadOptions options, OptimizationLevel optimization)
            throws IOException {
        return refuseCostly(
                directory.resolve(part),
                DirectoryFiles.ofParts(directory, options).open(part),
                options,
                optimization);
    }

    /** What ONNX Runtime opens, and the model without its big payloads. */
    private static WholeModel refuseCostly(
            Path file, FileSource source, ReadOptions options, OptimizationLevel optimization) throws IOException {
        Optional<Path> directory =
                Optional.ofNullable(file.toAbsolutePath().normalize().getParent());
        try (ModelContents contents =
                new ModelContents(file.toString(), source, Optional.of(file), directory, options)) {
            ModelProto skeleton = contents.graph().model();
            Optional<String> refusal = OpeningTrial.refusal(contents, optimization);
            if (refusal.isPresent()) {
                throw new UnsupportedModelException(file.toString(), "graph", refusal.get());
            }
            ModelSource opened = contents.fileSource();
            return new WholeModel(opened, skeleton);
        }
    }

    /** Closes a session after a failure, which is what is thrown. */
    static void closeAfter(OrtSession session, Exception failure) {
        try {
            session.close();
        } catch (OrtException alsoFailed) {
            failure.addSuppressed(alsoFailed);
        }
    }
}
