package io.pepper.serving.internal;

import java.util.Optional;

/** A signal that the answer to a request is not wanted any more, with its reason. Thread-safe. */
public final class CallWatch {
    private Optional<ServingException.Reason> stopped = Optional.empty();
    private Optional<Runnable> action = Optional.empty();

    /** Creates a watch that is not stopped. */
    public CallWatch() {}

    /**
     * Stops the request. Only the first reason counts.
     *
     * @param reason cancelled, timed out, or unavailable
     */
    public void stop(ServingException.Reason reason) {
        Optional<Runnable> now;
        synchronized (this) {
            if (stopped.isPresent()) {
                return;
            }
            stopped = Optional.of(reason);
            now = action;
        }
        now.ifPresent(Runnable::run);
    }

    /** Returns the reason of the stop, if there was one. */
    synchronized Optional<ServingException.Reason> reason() {
        return stopped;
    }

    /** Sets the action of the stop, and runs it at once if the request is stopped already. */
    void onStop(Runnable first) {
        boolean now;
        synchronized (this) {
            action = Optional.of(first);
            now = stopped.isPresent();
        }
        if (now) {
            first.run();
        }
    }
}
