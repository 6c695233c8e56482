package io.pepper.session;

import ai.onnxruntime.OnnxValue;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A call on another thread that can be abandoned. The results of an abandoned call are closed. Thread-safe. */
final class TimedCall {
    /** The function to call. */
    @FunctionalInterface
    interface Body {
        Map<String, OnnxValue> run() throws IOException;
    }

    private final Body body;
    private final Consumer<Map<String, OnnxValue>> disposal;
    private final CountDownLatch ended = new CountDownLatch(1);
    private @Nullable Map<String, OnnxValue> made;
    private @Nullable Throwable thrown;
    private boolean left;

    /**
     * Prepares a call.
     *
     * @param body the function to call
     * @param disposal closes results that come too late
     */
    TimedCall(Body body, Consumer<Map<String, OnnxValue>> disposal) {
        this.body = body;
        this.disposal = disposal;
    }

    /** Runs the call; returns whether it was abandoned in the meantime. */
    boolean runs() {
        Map<String, OnnxValue> result = null;
        Throwable failure = null;
        try {
            result = body.run();
        } catch (Throwable failed) { // The waiting thread receives any exception.
            failure = failed;
        }
        synchronized (this) {
            if (left) {
                if (result != null) {
                    disposal.accept(result);
                }
                return true;
            }
            made = result;
            thrown = failure;
            ended.countDown();
            return false;
        }
    }

    /** Abandons the call, unless it has ended. */
    synchronized boolean leave() {
        left = ended.getCount() > 0;
        return left;
    }

    /** Waits; returns whether the call has ended. An interrupt stays pending. */
    boolean await(Duration time) {
        boolean interrupted = false;
        long end = System.nanoTime() + time.toNanos();
        try {
            while (true) {
                try {
                    return ended.await(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException early) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Returns the result of an ended call. */
    synchronized Map<String, OnnxValue> get() throws IOException {
        if (thrown instanceof IOException failed) {
            throw failed;
        }
        if (thrown instanceof RuntimeException failed) {
            throw failed;
        }
        if (thrown instanceof Error failed) {
            throw failed;
        }
        if (thrown != null) {
            throw new IOException(thrown);
        }
        if (made == null) {
            throw new IllegalStateException("the call has not ended");
        }
        return made;
    }

    /** Closes a result that came too late. */
    synchronized void discard() {
        if (made != null) {
            disposal.accept(made);
        }
    }
}
