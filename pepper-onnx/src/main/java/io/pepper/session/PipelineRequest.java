package io.pepper.session;

import ai.onnxruntime.OnnxTensorLike;
import io.pepper.onnx.internal.session.TensorStore;
import io.pepper.onnx.internal.session.Wiring;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A request in a pipeline. It has ended when no stage, queue or link holds it any more. */
final class PipelineRequest {
    private final TensorStore board;
    private final Map<String, ? extends OnnxTensorLike> inputs;
    private final AtomicIntegerArray waiting;
    private final AtomicInteger places = new AtomicInteger(1);
    private final Cancellation cancellation = new Cancellation();
    private final AtomicReference<@Nullable StageException> failure = new AtomicReference<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final long begin = System.nanoTime();

    PipelineRequest(Wiring wiring, TensorStore board, Map<String, ? extends OnnxTensorLike> inputs) {
        this.board = board;
        this.inputs = inputs;
        this.waiting = new AtomicIntegerArray(wiring.parts().size());
        for (int part = 0; part < waiting.length(); part++) {
            waiting.set(part, wiring.waitsFor(part));
        }
    }

    TensorStore board() {
        return board;
    }

    Map<String, ? extends OnnxTensorLike> inputs() {
        return inputs;
    }

    Cancellation cancellation() {
        return cancellation;
    }

    long nanos() {
        return System.nanoTime() - begin;
    }

    /** Records that an input of a part exists; returns whether all of them do. */
    boolean arrived(int part) {
        return waiting.decrementAndGet(part) == 0;
    }

    /** Records that one more place holds the request. */
    void enter() {
        places.incrementAndGet();
    }

    /** Records that a place no longer holds the request; returns whether the request has ended. */
    boolean leave() {
        return places.decrementAndGet() == 0;
    }

    void fail(StageException why) {
        failure.compareAndSet(null, why);
    }

    @Nullable
    StageException failure() {
        return failure.get();
    }

    /** Records that nothing in this session reads the inputs any more. */
    void end() {
        ended.countDown();
    }

    /** Waits for the end; an interrupt stays pending. */
    void awaitEnd() {
        boolean interrupted = false;
        while (true) {
            try {
                ended.await();
                break;
            } catch (InterruptedException early) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
