package io.pepper.export;

import io.pepper.model.MalformedModelException;
import io.pepper.model.OptimizationLevel;
import io.pepper.model.ReadOptions;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.internal.ModelContents;
import io.pepper.onnx.internal.OpeningTrial;
import io.pepper.onnx.internal.model.OpeningWork;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.session.ModelSource;
import io.pepper.onnx.internal.wire.DirectoryFiles;
import io.pepper.onnx.internal.wire.FileHashes;
import io.pepper.onnx.internal.wire.FileSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * The files of parts, checked before native code opens them: whether they match the manifest, and whether they are
 * models whose data is in permitted places.
 */
final class PartFiles {
    private final Path directory;
    private final DirectoryFiles files;
    private final boolean onlyUnchanged;
    private final Optional<OptimizationLevel> optimization;
    private final ReadOptions options;
    private final List<String> warnings;
    private final Map<String, String> hashes = new HashMap<>();

    /**
     * Creates the checks.
     *
     * @param directory the directory of the parts
     * @param optimization the optimisation with which ONNX Runtime opens them in this process; empty if a child process
     *     opens them
     * @param onlyUnchanged whether to refuse files that were changed, or whose SHA-256 is unknown
     * @param whole the options with which the whole model was opened; parts have the same limits, and their links may
     *     lead into the same directories
     * @param warnings receives the changed files
     */
    PartFiles(
            Path directory,
            Optional<OptimizationLevel> optimization,
            boolean onlyUnchanged,
            ReadOptions whole,
            List<String> warnings) {
        this.optimization = optimization;
        this.directory = directory;
        this.onlyUnchanged = onlyUnchanged;
        this.options = whole;
        this.files = DirectoryFiles.ofParts(directory, whole);
        this.warnings = warnings;
    }

    /** Returns the model of a part after checking it. */
    ModelSource checked(PartitionManifest.Part part) throws IOException {
        Path file = directory.resolve(part.file());
        check(part.file(), part.sha256());
        for (PartitionManifest.Data data : part.data()) {
            check(data.file(), data.sha256());
        }
        try (ModelContents model = contents(part)) {
            Optional<String> refusal = optimization.isPresent()
                    ? OpeningTrial.refusal(model, optimization.get())
                    : OpeningWork.refusal(model.graph().model());
            if (refusal.isPresent()) {
                throw new UnsupportedModelException(file.toString(), "graph", refusal.get());
            }
            return model.fileSource();
        }
    }

    /** Returns the structure of a part without its payloads. */
    ModelProto skeleton(PartitionManifest.Part part) throws IOException {
        try (ModelContents model = contents(part)) {
            return model.graph().model();
        }
    }

    private ModelContents contents(PartitionManifest.Part part) throws IOException {
        Path file = directory.resolve(part.file());
        return new ModelContents(
                file.toString(), files.open(part.file()), Optional.of(file), Optional.of(directory), options);
    }

    private void check(String name, Optional<String> then) throws IOException {
        if (then.isEmpty()) {
            check(name, then, "");
            return;
        }
        String now = hashes.get(name);
        if (now == null) {
            try (FileSource source = files.open(name)) {
                now = sha256(source);
            }
            hashes.put(name, now);
        }
        check(name, then, now);
    }

    private String sha256(FileSource source) throws IOException {
        BooleanSupplier cancelled = () -> Thread.currentThread().isInterrupted();
        return onlyUnchanged
                ? FileHashes.SHARED.certain(source, cancelled)
                : FileHashes.SHARED.likely(source, cancelled);
    }

    /** A changed file runs unless the options refuse it, because the verification judges the results. */
    void check(String name, Optional<String> then, String now) throws MalformedModelException {
        boolean same = then.isPresent() && then.get().equals(now);
        if (onlyUnchanged && !same) {
            throw new MalformedModelException(
                    directory.resolve(PartitionManifest.FILE_NAME).toString(),
                    name,
                    then.isEmpty() ? "has no SHA-256" : "its SHA-256 is " + now + ", not " + then.get());
        }
        if (then.isPresent() && !same) {
            warnings.add(name + " is not the file in the manifest: its SHA-256 is " + now + ", not " + then.get());
        }
    }
}
