package io.pepper.runtime;

import ai.onnxruntime.OnnxValue;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A call on another thread that can be left alone. What it then still gives is closed. Thread-safe. */
final class TimedCall {
    /** What is called. */
    @FunctionalInterface
    interface Body {
        Map<String, OnnxValue> run() throws IOException;
    }

    private final Body body;
    private final CountDownLatch ended = new CountDownLatch(1);
    private @Nullable Map<String, OnnxValue> made;
    private @Nullable Throwable thrown;
    private boolean left;

    TimedCall(Body body) {
        this.body = body;
    }

    /** Runs it; whether it had been left alone meanwhile. */
    boolean runs() {
        Map<String, OnnxValue> result = null;
        Throwable failure = null;
        try {
            result = body.run();
        } catch (IOException | RuntimeException | Error failed) {
            failure = failed;
        }
        synchronized (this) {
            if (left) {
                if (result != null) {
                    result.values().forEach(OnnxValue::close);
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
        if (made == null) {
            throw new IllegalStateException("the call has not ended");
        }
        return made;
    }

    /** Closes what it gave too late. */
    synchronized void discard() {
        if (made != null) {
            made.values().forEach(OnnxValue::close);
        }
    }
}
