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

/** A request on its way through a pipeline. It has ended when no stage, queue or link has it any more. */
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

    /** Something that a part reads is there; whether everything is. */
    boolean arrived(int part) {
        return waiting.decrementAndGet(part) == 0;
    }

    /** It goes to one more place. */
    void enter() {
        places.incrementAndGet();
    }

    /** It leaves a place; whether it has ended by that. */
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

    /** Says that nothing of this session reads its inputs any more. */
    void end() {
        ended.countDown();
    }

    /** Waits for that; an interrupt is kept for later. */
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
