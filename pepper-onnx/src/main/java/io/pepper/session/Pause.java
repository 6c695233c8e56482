package io.pepper.session;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Deliberate waiting. */
final class Pause {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private Pause() {}

    /** Waits until a moment of {@link System#nanoTime()}, or until the request is cancelled. */
    static void until(long nanoTime, Cancellation request) {
        long left = nanoTime - System.nanoTime();
        while (left > 0 && !request.isRequested()) {
            LockSupport.parkNanos(Math.min(left, LOOK_NANOS));
            left = nanoTime - System.nanoTime();
        }
    }
}
