package io.pepper.session;

import java.util.ArrayList;
import java.util.List;

/**
 * A signal to a stage that its result is no longer needed: the request was cancelled or timed out, or the session
 * closes. The stage should then end soon. Thread-safe.
 */
public final class Cancellation {
    private final List<Runnable> actions = new ArrayList<>();
    private boolean requested;

    /** The registration of an action. Closing it removes the action. */
    @FunctionalInterface
    public interface Registration extends AutoCloseable {
        /** Removes the action. After the return, the action neither runs nor will run. */
        @Override
        void close();
    }

    /** Creates a cancellation that is not requested. */
    public Cancellation() {
        // Actions are added later.
    }

    /** Follows another cancellation until the registration is closed. */
    Registration follow(Cancellation other) {
        return other.onRequest(this::request);
    }

    /**
     * Returns whether the stage should end.
     *
     * @return once {@code true}, always {@code true}
     */
    public synchronized boolean isRequested() {
        return requested;
    }

    /**
     * Runs an action when the stage should end, or at once if it already should. The action must be short and must not
     * throw. It runs on the cancelling thread.
     *
     * @param action the action
     * @return the registration, to be closed before the resources of the action are
     */
    public synchronized Registration onRequest(Runnable action) {
        if (requested) {
            action.run();
            return () -> {};
        }
        actions.add(action);
        return () -> remove(action);
    }

    private synchronized void remove(Runnable action) {
        actions.remove(action);
    }

    /** Signals that the stage should end; runs the actions on this thread, once. */
    public synchronized void request() {
        if (!requested) {
            requested = true;
            List.copyOf(actions).forEach(Runnable::run);
            actions.clear();
        }
    }
}
