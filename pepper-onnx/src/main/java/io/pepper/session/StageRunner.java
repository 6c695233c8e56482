package io.pepper.session;

import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import io.pepper.onnx.internal.session.CannotRunException;
import io.pepper.onnx.internal.session.PartOutputs;
import io.pepper.onnx.internal.session.TensorStore;
import io.pepper.onnx.internal.session.Wiring;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one stage by the failure policy. The stage's inputs are kept until every call has really ended.
 * Thread-safe.
 */
final class StageRunner {
    /** Number of hanging calls after which a stage is not called any more. */
    static final int MAX_STUCK = 4;

    private final int part;
    private final Stage stage;
    private final Wiring.Part described;
    private final FailurePolicy policy;
    private final StageMeter meter;
    private final ExecutorService threads;
    private final AtomicInteger stuck = new AtomicInteger();

    StageRunner(
            int part,
            Stage stage,
            Wiring.Part described,
            FailurePolicy policy,
            StageMeter meter,
            ExecutorService threads) {
        this.part = part;
        this.stage = stage;
        this.described = described;
        this.policy = policy;
        this.meter = meter;
        this.threads = threads;
    }

    StageMeter meter() {
        return meter;
    }

    String name() {
        return described.name();
    }

    /**
     * Runs the stage for a request and stores its outputs. The inputs are released when the last call has ended,
     * whatever its result.
     */
    void run(TensorStore board, Cancellation request, long waitedNanos) throws StageException {
        Map<String, OnnxTensorLike> feed;
        try {
            feed = board.feed(part);
        } catch (CannotRunException wrong) {
            throw StageException.of(described.name(), wrong);
        }
        Hold hold = new Hold(board);
        try {
            for (int attempt = 0; ; attempt++) {
                try {
                    board.put(part, attempt(feed, request, hold, waitedNanos));
                    return;
                } catch (CannotRunException wrong) {
                    throw StageException.of(described.name(), wrong);
                } catch (StageException failed) {
                    meter.failed(failed);
                    if (!failed.mayRetry() || attempt >= policy.retries()) {
                        throw failed;
                    }
                }
            }
        } finally {
            hold.close();
        }
    }

    /** The readers of the inputs: this thread, and abandoned calls. */
    private final class Hold implements AutoCloseable {
        private final TensorStore board;
        private final AtomicInteger readers = new AtomicInteger(1);

        Hold(TensorStore board) {
            this.board = board;
        }

        Hold another() {
            readers.incrementAndGet();
            return this;
        }

        @Override
        public void close() {
            if (readers.decrementAndGet() == 0) {
                board.releaseInputs(part);
            }
        }
    }

    private Map<String, OnnxValue> attempt(
            Map<String, OnnxTensorLike> feed, Cancellation request, Hold hold, long waitedNanos) throws StageException {
        if (request.isRequested()) {
            throw new StageException(
                    StageException.Kind.CANCELLED, described.name(), "the request was cancelled", null);
        }
        Cancellation cancellation = new Cancellation();
        Cancellation.Registration following = cancellation.follow(request);
        try {
            return policy.timeout().isPresent()
                    ? timed(feed, cancellation, hold, policy.timeout().get(), waitedNanos)
                    : call(feed, cancellation, waitedNanos);
        } catch (StageException failed) {
            throw failed;
        } catch (Throwable thrown) { // Any exception of a stage fails its request, and nothing else.
            if (request.isRequested()) {
                throw new StageException(
                        StageException.Kind.CANCELLED, described.name(), "the request was cancelled", thrown);
            }
            throw StageException.of(described.name(), thrown);
        } finally {
            following.close();
        }
    }

    private Map<String, OnnxValue> call(Map<String, OnnxTensorLike> feed, Cancellation cancellation, long waitedNanos)
            throws IOException {
        long begin = System.nanoTime();
        PartOutputs.checkFeed(described.name(), feed, ", by the stage or by other code");
        try {
            return checked(stage.run(feed, cancellation), feed);
        } finally {
            meter.ran(System.nanoTime() - begin, waitedNanos);
        }
    }

    /** Returns the stage's outputs if they are complete, open, and there are no others; closes them otherwise. */
    private Map<String, OnnxValue> checked(@Nullable Map<String, OnnxValue> made, Map<String, OnnxTensorLike> feed)
            throws StageException {
        Optional<String> fault = PartOutputs.fault(described.outputs(), made);
        if (fault.isPresent()) {
            dispose(made == null ? Map.of() : made, feed);
            throw new StageException(StageException.Kind.FAILED, described.name(), fault.get(), null);
        }
        return made == null ? Map.of() : new HashMap<>(made);
    }

    /** Closes a stage's outputs, except for those that are its inputs. */
    private static void dispose(Map<String, OnnxValue> made, Map<String, OnnxTensorLike> feed) {
        PartOutputs.close(made.values(), feed.values());
    }

    private Map<String, OnnxValue> timed(
            Map<String, OnnxTensorLike> feed, Cancellation cancellation, Hold hold, Duration timeout, long waitedNanos)
            throws IOException {
        if (stuck.get() >= MAX_STUCK) {
            throw new StageException(
                    StageException.Kind.STUCK, described.name(), MAX_STUCK + " earlier calls hang", null);
        }
        Hold theirs = hold.another();
        TimedCall call = new TimedCall(
                () -> {
                    try (theirs) { // Before the end is reported, so that the session can be closed then.
                        return call(feed, cancellation, waitedNanos);
                    }
                },
                late -> dispose(late, feed));
        threads.execute(() -> {
            if (call.runs()) {
                stuck.decrementAndGet();
            }
        });
        if (call.await(timeout)) {
            return call.get();
        }
        cancellation.request();
        boolean stopped = call.await(policy.grace());
        if (!stopped) {
            stuck.incrementAndGet();
            stopped = !call.leave();
            if (stopped) {
                stuck.decrementAndGet();
            }
        }
        String late = "took longer than " + TimeUnit.NANOSECONDS.toMillis(timeout.toNanos()) + " ms";
        if (!stopped) {
            throw new StageException(
                    StageException.Kind.ABANDONED,
                    described.name(),
                    late + " and does not stop; it is left alone",
                    null);
        }
        call.discard();
        throw new StageException(StageException.Kind.TIMED_OUT, described.name(), late, null);
    }
}
