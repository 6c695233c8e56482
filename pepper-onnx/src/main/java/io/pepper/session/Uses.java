package io.pepper.session;

/** A count of active users, so that an object is closed only when it has none. Thread-safe. */
final class Uses {
    private int users;
    private boolean closed;

    /** Starts a use; returns {@code false} if it is closed. */
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

    /** Returns whether further users are refused. */
    synchronized boolean isClosed() {
        return closed;
    }

    /** Refuses further users; returns {@code false} if they were refused before. */
    synchronized boolean refuse() {
        boolean first = !closed;
        closed = true;
        return first;
    }

    /** Waits until there are no users; an interrupt stays pending. */
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

    /** Refuses further users and waits for the others; returns {@code false} if it was closed before. */
    boolean close() {
        boolean first = refuse();
        await();
        return first;
    }
}
