package io.pepper.distributed;

import io.pepper.distributed.internal.flow.FlowOptions;
import io.pepper.session.SessionListener;
import java.time.Duration;
import java.util.Optional;

/**
 * Options of a session on the nodes of a cluster. Immutable and therefore thread-safe.
 *
 * @param maxUnderWay the largest number of requests in progress; empty for three for each part
 * @param maxBytes the largest size of all requests in progress, in bytes: of their inputs and of the tensors between
 *     parts
 * @param timeout the longest time of a request; empty for no limit
 * @param silence the time without an answer after which a node counts as lost
 * @param patience the time that a request waits for a node that can take a lost one's part
 * @param attempts the largest number of times that a request is sent
 * @param listener the listener for events
 */
public record ClusterSessionOptions(
        Optional<Integer> maxUnderWay,
        long maxBytes,
        Optional<Duration> timeout,
        Duration silence,
        Duration patience,
        int attempts,
        SessionListener listener) {
    /** Three requests for each part, a quarter of the heap's limit, no deadline, 5 s of silence, 30 s of patience. */
    public static final ClusterSessionOptions DEFAULTS = of(FlowOptions.DEFAULTS);

    /**
     * Checks the numbers.
     *
     * @param maxUnderWay the largest number of requests in progress
     * @param maxBytes the largest size of all requests in progress, in bytes
     * @param timeout the longest time of a request
     * @param silence the time without an answer after which a node counts as lost
     * @param patience the time that a request waits for a node that can take a lost one's part
     * @param attempts the largest number of times that a request is sent
     * @param listener the listener for events
     * @throws IllegalArgumentException if one is out of its range
     */
    public ClusterSessionOptions {
        FlowOptions.check(maxUnderWay, maxBytes, timeout, silence, patience, attempts, listener);
    }

    private static ClusterSessionOptions of(FlowOptions flow) {
        return new ClusterSessionOptions(
                flow.maxUnderWay(),
                flow.maxBytes(),
                flow.timeout(),
                flow.silence(),
                flow.patience(),
                flow.attempts(),
                flow.listener());
    }

    /**
     * Returns these options with another limit on requests in progress.
     *
     * @param value at least 1
     * @return the options
     */
    public ClusterSessionOptions withMaxUnderWay(int value) {
        return new ClusterSessionOptions(Optional.of(value), maxBytes, timeout, silence, patience, attempts, listener);
    }

    /**
     * Returns these options with another limit on the bytes of requests in progress.
     *
     * @param value bytes, at least 1
     * @return the options
     */
    public ClusterSessionOptions withMaxBytes(long value) {
        return new ClusterSessionOptions(maxUnderWay, value, timeout, silence, patience, attempts, listener);
    }

    /**
     * Returns these options with a longest time of a request.
     *
     * @param value the time, at least 1 ms
     * @return the options
     */
    public ClusterSessionOptions withTimeout(Duration value) {
        return new ClusterSessionOptions(
                maxUnderWay, maxBytes, Optional.of(value), silence, patience, attempts, listener);
    }

    /**
     * Returns these options with another time of silence.
     *
     * @param value the time without an answer after which a node counts as lost, at least 1 ms
     * @return the options
     */
    public ClusterSessionOptions withSilence(Duration value) {
        return new ClusterSessionOptions(maxUnderWay, maxBytes, timeout, value, patience, attempts, listener);
    }

    /**
     * Returns these options with another patience.
     *
     * @param value the time that a request waits for a node that can take a lost one's part, 0 or more
     * @return the options
     */
    public ClusterSessionOptions withPatience(Duration value) {
        return new ClusterSessionOptions(maxUnderWay, maxBytes, timeout, silence, value, attempts, listener);
    }

    /**
     * Returns these options with another number of attempts.
     *
     * @param value the largest number of times that a request is sent, at least 1
     * @return the options
     */
    public ClusterSessionOptions withAttempts(int value) {
        return new ClusterSessionOptions(maxUnderWay, maxBytes, timeout, silence, patience, value, listener);
    }

    /**
     * Returns these options with a listener.
     *
     * @param value the listener for events
     * @return the options
     */
    public ClusterSessionOptions withListener(SessionListener value) {
        return new ClusterSessionOptions(maxUnderWay, maxBytes, timeout, silence, patience, attempts, value);
    }

    /** Returns the options of the data plane. */
    FlowOptions flow() {
        return new FlowOptions(maxUnderWay, maxBytes, timeout, silence, patience, attempts, listener);
    }
}
