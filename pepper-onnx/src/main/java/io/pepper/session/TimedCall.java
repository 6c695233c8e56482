package io.pepper.session;

import ai.onnxruntime.OnnxValue;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A call on another thread that can be left alone. What it then still gives is closed. Thread-safe. */
final class TimedCall {
    /** What is called. */
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
     * @param body what is called
     * @param disposal closes what it gives too late
     */
    TimedCall(Body body, Consumer<Map<String, OnnxValue>> disposal) {
        this.body = body;
        this.disposal = disposal;
    }

    /** Runs it; whether it had been left alone meanwhile. */
    boolean runs() {
        Map<String, OnnxValue> result = null;
        Throwable failure = null;
        try {
            result = body.run();
        } catch (Throwable failed) { // Who waits is told, whatever it is.
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

    /** Leaves it alone, unless it has ended by now. */
    synchronized boolean leave() {
        left = ended.getCount() > 0;
        return left;
    }

    /** Waits; whether it has ended. An interrupt is kept for later. */
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

    /** What it gave, once it has ended. */
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

    /** Closes what it gave too late. */
    synchronized void discard() {
        if (made != null) {
            disposal.accept(made);
        }
    }
}
