package io.pepper.examples.http;

import java.time.Duration;

/**
 * The limits of requests that run a deployment of a cluster. Immutable.
 *
 * @param maxBytes maximum size of a request's inputs, in bytes
 * @param maxRequests maximum number of requests at the same time
 * @param timeout maximum time of a request on the nodes
 * @param patience maximum time that a request waits for a node which can take the part of a lost one
 */
public record RunLimits(long maxBytes, int maxRequests, Duration timeout, Duration patience) {
    /** The default limits: 64 MiB, 32 requests, a minute, 10 seconds. */
    public static final RunLimits DEFAULTS =
            new RunLimits(64L << 20, 32, Duration.ofMinutes(1), Duration.ofSeconds(10));

    /**
     * Checks the limits.
     *
     * @param maxBytes maximum size of a request's inputs, in bytes
     * @param maxRequests maximum number of requests at the same time
     * @param timeout maximum time of a request on the nodes
     * @param patience maximum time that a request waits for a node which can take the part of a lost one
     * @throws IllegalArgumentException if one is not more than 0
     */
    public RunLimits {
        if (maxBytes <= 0 || maxRequests <= 0 || timeout.toMillis() <= 0 || patience.toMillis() <= 0) {
            throw new IllegalArgumentException(
                    "limits must be more than 0: " + maxBytes + ", " + maxRequests + ", " + timeout + ", " + patience);
        }
    }
}
