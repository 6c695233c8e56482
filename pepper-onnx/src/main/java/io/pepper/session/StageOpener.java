package io.pepper.session;

import ai.onnxruntime.OrtSession;
import io.pepper.export.PartitionManifest;
import io.pepper.model.MalformedModelException;
import io.pepper.model.TensorInfo;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.internal.Contents;
import io.pepper.onnx.internal.ModelContents;
import io.pepper.onnx.internal.OpeningTrial;
import io.pepper.onnx.internal.session.CannotRunException;
import io.pepper.onnx.internal.session.ModelSource;
import io.pepper.onnx.internal.session.Sessions;
import io.pepper.onnx.internal.session.Wiring;
import io.pepper.onnx.internal.wire.DirectoryFiles;
import io.pepper.onnx.internal.wire.FileHashes;
import io.pepper.onnx.internal.wire.FileSource;
import io.pepper.session.internal.ModelFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Opens the parts of a partition as stages that run in this process. Stateless and therefore thread-safe. */
final class StageOpener {
    private StageOpener() {}

    /** Opens one part. */
    static Stage open(Path directory, PartitionManifest manifest, int part, SessionOptions options) throws IOException {
        PartitionManifest.Part described = manifest.parts().get(part);
        String source = directory.resolve(PartitionManifest.FILE_NAME).toString();
        String field = "parts[" + part + "]";
        checkPassable(source, field + ".outputs", described.outputs());
        checkFile(source, field, directory, described, options);
        ModelSource opened = ModelFiles.refuseCostly(
                        directory,
                        described.file(),
                        options.reading(),
                        options.of(part).settings().optimization())
                .source();
        OrtSession session = Sessions.open(opened, options.of(part).settings());
        try {
            checkNames(source, field + ".inputs", described.inputs(), session.getInputNames());
            checkNames(source, field + ".outputs", described.outputs(), session.getOutputNames());
            return new OrtStage(described, session);
        } catch (IOException | RuntimeException failed) {
            ModelFiles.closeAfter(session, failed);
            throw failed;
        }
    }

    /** Opens a whole model. */
    static Stage open(OnnxModel model, StageOptions options) throws IOException {
        ModelContents contents = Contents.of(model);
        if (!contents.options().inputValues().isEmpty()) {
            throw new UnsupportedModelException(
                    model.name(),
                    "inputValues",
                    "are set for " + contents.options().inputValues().keySet()
                            + ", which its file still has: divide the model into one part, and open that");
        }
        Optional<String> refusal = OpeningTrial.refusal(contents, options.optimization());
        if (refusal.isPresent()) {
            throw new UnsupportedModelException(model.name(), "graph", refusal.get());
        }
        PartitionManifest.Part whole = PartitionManifest.ofWhole(model).parts().get(0);
        return new OrtStage(whole, Sessions.open(contents.runtimeSource(), options.settings()));
    }

    /** Opens all parts, or none. */
    static List<Stage> open(Path directory, PartitionManifest manifest, SessionOptions options) throws IOException {
        List<Stage> stages = new ArrayList<>();
        try {
            for (int part = 0; part < manifest.parts().size(); part++) {
                Sessions.checkInterrupt();
                stages.add(open(directory, manifest, part, options));
            }
            return stages;
        } catch (IOException | RuntimeException | Error failed) {
            closeAll(stages, failed);
            throw failed;
        }
    }

    /** Returns the connections between the parts, if they fit together. */
    static Wiring wiring(String source, PartitionManifest manifest, List<? extends Stage> stages)
            throws MalformedModelException {
        try {
            return new Wiring(
                    stages.stream()
                            .map(stage -> new Wiring.Part(stage.name(), stage.inputs(), stage.outputs()))
                            .toList(),
                    names(manifest.inputs()),
                    names(manifest.outputs()));
        } catch (CannotRunException wrong) {
            throw new MalformedModelException(source, "parts", String.valueOf(wrong.getMessage()), wrong);
        }
    }

    /** Closes all stages. The first failure is thrown, or suppressed in the given cause. */
    static void closeAll(List<? extends Stage> stages, Throwable cause) {
        for (Stage stage : stages) {
            try {
                stage.close();
            } catch (IOException | RuntimeException | Error failed) {
                cause.addSuppressed(failed);
            }
        }
    }

    static List<String> names(List<TensorInfo> tensors) {
        return tensors.stream().map(TensorInfo::name).toList();
    }

    private static void checkFile(
            String source, String field, Path directory, PartitionManifest.Part described, SessionOptions options)
            throws IOException {
        try (FileSource file =
                DirectoryFiles.ofParts(directory, options.reading()).open(described.file())) {
            if (file.size() != described.bytes()) {
                throw new MalformedModelException(
                        file.name(), field + ".bytes", "has " + file.size() + " bytes, not " + described.bytes());
            }
            if (options.checksums() && described.sha256().isPresent()) {
                String found = FileHashes.SHARED.certain(
                        file, () -> Thread.currentThread().isInterrupted());
                if (!found.equals(described.sha256().get())) {
                    throw new MalformedModelException(
                            file.name(),
                            field + ".sha256",
                            "is " + found + ", not " + described.sha256().get());
                }
            }
        } catch (NoSuchFileException missing) {
            NoSuchFileException named = new NoSuchFileException(
                    directory.resolve(described.file()).toString(), null, source + " names it in " + field + ".file");
            named.initCause(missing);
            throw named;
        }
    }

    private static void checkPassable(String source, String field, List<TensorInfo> tensors)
            throws UnsupportedModelException {
        try {
            Sessions.checkNames(names(tensors));
        } catch (CannotRunException garbled) {
            throw new UnsupportedModelException(source, field, String.valueOf(garbled.getMessage()), garbled);
        }
        for (TensorInfo tensor : tensors) {
            Optional<String> refusal = Sessions.refusal(tensor);
            if (refusal.isPresent()) {
                throw new UnsupportedModelException(source, field, "'" + tensor.name() + "' " + refusal.get());
            }
        }
    }

    private static void checkNames(String source, String field, List<TensorInfo> described, Set<String> found)
            throws MalformedModelException {
        Set<String> expected = new LinkedHashSet<>(names(described));
        if (!expected.equals(found)) {
            throw new MalformedModelException(source, field, "are " + expected + ", but the file has " + found);
        }
    }
}
