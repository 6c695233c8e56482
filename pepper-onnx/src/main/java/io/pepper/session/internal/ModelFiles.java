package io.pepper.session.internal;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.pepper.model.OptimizationLevel;
import io.pepper.model.ReadOptions;
import io.pepper.model.UnsupportedModelException;
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

/** Checks of files before ONNX Runtime opens them. */
public final class ModelFiles {
    private ModelFiles() {}

    /**
     * Reads a model, unless opening it would take too much memory or time.
     *
     * @param file an ONNX file
     * @param options the limits, and the directories that links may lead to
     * @param optimization the optimisation with which the model will be opened
     * @return the source that ONNX Runtime opens, and the model without its large payloads
     * @throws UnsupportedModelException if the model is refused
     * @throws IOException if the file cannot be read
     */
    public static WholeModel refuseCostly(Path file, ReadOptions options, OptimizationLevel optimization)
            throws IOException {
        return refuseCostly(file, new FileSource(file), options, optimization);
    }

    /**
     * Reads a part of an export, which may be behind a link only if that may be followed.
     *
     * @param directory the directory of the export
     * @param part the name of the part's file
     * @param options the limits, and the directories that links may lead to
     * @param optimization the optimisation with which the part will be opened
     * @return the source that ONNX Runtime opens, and the part without its large payloads
     * @throws UnsupportedModelException if the part is refused
     * @throws IOException if the file cannot be read
     */
    public static WholeModel refuseCostly(
            Path directory, String part, ReadOptions options, OptimizationLevel optimization) throws IOException {
        return refuseCostly(
                directory.resolve(part),
                DirectoryFiles.ofParts(directory, options).open(part),
                options,
                optimization);
    }

    /** Returns the source that ONNX Runtime opens, and the model without its large payloads. */
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

    /**
     * Closes a session after a failure, which the caller throws.
     *
     * @param session the session
     * @param failure receives a failure of closing as suppressed
     */
    public static void closeAfter(OrtSession session, Exception failure) {
        try {
            session.close();
        } catch (OrtException alsoFailed) {
            failure.addSuppressed(alsoFailed);
        }
    }
}
