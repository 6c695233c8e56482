package io.pepper.generation;

import java.util.Set;

/**
 * The choice of the next token, and the end of generation. Immutable.
 *
 * @param maxNewTokens the largest number of new tokens, 1 or more
 * @param temperature the divisor of the logits; 0 chooses the most probable token (greedy)
 * @param topK the number of most probable tokens to choose from; 0 for all
 * @param topP the smallest set of most probable tokens with this probability is chosen from, above 0 to 1
 * @param repetitionPenalty positive logits of tokens that are there already are divided by it, negative ones multiplied
 *     (Keskar et al., CTRL, 2019); 1 for none
 * @param seed the seed of the choice; the same seed, model and prompt give the same tokens
 * @param stopTokens the tokens after which generation ends; they are part of the result
 */
public record Sampling(
        int maxNewTokens,
        double temperature,
        int topK,
        double topP,
        double repetitionPenalty,
        long seed,
        Set<Long> stopTokens) {
    /** The most probable token each time, up to 128 new tokens. */
    public static final Sampling GREEDY = new Sampling(128, 0, 0, 1, 1, 0, Set.of());

    /**
     * Checks the values.
     *
     * @param maxNewTokens the largest number of new tokens, 1 or more
     * @param temperature the divisor of the logits
     * @param topK the number of most probable tokens to choose from
     * @param topP the probability of the tokens to choose from
     * @param repetitionPenalty the penalty of tokens that are there already
     * @param seed the seed of the choice
     * @param stopTokens the tokens after which generation ends
     * @throws IllegalArgumentException if a value is out of range; the message names it
     */
    public Sampling {
        stopTokens = Set.copyOf(stopTokens);
        require(maxNewTokens >= 1, "maxNewTokens", maxNewTokens);
        require(temperature >= 0 && Double.isFinite(temperature), "temperature", temperature);
        require(topK >= 0, "topK", topK);
        require(topP > 0 && topP <= 1, "topP", topP);
        require(repetitionPenalty > 0 && Double.isFinite(repetitionPenalty), "repetitionPenalty", repetitionPenalty);
    }

    private static void require(boolean holds, String name, double value) {
        if (!holds) {
            throw new IllegalArgumentException(name + " is out of range: " + value);
        }
    }

    /**
     * Sets the largest number of new tokens.
     *
     * @param value 1 or more
     * @return new options
     */
    public Sampling withMaxNewTokens(int value) {
        return new Sampling(value, temperature, topK, topP, repetitionPenalty, seed, stopTokens);
    }

    /**
     * Sets the temperature.
     *
     * @param value 0 for greedy, or more
     * @return new options
     */
    public Sampling withTemperature(double value) {
        return new Sampling(maxNewTokens, value, topK, topP, repetitionPenalty, seed, stopTokens);
    }

    /**
     * Chooses from the most probable tokens only.
     *
     * @param value their number; 0 for all
     * @return new options
     */
    public Sampling withTopK(int value) {
        return new Sampling(maxNewTokens, temperature, value, topP, repetitionPenalty, seed, stopTokens);
    }

    /**
     * Chooses from the smallest set of most probable tokens with this probability (nucleus).
     *
     * @param value above 0 to 1
     * @return new options
     */
    public Sampling withTopP(double value) {
        return new Sampling(maxNewTokens, temperature, topK, value, repetitionPenalty, seed, stopTokens);
    }

    /**
     * Sets the penalty of tokens that are there already.
     *
     * @param value more than 0; 1 for none
     * @return new options
     */
    public Sampling withRepetitionPenalty(double value) {
        return new Sampling(maxNewTokens, temperature, topK, topP, value, seed, stopTokens);
    }

    /**
     * Sets the seed.
     *
     * @param value any number
     * @return new options
     */
    public Sampling withSeed(long value) {
        return new Sampling(maxNewTokens, temperature, topK, topP, repetitionPenalty, value, stopTokens);
    }

    /**
     * Sets the tokens after which generation ends.
     *
     * @param value the tokens
     * @return new options
     */
    public Sampling withStopTokens(Set<Long> value) {
        return new Sampling(maxNewTokens, temperature, topK, topP, repetitionPenalty, seed, value);
    }
}
