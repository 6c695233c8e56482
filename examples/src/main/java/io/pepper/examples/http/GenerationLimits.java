package io.pepper.examples.http;

import java.time.Duration;

/**
 * The limits of requests that generate text. Immutable.
 *
 * @param maxPromptTokens maximum number of tokens of a prompt
 * @param maxNewTokens maximum number of new tokens of a request
 * @param maxRequests maximum number of requests at the same time
 * @param timeout maximum time of a step on the nodes of a cluster
 */
public record GenerationLimits(int maxPromptTokens, int maxNewTokens, int maxRequests, Duration timeout) {
    /** The default limits: 4,096 tokens of a prompt, 2,048 new ones, 8 requests, a minute. */
    public static final GenerationLimits DEFAULTS = new GenerationLimits(4096, 2048, 8, Duration.ofMinutes(1));

    /**
     * Checks the limits.
     *
     * @param maxPromptTokens maximum number of tokens of a prompt
     * @param maxNewTokens maximum number of new tokens of a request
     * @param maxRequests maximum number of requests at the same time
     * @param timeout maximum time of a step on the nodes of a cluster
     * @throws IllegalArgumentException if one is not more than 0
     */
    public GenerationLimits {
        if (maxPromptTokens <= 0 || maxNewTokens <= 0 || maxRequests <= 0 || timeout.toMillis() <= 0) {
            throw new IllegalArgumentException("limits must be more than 0: " + maxPromptTokens + ", " + maxNewTokens
                    + ", " + maxRequests + ", " + timeout);
        }
    }
}
