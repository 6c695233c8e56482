package io.pepper.distributed.internal.control;

import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import io.pepper.export.PartitionManifest;
import io.pepper.generation.GenerationParts;
import io.pepper.measure.ModelTimer;
import io.pepper.measure.TimingOptions;
import io.pepper.model.InputShapes;
import io.pepper.model.Isolation;
import io.pepper.model.ReadOptions;
import io.pepper.model.TensorInfo;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.TensorShapes;
import io.pepper.onnx.internal.isolate.ScratchDirectory;
import io.pepper.session.Cancellation;
import io.pepper.session.SessionOptions;
import io.pepper.session.Stage;
import io.pepper.session.StageOptions;
import io.pepper.session.TensorFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Opens parts from the network, which are untrusted models: first a child process opens the part and runs it once, then
 * this process opens it and runs it on the same inputs. Thread-safe.
 *
 * @param isolation the limits of the child process
 * @param threads the number of threads of each part
 * @param maxCacheBytes the largest size of the caches of each part of a text generator
 */
record PartsOpener(Isolation isolation, int threads, long maxCacheBytes) {
    /**
     * An open part.
     *
     * @param stage the part, for the caller to close
     * @param note a remark for the person who deploys
     */
    record Opened(Stage stage, Optional<String> note) {}

    /**
     * Opens a part and runs it once.
     *
     * @param trial whether a child process opens it first; not needed for parts that this node has opened before
     * @throws IOException if it cannot be opened or run
     */
    Opened open(Path directory, PartitionManifest manifest, int part, Path scratch, boolean trial) throws IOException {
        PartitionManifest.Part described = manifest.parts().get(part);
        try {
            Optional<Map<String, Path>> tensors = trial ? trial(directory, described, scratch) : Optional.empty();
            Stage stage = Stage.open(
                    directory,
                    manifest,
                    part,
                    SessionOptions.DEFAULTS
                            .withStages(StageOptions.DEFAULTS
                                    .withThreads(threads)
                                    .withMemoryPattern(
                                            manifest.recognized().caches().isEmpty()))
                            .withReading(ReadOptions.DEFAULTS.withIsolation(isolation)));
            if (tensors.isPresent()) {
                warm(stage, tensors.get());
            }
            return new Opened(stage, trial && tensors.isEmpty() ? Optional.of(note(described)) : Optional.empty());
        } finally {
            ScratchDirectory.delete(scratch);
        }
    }

    /**
     * Returns the parts of a text generator that keep their caches.
     *
     * @return the parts; empty if the model is no text generator, or one of a kind that cannot keep them
     * @throws IOException if a part cannot be read
     */
    Optional<GenerationParts> generating(Path directory, PartitionManifest manifest, List<Integer> here)
            throws IOException {
        if (manifest.recognized().caches().isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(GenerationParts.of(
                    directory, manifest, here::contains, ReadOptions.DEFAULTS.withIsolation(isolation)));
        } catch (UnsupportedModelException other) {
            return Optional.empty();
        }
    }

    private static String note(PartitionManifest.Part part) {
        return part.file() + " was opened but not run, since the sizes of its inputs are open";
    }

    /**
     * Opens a part in a child process and runs it once. If sizes are open, it takes 1 for them, and is satisfied with a
     * part that opens.
     *
     * @return the files of the inputs; empty if it did not run
     */
    private Optional<Map<String, Path>> trial(Path directory, PartitionManifest.Part part, Path scratch)
            throws IOException {
        Path file = directory.resolve(part.file());
        boolean open = part.inputs().stream().anyMatch(PartsOpener::isOpen);
        boolean ranked = part.inputs().stream().allMatch(input -> input.shape().isPresent());
        if (ranked) {
            try {
                return Optional.of(ModelTimer.tensors(file, options(part), scratch));
            } catch (IOException | IllegalArgumentException guessed) {
                if (!open) {
                    throw guessed;
                }
            }
        }
        try (OnnxModel model = OnnxModel.load(file, ReadOptions.DEFAULTS.withIsolation(isolation))) {
            TensorShapes unused = model.shapes();
        }
        return Optional.empty();
    }

    private TimingOptions options(PartitionManifest.Part part) {
        InputShapes sizes = InputShapes.NONE;
        for (TensorInfo input : part.inputs()) {
            sizes = sizes.withInputShape(input.name(), smallest(input));
        }
        return TimingOptions.DEFAULTS.withSizes(sizes).withThreads(threads).withIsolation(isolation);
    }

    private static boolean isOpen(TensorInfo input) {
        return input.shape().isEmpty()
                || input.shape().get().stream()
                        .anyMatch(dimension -> dimension.size().isEmpty());
    }

    private static long[] smallest(TensorInfo input) {
        return input.shape().orElse(List.of()).stream()
                .mapToLong(dimension -> dimension.size().orElse(1))
                .toArray();
    }

    private static void warm(Stage stage, Map<String, Path> tensors) throws IOException {
        Map<String, OnnxTensorLike> inputs = new HashMap<>();
        try {
            for (String name : stage.inputs()) {
                inputs.put(name, TensorFiles.read(Objects.requireNonNull(tensors.get(name), name)));
            }
            for (OnnxValue output : stage.run(inputs, new Cancellation()).values()) {
                output.close();
            }
        } catch (IOException | RuntimeException failed) {
            stage.close();
            throw failed;
        } finally {
            inputs.values().forEach(OnnxTensorLike::close);
        }
    }
}
