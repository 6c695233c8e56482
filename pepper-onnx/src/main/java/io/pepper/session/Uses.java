package io.pepper.session;

/** Counts who uses something, so that it is closed only when nobody does. Thread-safe. */
final class Uses {
    private int users;
    private boolean closed;

    /** Begins a use; {@code false} if it is closed. */
    synchronized boolean enter() {
        if (closed) {
            return false;
        }
        users++;
        return true;
    }

    /** Ends a use. */
    synchronized void exit() {
        users--;
        if (users == 0) {
            notifyAll();
        }
    }

    /** Whether it takes no more users. */
    synchronized boolean isClosed() {
        return closed;
    }

    /** Refuses further users; {@code false} if that was done before. */
    synchronized boolean refuse() {
        boolean first = !closed;
        closed = true;
        return first;
    }

    /** Waits until nobody uses it; an interrupt is kept for later. */
    synchronized void await() {
        boolean interrupted = false;
        while (users > 0) {
            try {
                wait();
            } catch (InterruptedException early) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Refuses further users and waits for the others; {@code false} if somebody else closed it first. */
    boolean close() {
        boolean first = refuse();
        await();
        return first;
    }
}
