package io.pepper.session;

import ai.onnxruntime.OnnxTensorLike;
import io.pepper.export.DeploymentExporter;
import io.pepper.export.DeploymentPlan;
import io.pepper.export.ExportOptions;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.ModelSegments;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.internal.isolate.ScratchDirectory;
import io.pepper.plan.Placement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An opener that writes the parts of a placement to a directory of their own, opens them, and deletes them when the
 * session closes. Thread-safe.
 */
final class PlacementOpener implements AdaptiveSession.Opener {
    private final OnnxModel model;
    private final ModelSegments segments;
    private final Path directory;
    private final AdaptiveSession.PartsOpener open;
    private final AtomicInteger count = new AtomicInteger();

    PlacementOpener(OnnxModel model, ModelSegments segments, Path directory, AdaptiveSession.PartsOpener open) {
        this.model = model;
        this.segments = segments;
        this.directory = directory;
        this.open = open;
    }

    @Override
    public ModelSession open(Placement placement) throws IOException {
        Files.createDirectories(directory);
        Path parts = Files.createTempDirectory(directory, "placement-" + count.incrementAndGet() + "-");
        try {
            DeploymentExporter.export(
                    model,
                    segments,
                    placement,
                    parts,
                    DeploymentPlan.Origin.of("adaptive"),
                    ExportOptions.DEFAULTS.withDurable(false));
            ModelSession session = open.open(parts);
            return session instanceof RepeatableSession repeatable
                    ? new RepeatableDeleting(repeatable, parts)
                    : new Deleting(session, parts);
        } catch (IOException | RuntimeException | Error failed) {
            try {
                ScratchDirectory.delete(parts);
            } catch (IOException also) {
                failed.addSuppressed(also);
            }
            throw failed;
        }
    }

    /** A session that deletes its files when it is closed. */
    private static class Deleting implements ModelSession {
        private final ModelSession session;
        private final Path parts;
        private final AtomicBoolean closed = new AtomicBoolean();

        Deleting(ModelSession session, Path parts) {
            this.session = session;
            this.parts = parts;
        }

        @Override
        public List<TensorInfo> inputs() {
            return session.inputs();
        }

        @Override
        public List<TensorInfo> outputs() {
            return session.outputs();
        }

        @Override
        public RunOutputs run(Map<String, ? extends OnnxTensorLike> inputs) throws IOException {
            return session.run(inputs);
        }

        @Override
        public CompletableFuture<RunOutputs> submit(Map<String, ? extends OnnxTensorLike> inputs) throws IOException {
            return session.submit(inputs);
        }

        @Override
        public List<StageMetrics> metrics() {
            return session.metrics();
        }

        @Override
        public List<HopMetrics> hops() {
            return session.hops();
        }

        @Override
        public void close() throws IOException {
            session.close();
            if (closed.compareAndSet(false, true)) {
                ScratchDirectory.delete(parts);
            }
        }
    }

    /** A session that deletes its files when it is closed, and whose requests can be repeated. */
    private static final class RepeatableDeleting extends Deleting implements RepeatableSession {
        private final RepeatableSession session;

        RepeatableDeleting(RepeatableSession session, Path parts) {
            super(session, parts);
            this.session = session;
        }

        @Override
        public CompletableFuture<RunOutputs> submitRepeatable(Map<String, ? extends OnnxTensorLike> inputs)
                throws IOException {
            return session.submitRepeatable(inputs);
        }
    }
}
