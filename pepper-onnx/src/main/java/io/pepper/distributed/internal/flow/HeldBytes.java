package io.pepper.distributed.internal.flow;

/** The bytes of tensors that a node holds, with a limit. Thread-safe. */
final class HeldBytes {
    private final long limit;
    private long now;
    private long peak;

    HeldBytes(long limit) {
        this.limit = limit;
    }

    /** Counts bytes, unless there would be more than the limit. */
    synchronized boolean reserve(long bytes) {
        if (bytes > limit - now) {
            return false;
        }
        now += bytes;
        peak = Math.max(peak, now);
        return true;
    }

    synchronized void release(long bytes) {
        now -= bytes;
    }

    synchronized long now() {
        return now;
    }

    synchronized long peak() {
        return peak;
    }

    long limit() {
        return limit;
    }
}
