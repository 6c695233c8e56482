package io.pepper.session;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * What happens when a stage throws, hangs, or runs out of memory. First the stage is called again, as often as {@code retries} says;
 * then the whole request goes to the {@code fallback}, if there is one; then it fails. Other requests go on. Immutable.
 *
 * @param timeout how long one call of a stage may take; empty for as long as it likes
 * @param grace how long a stage that took too long may take to obey and stop, before it is left alone
 * @param retries how often a stage is called again for a request, 0 or more; the same inputs are still there
 * @param fallback answers requests that failed, for instance the parts on another placement, or the whole model; it stays the
 *     caller's to close
 */
public record FailurePolicy(Optional<Duration> timeout, Duration grace, int retries, Optional<ModelSession> fallback) {
    /** A request fails with the first failure of a stage; a stage takes as long as it likes. */
    public static final FailurePolicy FAIL =
            new FailurePolicy(Optional.empty(), Duration.ofSeconds(5), 0, Optional.empty());

    /**
     * Checks the numbers.
     *
     * @param timeout see the record
     * @param grace see the record
     * @param retries see the record
     * @param fallback see the record
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
     * With a time-out. Calls then run on threads of their own.
     *
     * @param value how long a call may take, more than nothing
     * @return this policy with it
     */
    public FailurePolicy withTimeout(Duration value) {
        return new FailurePolicy(Optional.of(value), grace, retries, fallback);
    }

    /**
     * With another time to obey.
     *
     * @param value how long, nothing or more
     * @return this policy with it
     */
    public FailurePolicy withGrace(Duration value) {
        return new FailurePolicy(timeout, value, retries, fallback);
    }

    /**
     * With repeated calls.
     *
     * @param value how many, 0 or more
     * @return this policy with them
     */
    public FailurePolicy withRetries(int value) {
        return new FailurePolicy(timeout, grace, value, fallback);
    }

    /**
     * With another session for requests that failed.
     *
     * @param value a session of the same model; not closed by whoever uses it
     * @return this policy with it
     */
    public FailurePolicy withFallback(ModelSession value) {
        return new FailurePolicy(timeout, grace, retries, Optional.of(value));
    }
}
