package io.pepper.session;

import ai.onnxruntime.OnnxTensorLike;
import io.pepper.export.PartitionManifest;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.internal.session.CannotRunException;
import io.pepper.onnx.internal.session.PartOutputs;
import io.pepper.onnx.internal.session.TensorStore;
import io.pepper.onnx.internal.session.Wiring;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * A session that runs the parts of a partition as the model: same inputs, same outputs, and without optimisation
 * bit-identical answers.
 *
 * <p>A request runs on the calling thread; independent parts run at the same time. Tensors pass from part to part
 * without a copy, and are released after their last reader. Beside the memory of the parts, at most the tensors of the
 * cuts are alive. Threads of different requests do not wait for each other. Thread-safe; it may be closed at any time.
 *
 * <pre>{@code
 * try (PartitionedSession session = PartitionedSession.open(Path.of("parts"));
 *         RunOutputs outputs = session.run(Map.of("x", image))) {
 *     System.out.println(outputs.tensor("y"));
 * }
 * }</pre>
 */
public final class PartitionedSession implements ModelSession {
    private final PartitionManifest manifest;
    private final StageSet stages;
    private final Wiring wiring;
    private final boolean parallel;

    private PartitionedSession(PartitionManifest manifest, StageSet stages, boolean parallel) {
        this.manifest = manifest;
        this.stages = stages;
        this.wiring = stages.wiring();
        this.parallel = parallel && BranchRun.hasBranches(wiring);
    }

    /**
     * Opens a directory of parts with the default options.
     *
     * @param directory the parts with their {@code partition.json}
     * @return a session, for the caller to close
     * @throws IOException see {@link #open(Path, SessionOptions)}
     */
    public static PartitionedSession open(Path directory) throws IOException {
        return open(directory, SessionOptions.DEFAULTS);
    }

    /**
     * Opens a directory of parts.
     *
     * @param directory the parts with their {@code partition.json}
     * @param options how to open and run them
     * @return a session, for the caller to close
     * @throws IllegalArgumentException if the execution provider is not available
     * @throws io.pepper.document.InvalidFileException if the manifest is invalid
     * @throws io.pepper.model.MalformedModelException if the parts do not fit together, or a file does not match the manifest; the message names file and field
     * @throws io.pepper.model.UnsupportedModelException if a tensor cannot pass from part to part
     * @throws InterruptedIOException if the thread is interrupted
     * @throws IOException if a file cannot be read, or ONNX Runtime refuses it; everything opened so far is closed
     */
    public static PartitionedSession open(Path directory, SessionOptions options) throws IOException {
        PartitionManifest manifest = PartitionManifest.read(directory, options.reading());
        return of(manifest, StageOpener.open(directory, manifest, options), options);
    }

    /**
     * Creates a session from stages, which may also run elsewhere.
     *
     * @param manifest the manifest of the parts
     * @param stages the parts in the order of the manifest; the session closes them, also if this throws
     * @param options how to run them
     * @return a session, for the caller to close
     * @throws io.pepper.model.MalformedModelException if the stages do not fit together
     */
    public static PartitionedSession of(PartitionManifest manifest, List<Stage> stages, SessionOptions options)
            throws IOException {
        return new PartitionedSession(manifest, StageSet.of(manifest, stages, options), options.parallel());
    }

    /**
     * Returns the manifest of the parts.
     *
     * @return the manifest
     */
    public PartitionManifest manifest() {
        return manifest;
    }

    @Override
    public List<TensorInfo> inputs() {
        return manifest.inputs();
    }

    @Override
    public List<TensorInfo> outputs() {
        return manifest.outputs();
    }

    @Override
    public RunOutputs run(Map<String, ? extends OnnxTensorLike> inputs) throws IOException {
        long begin = System.nanoTime();
        stages.enter();
        try {
            RunOutputs outputs = attempt(inputs);
            stages.answered(System.nanoTime() - begin);
            return outputs;
        } catch (StageException failed) {
            return stages.fallback(failed, inputs);
        } finally {
            stages.exit();
        }
    }

    private RunOutputs attempt(Map<String, ? extends OnnxTensorLike> inputs) throws IOException {
        TensorStore board = board(inputs);
        boolean done = false;
        Cancellation request = new Cancellation();
        Cancellation.Registration closing = request.follow(stages.closing());
        try {
            if (parallel) {
                new BranchRun(stages, board, request).run();
            } else {
                for (int part = 0; part < wiring.parts().size(); part++) {
                    if (Thread.currentThread().isInterrupted()) {
                        throw new InterruptedIOException("the run was interrupted");
                    }
                    stages.runner(part).run(board, request, 0);
                }
            }
            RunOutputs outputs = new RunOutputs(board.results());
            done = true;
            return outputs;
        } catch (CannotRunException closed) {
            throw StageException.of(manifest.modelName(), closed);
        } catch (StageException failed) {
            throw stages.closedOr(failed);
        } finally {
            closing.close();
            if (!done) {
                board.abandon();
            }
        }
    }

    private TensorStore board(Map<String, ? extends OnnxTensorLike> inputs) {
        try {
            return new TensorStore(wiring, inputs, false, false);
        } catch (CannotRunException missing) {
            throw new IllegalArgumentException(manifest.modelName() + ": " + missing.getMessage(), missing);
        }
    }

    /** Runs on the calling thread, so that nothing remains to wait for. */
    @Override
    public CompletableFuture<RunOutputs> submit(Map<String, ? extends OnnxTensorLike> inputs) throws IOException {
        RunOutputs outputs;
        try {
            outputs = run(inputs);
        } catch (StageException failed) {
            if (failed.kind() != StageException.Kind.ABANDONED) {
                PartOutputs.close(inputs.values());
            }
            return CompletableFuture.failedFuture(failed);
        }
        outputs = outputs.owning(inputs);
        return CompletableFuture.completedFuture(outputs);
    }

    @Override
    public List<StageMetrics> metrics() {
        return stages.metrics();
    }

    @Override
    public void close() throws IOException {
        stages.close();
    }
}
