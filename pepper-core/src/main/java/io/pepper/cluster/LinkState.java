package io.pepper.cluster;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The state of a connection between two devices at a moment, in the direction of the messages. Unknown values are
 * empty, never replaced by a number. Immutable and therefore thread-safe.
 *
 * <pre>{@code
 * LinkState measured = LinkState.of("camera", "cloud").withBytesPerSecond(3.1e6).withLatencySeconds(0.014);
 * Cluster now = cluster.withLinkStates(List.of(measured));
 * }</pre>
 *
 * @param from the sender's name
 * @param to the receiver's name, another one
 * @param readAt the time of the measurement; empty if the application set the state
 * @param bytesPerSecond the bandwidth, more than 0 and finite
 * @param latencySeconds one-way delay of a small message, 0 or more
 */
public record LinkState(
        String from,
        String to,
        Optional<Instant> readAt,
        OptionalDouble bytesPerSecond,
        OptionalDouble latencySeconds) {
    /**
     * Checks the ranges.
     *
     * @param from the sender's name
     * @param to the receiver's name, another one
     * @param readAt the time of the measurement; empty if the application set the state
     * @param bytesPerSecond the bandwidth, more than 0 and finite
     * @param latencySeconds one-way delay of a small message, 0 or more
     * @throws IllegalArgumentException if a number is out of its range, or if both names are the same
     */
    public LinkState {
        Objects.requireNonNull(readAt);
        if (from.equals(to)) {
            throw new IllegalArgumentException("device '" + from + "' is linked to itself");
        }
        double rate = bytesPerSecond.orElse(1);
        double latency = latencySeconds.orElse(0);
        check(from, to, "bandwidth", rate > 0 && rate < Double.POSITIVE_INFINITY, rate);
        check(from, to, "latency", latency >= 0 && latency < Double.POSITIVE_INFINITY, latency);
    }

    private static void check(String from, String to, String what, boolean right, double value) {
        if (!right) {
            throw new IllegalArgumentException(
                    "the link from '" + from + "' to '" + to + "': its " + what + " cannot be " + value);
        }
    }

    /**
     * Returns the state of a connection of which nothing is known.
     *
     * @param from the sender's name
     * @param to the receiver's name, another one
     * @return the state
     * @throws IllegalArgumentException if both names are the same
     */
    public static LinkState of(String from, String to) {
        return new LinkState(from, to, Optional.empty(), OptionalDouble.empty(), OptionalDouble.empty());
    }

    /**
     * Returns this state with a bandwidth.
     *
     * @param rate bytes per second, more than 0 and finite
     * @return the new state
     */
    public LinkState withBytesPerSecond(double rate) {
        return new LinkState(from, to, readAt, OptionalDouble.of(rate), latencySeconds);
    }

    /**
     * Returns this state with a latency.
     *
     * @param seconds one-way delay of a small message, 0 or more
     * @return the new state
     */
    public LinkState withLatencySeconds(double seconds) {
        return new LinkState(from, to, readAt, bytesPerSecond, OptionalDouble.of(seconds));
    }

    /**
     * Returns this state with the time of its measurement.
     *
     * @param moment the time
     * @return the new state
     */
    public LinkState withReadAt(Instant moment) {
        return new LinkState(from, to, Optional.of(moment), bytesPerSecond, latencySeconds);
    }

    /**
     * Returns whether the bandwidth or the latency is known.
     *
     * @return false if the state has names only
     */
    public boolean isKnown() {
        return bytesPerSecond.isPresent() || latencySeconds.isPresent();
    }

    /**
     * Returns this state, with the values of another one where this one has none.
     *
     * @param other an earlier state of the same link
     * @return the combined state, with the time of this one
     */
    public LinkState orElse(LinkState other) {
        return new LinkState(
                from,
                to,
                readAt,
                bytesPerSecond.isPresent() ? bytesPerSecond : other.bytesPerSecond,
                latencySeconds.isPresent() ? latencySeconds : other.latencySeconds);
    }

    /**
     * Returns a link with the known values of this state. The other values, such as the overhead of a message and the
     * energy of a byte, stay.
     *
     * @param link the link, as the cluster declares it
     * @return the link in this state
     */
    public Link appliedTo(Link link) {
        return new Link(
                bytesPerSecond.orElse(link.bytesPerSecond()),
                latencySeconds.orElse(link.latencySeconds()),
                link.overheadSeconds(),
                link.joulesPerByte(),
                link.sentShare());
    }
}
