package io.pepper.distributed.internal.flow;

import java.util.concurrent.Semaphore;

/**
 * The limits of a session: requests in progress, and their bytes. Those that wait are admitted in their order. A request
 * that is larger than the limit is admitted alone. Thread-safe.
 */
final class FlowBounds {
    private final int maxRequests;
    private final long maxBytes;
    private final Semaphore turn = new Semaphore(1, true);
    private int requests;
    private long bytes;
    private long peakBytes;
    private boolean closed;

    FlowBounds(int maxRequests, long maxBytes) {
        this.maxRequests = maxRequests;
        this.maxBytes = maxBytes;
    }

    /** Waits for room for a request; returns {@code false} once closed. */
    boolean acquire(long size) throws InterruptedException {
        turn.acquire();
        try {
            return await(size);
        } finally {
            turn.release();
        }
    }

    private synchronized boolean await(long size) throws InterruptedException {
        while (!closed && !hasRoom(size)) {
            wait();
        }
        if (!closed) {
            add(size);
        }
        return !closed;
    }

    private boolean hasRoom(long size) {
        return requests == 0 || (requests < maxRequests && size <= maxBytes - bytes);
    }

    /** Counts a request without waiting, for a thread that must not wait. */
    synchronized void add(long size) {
        requests++;
        bytes += size;
        peakBytes = Math.max(peakBytes, bytes);
    }

    synchronized void release(long size) {
        requests--;
        bytes -= size;
        notifyAll();
    }

    synchronized long peakBytes() {
        return peakBytes;
    }

    /** Lets all that wait go, without room. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
