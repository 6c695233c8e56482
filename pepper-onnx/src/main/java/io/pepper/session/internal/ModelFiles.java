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

/** Looks into files before ONNX Runtime does. */
public final class ModelFiles {
    private ModelFiles() {}

    /**
     * Reads a model, unless opening it would take more than a process can hold, or for ever.
     *
     * @param file an ONNX file
     * @param options limits, and where links may lead
     * @param optimization by which it will be opened
     * @return what ONNX Runtime opens, and the model without its big payloads
     * @throws UnsupportedModelException if it is refused
     * @throws IOException if it cannot be read
     */
    public static WholeModel refuseCostly(Path file, ReadOptions options, OptimizationLevel optimization)
            throws IOException {
        return refuseCostly(file, new FileSource(file), options, optimization);
    }

    /**
     * Reads a part of an export, which is not behind a link unless that may be followed.
     *
     * @param directory the directory of the export
     * @param part the name of the part's file
     * @param options limits, and where links may lead
     * @param optimization by which it will be opened
     * @return what ONNX Runtime opens, and the part without its big payloads
     * @throws UnsupportedModelException if it is refused
     * @throws IOException if it cannot be read
     */
    public static WholeModel refuseCostly(
            Path directory, String part, ReadOptions options, OptimizationLevel optimization) throws IOException {
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

    /**
     * Closes a session after a failure, which is what is thrown.
     *
     * @param session the session
     * @param failure hears of a second failure
     */
    public static void closeAfter(OrtSession session, Exception failure) {
        try {
            session.close();
        } catch (OrtException alsoFailed) {
            failure.addSuppressed(alsoFailed);
        }
    }
}
