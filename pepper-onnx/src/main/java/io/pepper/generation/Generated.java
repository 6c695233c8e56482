package io.pepper.generation;

import java.util.List;

/**
 * Generated tokens.
 *
 * @param tokens the new tokens, without the prompt
 * @param reason why generation ended
 * @param firstTokenSeconds the time from the prompt to the first new token
 * @param seconds the time from the prompt to the last token
 */
public record Generated(List<Long> tokens, Reason reason, double firstTokenSeconds, double seconds) {
    /** The reasons for which generation ends. */
    public enum Reason {
        /** A stop token was generated. */
        STOP_TOKEN,
        /** The largest number of new tokens was reached. */
        LENGTH,
        /** The caller wanted no more. */
        ENDED
    }

    /**
     * Copies the tokens.
     *
     * @param tokens the new tokens, without the prompt
     * @param reason why generation ended
     * @param firstTokenSeconds the time from the prompt to the first new token
     * @param seconds the time from the prompt to the last token
     */
    public Generated {
        tokens = List.copyOf(tokens);
    }

    /**
     * Returns the rate after the first token.
     *
     * @return tokens per second; NaN for a single token
     */
    public double tokensPerSecond() {
        return tokens.size() < 2 ? Double.NaN : (tokens.size() - 1) / (seconds - firstTokenSeconds);
    }
}
