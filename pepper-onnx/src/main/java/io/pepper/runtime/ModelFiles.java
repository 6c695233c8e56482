package io.pepper.runtime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.pepper.onnx.UnsupportedModelException;
import io.pepper.onnx.internal.ModelContents;
import io.pepper.onnx.internal.model.OpeningWork;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.wire.FileSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Looks into files before ONNX Runtime does. */
final class ModelFiles {
    private ModelFiles() {}

    /** The model without its big payloads, unless opening it would take more than a process can hold, or for ever. */
    static ModelProto refuseCostly(Path file) throws IOException {
        Optional<Path> directory =
                Optional.ofNullable(file.toAbsolutePath().normalize().getParent());
        try (ModelContents contents =
                new ModelContents(file.toString(), new FileSource(file), Optional.of(file), directory)) {
            ModelProto skeleton = contents.graph().model();
            Optional<String> refusal = OpeningWork.refusal(skeleton);
            if (refusal.isPresent()) {
                throw new UnsupportedModelException(file.toString(), "graph", refusal.get());
            }
            return skeleton;
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
