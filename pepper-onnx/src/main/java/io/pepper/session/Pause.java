package io.pepper.session;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Deliberate waiting. */
final class Pause {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** The last part of the time, which passes awake: a thread that sleeps wakes up some ten microseconds late. */
    private static final long AWAKE_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    private Pause() {}

    /** Waits until a moment of {@link System#nanoTime()}, or until the request is cancelled. */
    static void until(long nanoTime, Cancellation request) {
        long left = nanoTime - System.nanoTime();
        while (left > 0 && !request.isRequested()) {
            if (left > AWAKE_NANOS) {
                LockSupport.parkNanos(Math.min(left - AWAKE_NANOS, LOOK_NANOS));
            } else {
                Thread.onSpinWait();
            }
            left = nanoTime - System.nanoTime();
        }
    }
}
