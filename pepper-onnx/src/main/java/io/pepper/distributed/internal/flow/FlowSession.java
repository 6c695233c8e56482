package io.pepper.distributed.internal.flow;

import ai.onnxruntime.OnnxTensorLike;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.internal.session.Wiring;
import io.pepper.session.HopMetrics;
import io.pepper.session.RepeatableSession;
import io.pepper.session.RunOutputs;
import io.pepper.session.StageException;
import io.pepper.session.StageMetrics;
import io.pepper.session.internal.InOrder;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A session over the nodes that serve the parts of a deployment. It keeps the inputs of each request until the answer
 * comes, so that the request can be sent again when a node is lost. Each request is answered once, in order. Thread-safe.
 */
public final class FlowSession implements RepeatableSession {
    private static final int REQUESTS_PER_PART = 3;

    private final FlowTarget target;
    private final FlowModel model;
    private final int maxUnderWay;
    private final FlowBounds bounds;
    private final InOrder order;
    private final FlowTraffic traffic;
    private final AtomicBoolean closed = new AtomicBoolean();

    private FlowSession(FlowTarget target, FlowModel model, FlowOptions options) {
        this.target = target;
        this.model = model;
        this.maxUnderWay = options.maxUnderWay().orElse(Math.max(1, model.parts() * REQUESTS_PER_PART));
        this.bounds = new FlowBounds(maxUnderWay, options.maxBytes());
        this.order = new InOrder("pepper-flow-" + target.deployment() + "-results");
        this.traffic = new FlowTraffic(target, model, options, new Ordered());
    }

    /**
     * Opens a session, and waits for a node for each part.
     *
     * @param target the deployment
     * @param options limits and times
     * @return the session, for the caller to close
     * @throws IllegalArgumentException if something other than a tensor travels between the parts
     * @throws StageException if no nodes serve the parts within the patience
     * @throws IOException if the thread is interrupted
     */
    public static FlowSession open(FlowTarget target, FlowOptions options) throws IOException {
        FlowSession made = new FlowSession(target, new FlowModel(target.manifest()), options);
        try {
            made.traffic.routed().get();
            return made;
        } catch (InterruptedException interrupted) {
            made.close();
            Thread.currentThread().interrupt();
            throw stopped("the opening was interrupted", interrupted);
        } catch (ExecutionException failed) {
            made.close();
            throw thrown(failed);
        }
    }

    private static InterruptedIOException stopped(String what, InterruptedException interrupted) {
        InterruptedIOException stopped = new InterruptedIOException(what);
        stopped.initCause(interrupted);
        return stopped;
    }

    private static IOException thrown(ExecutionException failed) {
        if (failed.getCause() instanceof StageException why) {
            return why;
        }
        if (failed.getCause() instanceof RuntimeException wrong) {
            throw wrong;
        }
        return new IOException(String.valueOf(failed.getMessage()), failed);
    }

    @Override
    public List<TensorInfo> inputs() {
        return model.manifest().inputs();
    }

    @Override
    public List<TensorInfo> outputs() {
        return model.manifest().outputs();
    }

    /**
     * Returns the largest number of requests in progress.
     *
     * @return at least 1
     */
    public int maxUnderWay() {
        return maxUnderWay;
    }

    /**
     * Returns the device of each part.
     *
     * @return the devices in the manifest's order; empty while no route is known
     */
    public List<String> devices() {
        return traffic.devices();
    }

    @Override
    public RunOutputs run(Map<String, ? extends OnnxTensorLike> inputs) throws IOException {
        if (order.isCurrentThread()) {
            throw new IllegalStateException("the thread that hands results over cannot wait for one");
        }
        FlowRequest request = begin(inputs, FlowRequest.Owner.CALLER);
        try {
            return request.future().get();
        } catch (InterruptedException interrupted) {
            request.future().cancel(true);
            request.end(false);
            Thread.currentThread().interrupt();
            throw stopped("the run was interrupted", interrupted);
        } catch (ExecutionException failed) {
            throw thrown(failed);
        }
    }

    @Override
    public CompletableFuture<RunOutputs> submit(Map<String, ? extends OnnxTensorLike> inputs) throws IOException {
        return begin(inputs, FlowRequest.Owner.SESSION).future();
    }

    @Override
    public CompletableFuture<RunOutputs> submitRepeatable(Map<String, ? extends OnnxTensorLike> inputs)
            throws IOException {
        return begin(inputs, FlowRequest.Owner.SESSION_UNLESS_LOST).future();
    }

    private FlowRequest begin(Map<String, ? extends OnnxTensorLike> inputs, FlowRequest.Owner owner)
            throws IOException {
        check(inputs);
        long size = inputs.values().stream().mapToLong(Sizes::bytes).sum()
                + traffic.meters().largestBetween();
        acquire(size);
        Optional<FlowRequest> request =
                traffic.begin(() -> new FlowRequest(order.number() + 1, size, owner, model, inputs));
        if (request.isEmpty()) {
            bounds.release(size);
            throw closedException();
        }
        onCancel(request.get());
        return request.get();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // The action throws nothing.
    private void onCancel(FlowRequest request) {
        request.future().whenComplete((outputs, failed) -> {
            if (request.future().isCancelled() && traffic.forget(request)) {
                deliver(request, () -> {});
            }
        });
    }

    private void check(Map<String, ? extends OnnxTensorLike> inputs) {
        Wiring wiring = model.wiring();
        for (int tensor = 0; tensor < wiring.given(); tensor++) {
            int number = tensor;
            OnnxTensorLike value = inputs.get(wiring.tensor(tensor));
            boolean needed = isRead(number) || Arrays.stream(wiring.results()).anyMatch(result -> result == number);
            if (needed && (value == null || value.isClosed())) {
                throw new IllegalArgumentException(model.manifest().modelName() + ": input " + wiring.tensor(tensor)
                        + (value == null ? " is missing" : " is closed"));
            }
        }
    }

    private boolean isRead(int tensor) {
        for (int part : model.wiring().followers(Wiring.GIVEN)) {
            if (Arrays.stream(model.wiring().inputs(part)).anyMatch(input -> input == tensor)) {
                return true;
            }
        }
        return false;
    }

    /** Waits for room. The thread that makes room must not wait. */
    private void acquire(long size) throws InterruptedIOException {
        if (closed.get()) {
            throw closedException();
        }
        if (order.isCurrentThread()) {
            bounds.add(size);
            return;
        }
        try {
            if (!bounds.acquire(size)) {
                throw closedException();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw stopped("the request was interrupted while it waited", interrupted);
        }
    }

    private IllegalStateException closedException() {
        return new IllegalStateException(target.deployment() + ": the session is closed");
    }

    private void deliver(FlowRequest request, Runnable delivery) {
        Runnable ordered = () -> {
            bounds.release(request.size());
            delivery.run();
        };
        if (request.isAwaited()) {
            order.doneForWaiting(request.number() - 1, ordered);
        } else {
            order.done(request.number() - 1, ordered);
        }
    }

    /** Puts outcomes in order. */
    private final class Ordered implements FlowTraffic.Outcomes {
        @Override
        public void answered(FlowRequest request, RunOutputs outputs) {
            deliver(request, () -> {
                if (!request.future().complete(outputs)) {
                    outputs.close();
                }
            });
        }

        @Override
        public void failed(FlowRequest request, StageException why) {
            deliver(request, () -> request.future().completeExceptionally(why));
        }
    }

    @Override
    public List<StageMetrics> metrics() {
        return traffic.meters().stages();
    }

    @Override
    public List<HopMetrics> hops() {
        return traffic.meters().hops();
    }

    /** Returns the largest number of bytes that the requests in progress had. */
    long peakBytes() {
        return bounds.peakBytes();
    }

    /** Returns the largest size of all tensors between parts that a request had. */
    long largestBetween() {
        return traffic.meters().largestBetween();
    }

    @Override
    public void close() throws IOException {
        if (closed.compareAndSet(false, true)) {
            bounds.close();
            traffic.close();
            order.close();
        }
    }
}
