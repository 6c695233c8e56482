package io.pepper.session.internal;

/** A count of active users, so that an object is closed only when it has none. Thread-safe. */
public final class Uses {
    private int users;
    private boolean closed;

    /** Creates a count without users. */
    public Uses() {
        // Nobody uses it.
    }

    /**
     * Starts a use.
     *
     * @return {@code false} if it is closed
     */
    public synchronized boolean enter() {
        if (closed) {
            return false;
        }
        users++;
        return true;
    }

    /** Ends a use. */
    public synchronized void exit() {
        users--;
        if (users == 0) {
            notifyAll();
        }
    }

    /**
     * Returns whether further users are refused.
     *
     * @return whether it is closed
     */
    public synchronized boolean isClosed() {
        return closed;
    }

    /**
     * Refuses further users.
     *
     * @return {@code false} if they were refused before
     */
    public synchronized boolean refuse() {
        boolean first = !closed;
        closed = true;
        return first;
    }

    /** Waits until there are no users; an interrupt stays pending. */
    public synchronized void await() {
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

    /**
     * Refuses further users and waits for the others.
     *
     * @return {@code false} if it was closed before
     */
    public boolean close() {
        boolean first = refuse();
        await();
        return first;
    }
}
