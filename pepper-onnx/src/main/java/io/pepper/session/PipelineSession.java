package io.pepper.session;

import ai.onnxruntime.OnnxTensorLike;
import io.pepper.export.PartitionManifest;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.RecognizedInputs;
import io.pepper.onnx.internal.session.CannotRunException;
import io.pepper.onnx.internal.session.TensorStore;
import io.pepper.session.internal.InOrder;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;

/**
 * A session that runs the parts of a partition as a pipeline. Each part has a thread and a bounded queue, so that the
 * parts work on different requests at the same time. The slowest part limits the throughput. A single request takes as
 * long as in a {@link PartitionedSession}, plus a few microseconds per part.
 *
 * <p>{@link #submit} waits while too many requests are in progress. Results come in the order of the requests, on one
 * thread; the application should return from them soon. A failed request delays others only by its place in the order.
 * Thread-safe; it may be closed at any time.
 *
 * <pre>{@code
 * try (PipelineSession pipeline = PipelineSession.open(Path.of("parts"))) {
 *     for (OnnxTensor image : images) {
 *         pipeline.submit(Map.of("x", image)).thenAccept(outputs -> {
 *             try (outputs) {
 *                 use(outputs.tensor("y"));
 *             }
 *         });
 *     }
 *     pipeline.drain();
 * }
 * }</pre>
 */
public final class PipelineSession implements ModelSession {
    private final PartitionManifest manifest;
    private final StageSet stages;
    private final PipelineFlow flow;
    private final InOrder order;
    private final Semaphore free;
    private final int maxUnderWay;

    private PipelineSession(PartitionManifest manifest, StageSet stages, PipelineOptions options) {
        this.manifest = manifest;
        this.stages = stages;
        this.maxUnderWay = options.maxUnderWay().orElse(manifest.parts().size() * (1 + options.queueCapacity()));
        this.free = new Semaphore(maxUnderWay, true);
        this.order = new InOrder(stages.name() + "results");
        this.flow = new PipelineFlow(stages, options);
    }

    /**
     * Opens a directory of parts with the default options.
     *
     * @param directory the parts with their {@code partition.json}
     * @return a pipeline, for the caller to close
     * @throws IOException see {@link #open(Path, PipelineOptions)}
     */
    public static PipelineSession open(Path directory) throws IOException {
        return open(directory, PipelineOptions.DEFAULTS);
    }

    /**
     * Opens a directory of parts.
     *
     * @param directory the parts with their {@code partition.json}
     * @param options how to open and run them
     * @return a pipeline, for the caller to close
     * @throws IllegalArgumentException if the emulation has another number of parts, or devices without a link
     * @throws IOException see {@link PartitionedSession#open(Path, SessionOptions)}
     */
    public static PipelineSession open(Path directory, PipelineOptions options) throws IOException {
        PartitionManifest manifest =
                PartitionManifest.read(directory, options.runtime().reading());
        SessionOptions runtime = options.opening();
        return of(manifest, StageOpener.open(directory, manifest, runtime), options.withRuntime(runtime));
    }

    /**
     * Opens one part as a model, for instance to serve it to others.
     *
     * @param directory the parts with their {@code partition.json}
     * @param part the number of the part, from 0
     * @param options how to open and run it
     * @return a pipeline of one stage, with the part's inputs and outputs, for the caller to close
     * @throws IndexOutOfBoundsException if the partition has no such part
     * @throws IllegalArgumentException if the options emulate a cluster
     * @throws IOException see {@link Stage#open}
     */
    public static PipelineSession openPart(Path directory, int part, PipelineOptions options) throws IOException {
        if (options.emulation().isPresent()) {
            throw new IllegalArgumentException("one part cannot emulate a cluster");
        }
        PartitionManifest manifest =
                PartitionManifest.read(directory, options.runtime().reading());
        PartitionManifest.Part described = manifest.parts().get(part);
        PartitionManifest alone = new PartitionManifest(
                manifest.tool(),
                described.file(),
                described.sha256(),
                manifest.weights(),
                described.inputs(),
                described.outputs(),
                List.of(described),
                List.of(),
                0,
                manifest.notes(),
                manifest.inputValues(),
                RecognizedInputs.NONE);
        Stage stage = Stage.open(directory, manifest, part, options.runtime());
        return of(alone, List.of(stage), options);
    }

    /**
     * Creates a pipeline from stages, which may also run elsewhere.
     *
     * @param manifest the manifest of the parts
     * @param stages the parts in the order of the manifest; the pipeline closes them, also if this throws
     * @param options how to run them
     * @return a pipeline, for the caller to close
     * @throws IllegalArgumentException if the emulation has another number of parts, or devices without a link
     * @throws io.pepper.model.MalformedModelException if the stages do not fit together
     */
    public static PipelineSession of(PartitionManifest manifest, List<Stage> stages, PipelineOptions options)
            throws IOException {
        StageSet set = StageSet.of(manifest, stages, options.runtime());
        try {
            return new PipelineSession(manifest, set, options);
        } catch (RuntimeException failed) {
            set.closeAfter(failed);
            throw failed;
        }
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

    /**
     * Returns the largest number of requests in progress.
     *
     * @return at least 1
     */
    public int maxUnderWay() {
        return maxUnderWay;
    }

    @Override
    public RunOutputs run(Map<String, ? extends OnnxTensorLike> inputs) throws IOException {
        if (order.isCurrentThread()) {
            throw new IllegalStateException("the thread that hands results over cannot wait for one");
        }
        Pending pending = begin(inputs, false);
        try {
            return pending.future.get();
        } catch (InterruptedException interrupted) {
            pending.future.cancel(true);
            pending.request.awaitEnd();
            Thread.currentThread().interrupt();
            InterruptedIOException stopped = new InterruptedIOException("the run was interrupted");
            stopped.initCause(interrupted);
            throw stopped;
        } catch (ExecutionException failed) {
            throw thrown(failed);
        }
    }

    private static IOException thrown(ExecutionException failed) {
        if (failed.getCause() instanceof StageException why) {
            return why;
        }
        if (failed.getCause() instanceof RuntimeException wrong) {
            throw wrong;
        }
        return failed.getCause() instanceof IOException why ? why : new IOException(failed.getCause());
    }

    @Override
    public CompletableFuture<RunOutputs> submit(Map<String, ? extends OnnxTensorLike> inputs) throws IOException {
        return begin(inputs, true).future;
    }

    /**
     * Maps a stream of requests to a stream of outcomes in the same order. The publisher requests no more than the
     * subscriber requests outcomes, and no more than may be in progress. A failed request is an outcome; it does not
     * end the stream.
     *
     * @param requests the model's inputs by name, which the session takes over as in {@link #submit}
     * @return a publisher of outcomes for one subscriber, which closes the outputs
     */
    public Flow.Publisher<Outcome> process(Flow.Publisher<? extends Map<String, ? extends OnnxTensorLike>> requests) {
        return process(requests, maxUnderWay);
    }

    private record Pending(CompletableFuture<RunOutputs> future, PipelineRequest request) {}

    private Pending begin(Map<String, ? extends OnnxTensorLike> inputs, boolean owns) throws InterruptedIOException {
        boolean counted = acquire();
        boolean begun = false;
        try {
            stages.enter();
            try {
                PipelineRequest request = request(inputs, owns);
                CompletableFuture<RunOutputs> future = new CompletableFuture<>();
                Ticket ticket = new Ticket(future, order.number(), counted);
                Futures.onCancel(future, () -> request.cancellation().request());
                begun = true;
                flow.begin(request, ended -> end(ended, ticket));
                return new Pending(future, request);
            } finally {
                if (!begun) {
                    stages.exit();
                }
            }
        } finally {
            if (!begun && counted) {
                free.release();
            }
        }
    }

    /** Waits for a free place. The thread that frees places must not call this. */
    private boolean acquire() throws InterruptedIOException {
        if (order.isCurrentThread()) {
            return free.tryAcquire();
        }
        try {
            free.acquire();
            return true;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            InterruptedIOException stopped = new InterruptedIOException("the request was interrupted while it waited");
            stopped.initCause(interrupted);
            throw stopped;
        }
    }

    private PipelineRequest request(Map<String, ? extends OnnxTensorLike> inputs, boolean owns) {
        boolean keeps = stages.options().failures().fallback().isPresent();
        try {
            return new PipelineRequest(stages.wiring(), new TensorStore(stages.wiring(), inputs, owns, keeps), inputs);
        } catch (CannotRunException missing) {
            throw new IllegalArgumentException(manifest.modelName() + ": " + missing.getMessage(), missing);
        }
    }

    /** Ends a request, on the thread that had it last. */
    private void end(PipelineRequest request, Ticket ticket) {
        StageException failed = request.failure();
        if (failed == null) {
            try {
                RunOutputs outputs = new RunOutputs(request.board().results());
                request.board().abandon();
                stages.answered(request.nanos());
                deliver(request, ticket, () -> Futures.complete(ticket.future, outputs, null));
                return;
            } catch (CannotRunException closed) {
                failed = StageException.of(manifest.modelName(), closed);
            }
        }
        StageException why = stages.closedOr(failed);
        stages.failed(why);
        if (stages.hasFallback(why) && !ticket.future.isCancelled()) {
            stages.threads().execute(() -> fallback(request, ticket, why));
        } else {
            request.board().abandon();
            deliver(request, ticket, () -> ticket.future.completeExceptionally(why));
        }
    }

    private void fallback(PipelineRequest request, Ticket ticket, StageException why) {
        Runnable delivery;
        try {
            RunOutputs found =
                    stages.options().failures().fallback().orElseThrow().run(request.inputs());
            RunOutputs outputs =
                    found.with(request.board().disown(found.values().values()));
            delivery = () -> Futures.complete(ticket.future, outputs, null);
        } catch (IOException | RuntimeException | Error also) {
            also.addSuppressed(why);
            delivery = () -> ticket.future.completeExceptionally(also);
        }
        request.board().abandon();
        deliver(request, ticket, delivery);
    }

    private void deliver(PipelineRequest request, Ticket ticket, Runnable delivery) {
        request.end();
        order.done(ticket.number, () -> {
            if (ticket.counted) {
                free.release();
            }
            delivery.run();
        });
        stages.exit();
    }

    /** The answer of a request: its future, its place in the order, and whether it counts as in progress. */
    private record Ticket(CompletableFuture<RunOutputs> future, long number, boolean counted) {}

    /** Waits until no request is in progress; further requests may come meanwhile. An interrupt is kept for later. */
    public void drain() {
        stages.drain();
    }

    @Override
    public List<StageMetrics> metrics() {
        return stages.metrics();
    }

    @Override
    public void close() throws IOException {
        IOException failure = null;
        try {
            stages.close();
        } catch (IOException failed) {
            failure = failed;
        }
        flow.close();
        order.close();
        if (failure != null) {
            throw failure;
        }
    }
}
