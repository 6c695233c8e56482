package io.pepper.monitor;

import io.pepper.cluster.LinkState;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * A reading of one link in one direction.
 *
 * @param state the link's state; unknown values are empty, and all are if the measurement is stale
 * @param ageSeconds the time since the measurement, in seconds, 0 or more
 * @param stale whether the measurement is older than the monitor accepts
 * @param failures the number of measurements from {@code from} to {@code to} that have failed; a link is measured in both
 *     directions at once, and the agent at its other end does not count them
 * @param problems the reasons why values are unknown, for people; empty if everything was read
 */
public record LinkReading(
        LinkState state, OptionalDouble ageSeconds, boolean stale, OptionalLong failures, List<String> problems) {
    /**
     * Creates a reading.
     *
     * @param state the link's state
     * @param ageSeconds the time since the measurement, in seconds, 0 or more
     * @param stale whether the measurement is older than the monitor accepts
     * @param failures the number of failed measurements
     * @param problems the reasons why values are unknown, for people
     */
    public LinkReading {
        Objects.requireNonNull(state);
        Objects.requireNonNull(ageSeconds);
        Objects.requireNonNull(failures);
        problems = List.copyOf(problems);
    }
}
