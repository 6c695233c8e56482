package io.pepper.session;

import java.util.concurrent.locks.ReentrantLock;

/**
 * An emulated link, which carries one message at a time. Its messages begin and end at exact moments: the time that a
 * thread takes to wake up on this machine is not that of the link. Thread-safe.
 */
final class Line {
    private final ReentrantLock lock = new ReentrantLock(true);
    private long freeAt = System.nanoTime();

    /**
     * Carries a message, and waits until it has left the sender.
     *
     * @param sentAt when the message was there, by {@link System#nanoTime()}
     * @param nanos how long it occupies the link
     * @param request ends the waiting if it is cancelled
     * @return when the message began
     */
    long carry(long sentAt, long nanos, Cancellation request) {
        lock.lock();
        try {
            long begin = sentAt - freeAt > 0 ? sentAt : freeAt;
            long end = begin + nanos;
            Pause.until(end, request);
            long now = System.nanoTime();
            freeAt = end - now < 0 ? end : now;
            return begin;
        } finally {
            lock.unlock();
        }
    }
}
