package io.pepper.session;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * The response to a stage that throws, hangs, or runs out of memory. The stage is called again up to {@code retries}
 * times; then the whole request goes to the {@code fallback}, if there is one; then the request fails. Other requests
 * continue. Immutable.
 *
 * @param timeout the longest time of one call of a stage; empty for no limit
 * @param grace the time that a stage gets to stop after its time-out, before it is abandoned
 * @param retries the number of further calls of a stage for one request, 0 or more; each gets the same inputs
 * @param fallback a session that answers failed requests, for instance the parts on another placement, or the whole
 *     model; the caller closes it
 */
public record FailurePolicy(Optional<Duration> timeout, Duration grace, int retries, Optional<ModelSession> fallback) {
    /** No retries, no fallback, no time-out. */
    public static final FailurePolicy FAIL =
            new FailurePolicy(Optional.empty(), Duration.ofSeconds(5), 0, Optional.empty());

    /**
     * Checks the numbers.
     *
     * @param timeout the longest time of one call of a stage
     * @param grace the time that a stage gets to stop after its time-out, before it is abandoned
     * @param retries the number of further calls of a stage for one request, 0 or more
     * @param fallback a session that answers failed requests, for instance the parts on another placement, or the
     *     whole model
     * @throws IllegalArgumentException if one is out of its range
     */
    public FailurePolicy {
        Objects.requireNonNull(fallback);
        if (retries < 0) {
            throw new IllegalArgumentException("retries " + retries + " is out of range");
        }
        if (grace.isNegative()
                || timeout.filter(time -> time.isNegative() || time.isZero()).isPresent()) {
            throw new IllegalArgumentException("timeout " + timeout + ", grace " + grace + ": out of range");
        }
    }

    /**
     * Returns this policy with a time-out. Calls then run on separate threads.
     *
     * @param value the longest time of a call, more than 0
     * @return the policy
     */
    public FailurePolicy withTimeout(Duration value) {
        return new FailurePolicy(Optional.of(value), grace, retries, fallback);
    }

    /**
     * Returns this policy with another grace period.
     *
     * @param value the time, 0 or more
     * @return the policy
     */
    public FailurePolicy withGrace(Duration value) {
        return new FailurePolicy(timeout, value, retries, fallback);
    }

    /**
     * Returns this policy with retries.
     *
     * @param value the number of retries, 0 or more
     * @return the policy
     */
    public FailurePolicy withRetries(int value) {
        return new FailurePolicy(timeout, grace, value, fallback);
    }

    /**
     * Returns this policy with a fallback.
     *
     * @param value a session of the same model; its user does not close it
     * @return the policy
     */
    public FailurePolicy withFallback(ModelSession value) {
        return new FailurePolicy(timeout, grace, retries, Optional.of(value));
    }
}
