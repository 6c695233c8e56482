package io.pepper.session;

import java.util.ArrayList;
import java.util.List;

/**
 * Tells a stage that nobody waits for its answer any more: the request was cancelled, took too long, or the session closes. A stage
 * should then end soon, in whatever way. Thread-safe.
 */
public final class Cancellation {
    private final List<Runnable> actions = new ArrayList<>();
    private boolean requested;

    /** Takes an action back. */
    @FunctionalInterface
    public interface Registration extends AutoCloseable {
        /** Takes the action back; it neither runs nor is running when this returns. */
        @Override
        void close();
    }

    /** One that nobody has requested. */
    Cancellation() {}

    /** One that is requested, too, when another one is; the registration ends that. */
    Registration follow(Cancellation other) {
        return other.onRequest(this::request);
    }

    /**
     * Whether the stage should end.
     *
     * @return once {@code true}, always {@code true}
     */
    public synchronized boolean isRequested() {
        return requested;
    }

    /**
     * Runs an action when the stage should end, at once if it already should. The action must be short and not throw; it runs on
     * the thread that cancels.
     *
     * @param action what to do
     * @return takes the action back, to be closed before what the action needs is
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

    synchronized void request() {
        if (!requested) {
            requested = true;
            List.copyOf(actions).forEach(Runnable::run);
            actions.clear();
        }
    }
}
