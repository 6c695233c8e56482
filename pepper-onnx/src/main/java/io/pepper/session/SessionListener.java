package io.pepper.session;

import io.pepper.plan.Placement;
import java.util.List;

/**
 * A listener for events of a session, for a host's metrics. Several working threads call it at once. It should return
 * soon; its exceptions are logged and ignored.
 */
public interface SessionListener {
    /** A listener that does nothing. */
    SessionListener NONE = new SessionListener() {};

    /**
     * Reports that a stage has run.
     *
     * @param stage the name of the stage
     * @param busyNanos the run time of the stage, in nanoseconds
     * @param waitedNanos the request's waiting time for the stage, in nanoseconds
     */
    default void stageRan(String stage, long busyNanos, long waitedNanos) {}

    /**
     * Reports that a stage has failed. It may be tried again.
     *
     * @param failure the failure
     */
    default void stageFailed(StageException failure) {}

    /**
     * Reports that a request was answered.
     *
     * @param nanos the time from request to answer, in nanoseconds
     */
    default void answered(long nanos) {}

    /**
     * Reports that a request failed in spite of all retries.
     *
     * @param failure the failure
     * @param fallback whether the request goes to the fallback now
     */
    default void failed(Exception failure, boolean fallback) {}

    /**
     * Reports that a session on a cluster no longer uses a node. It sends the unanswered requests again, once other nodes
     * have all parts.
     *
     * @param device the node's device name
     * @param reason the finding, for people
     */
    default void nodeLost(String device, String reason) {}

    /**
     * Reports the nodes that a session on a cluster uses from now on: when it opens, after the loss of a node, and when a
     * planned node is back.
     *
     * @param devices the device name of each part, in the order of the model
     */
    default void routed(List<String> devices) {}

    /**
     * Reports that an {@link AdaptiveSession} has moved to another placement.
     *
     * @param placement the new placement
     * @param nanos the preparation time, in nanoseconds
     */
    default void moved(Placement placement, long nanos) {}

    /**
     * Reports that an {@link AdaptiveSession} could not move, and keeps its placement.
     *
     * @param failure the reason
     */
    default void moveFailed(Exception failure) {}

    /**
     * Reports that the answer of a sampled request differs from the whole model's.
     *
     * @param what the output, and the size of the difference
     */
    default void differed(String what) {}
}
