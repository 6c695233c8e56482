package io.pepper.session;

import io.pepper.plan.Placement;

/**
 * Hears what happens in a session, for a host's metrics and events. Called on the threads that do the work, by several at once: it
 * should return soon, and what it throws is logged and forgotten. {@link RuntimeMeters} binds one to Micrometer.
 */
public interface RunListener {
    /** A listener that does nothing. */
    RunListener NONE = new RunListener() {};

    /**
     * A stage has run.
     *
     * @param stage its name
     * @param busyNanos how long it took
     * @param waitedNanos how long the request waited for it, 0 if it did not
     */
    default void stageRan(String stage, long busyNanos, long waitedNanos) {}

    /**
     * A stage has failed; it may be tried again.
     *
     * @param failure how
     */
    default void stageFailed(StageException failure) {}

    /**
     * A request has its answer.
     *
     * @param nanos how long that took
     */
    default void answered(long nanos) {}

    /**
     * A request failed, for all retries.
     *
     * @param failure why
     * @param fallback whether the fall-back is asked now
     */
    default void failed(Exception failure, boolean fallback) {}

    /**
     * An {@link AdaptiveSession} runs on another placement from now on.
     *
     * @param placement the placement
     * @param nanos how long preparing it took
     */
    default void moved(Placement placement, long nanos) {}

    /**
     * An {@link AdaptiveSession} could not move, and stays where it is.
     *
     * @param failure why
     */
    default void stayed(Exception failure) {}

    /**
     * A sampled request was answered otherwise than the whole model would.
     *
     * @param what the output, and by how much it differs
     */
    default void differed(String what) {}
}
