package io.pepper.distributed.internal.flow;

import io.pepper.session.SessionListener;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Options of a session over nodes. Immutable.
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
public record FlowOptions(
        Optional<Integer> maxUnderWay,
        long maxBytes,
        Optional<Duration> timeout,
        Duration silence,
        Duration patience,
        int attempts,
        SessionListener listener) {
    private static final int SHARE_OF_HEAP = 4;

    /** Three requests for each part, a quarter of the heap's limit, no deadline, 5 s of silence, 30 s of patience. */
    public static final FlowOptions DEFAULTS = new FlowOptions(
            Optional.empty(),
            Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP,
            Optional.empty(),
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            10,
            SessionListener.NONE);

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
    public FlowOptions {
        check(maxUnderWay, maxBytes, timeout, silence, patience, attempts, listener);
    }

    /**
     * Checks the numbers of options, also of those that become these.
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
    public static void check(
            Optional<Integer> maxUnderWay,
            long maxBytes,
            Optional<Duration> timeout,
            Duration silence,
            Duration patience,
            int attempts,
            SessionListener listener) {
        Objects.requireNonNull(listener);
        if (maxUnderWay.orElse(1) < 1
                || maxBytes < 1
                || attempts < 1
                || silence.toMillis() < 1
                || patience.isNegative()
                || timeout.filter(time -> time.toMillis() < 1).isPresent()) {
            throw new IllegalArgumentException("maxUnderWay " + maxUnderWay + ", maxBytes " + maxBytes + ", timeout "
                    + timeout + ", silence " + silence + ", patience " + patience + ", attempts " + attempts
                    + ": out of range");
        }
    }
}
