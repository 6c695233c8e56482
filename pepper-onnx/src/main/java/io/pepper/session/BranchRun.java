package io.pepper.session;

import io.pepper.onnx.internal.session.TensorStore;
import io.pepper.onnx.internal.session.Wiring;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One request through parts of which some run at the same time. Each part starts as soon as its inputs exist. */
final class BranchRun {
    private final StageSet stages;
    private final Wiring wiring;
    private final TensorStore board;
    private final Cancellation request;
    private final AtomicIntegerArray waiting;
    private final CountDownLatch left;
    private final AtomicReference<@Nullable StageException> failure = new AtomicReference<>();

    BranchRun(StageSet stages, TensorStore board, Cancellation request) {
        this.stages = stages;
        this.wiring = stages.wiring();
        this.board = board;
        this.request = request;
        int parts = wiring.parts().size();
        this.waiting = new AtomicIntegerArray(parts);
        this.left = new CountDownLatch(parts);
        for (int part = 0; part < parts; part++) {
            waiting.set(part, wiring.waitsFor(part));
        }
        for (int part : wiring.followers(Wiring.GIVEN)) {
            waiting.decrementAndGet(part);
        }
    }

    /**
     * Returns whether two parts could ever run at the same time: whether some part does not read from the one before
     * it.
     */
    static boolean hasBranches(Wiring wiring) {
        for (int part = 1; part < wiring.parts().size(); part++) {
            boolean follows = false;
            for (int follower : wiring.followers(part - 1)) {
                follows |= follower == part;
            }
            if (!follows) {
                return true;
            }
        }
        return false;
    }

    /** Runs all parts; the calling thread works, too. */
    void run() throws StageException, InterruptedIOException {
        Deque<Integer> ready = new ArrayDeque<>();
        for (int part = 0; part < waiting.length(); part++) {
            if (waiting.get(part) == 0) {
                ready.add(part);
            }
        }
        int own = ready.remove();
        ready.forEach(part -> stages.threads().execute(() -> follow(part)));
        follow(own);
        awaitOthers();
        StageException failed = failure.get();
        if (failed != null) {
            throw failed;
        }
    }

    private void awaitOthers() throws InterruptedIOException {
        boolean interrupted = false;
        while (true) {
            try {
                left.await();
                break;
            } catch (InterruptedException early) {
                interrupted = true;
                request.request();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the run was interrupted");
        }
    }

    /**
     * Runs a part, and then the parts that became ready: one on this thread, others on other threads. After a failure,
     * no further part starts.
     */
    private void follow(int first) {
        int part = first;
        while (part >= 0) {
            if (failure.get() == null) {
                try {
                    stages.runner(part).run(board, request, 0);
                } catch (StageException failed) {
                    failure.compareAndSet(null, failed);
                } catch (RuntimeException | Error thrown) {
                    failure.compareAndSet(
                            null, StageException.of(stages.runner(part).name(), thrown));
                }
            }
            int next = -1;
            for (int follower : wiring.followers(part)) {
                if (waiting.decrementAndGet(follower) == 0) {
                    if (next < 0) {
                        next = follower;
                    } else {
                        stages.threads().execute(() -> follow(follower));
                    }
                }
            }
            left.countDown();
            part = next;
        }
    }
}
