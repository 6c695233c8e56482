package io.pepper.generation;

/**
 * The task of a text generator, for planning: a prompt, the new tokens, and the memory that there must be.
 *
 * @param promptTokens the tokens of a prompt, 1 or more
 * @param newTokens the tokens to generate, 1 or more
 * @param contextTokens the longest text for which there must be memory, at least the prompt and the new tokens
 * @param sequences the number of sequences at once, 1 or more
 */
public record GenerationLoad(int promptTokens, int newTokens, int contextTokens, int sequences) {
    /** The largest number of tokens or sequences. */
    private static final int MOST = 1 << 24;

    /**
     * Checks the numbers.
     *
     * @param promptTokens the tokens of a prompt
     * @param newTokens the tokens to generate
     * @param contextTokens the longest text for which there must be memory
     * @param sequences the number of sequences at once
     * @throws IllegalArgumentException if a number is out of its range
     */
    public GenerationLoad {
        requireRange("the tokens of the prompt", promptTokens);
        requireRange("the new tokens", newTokens);
        requireRange("the tokens of the context", contextTokens);
        requireRange("the sequences", sequences);
        if (contextTokens < (long) promptTokens + newTokens) {
            throw new IllegalArgumentException("a context of " + contextTokens + " tokens is too short for "
                    + promptTokens + " of the prompt and " + newTokens + " new ones");
        }
    }

    private static void requireRange(String what, int value) {
        if (value < 1 || value > MOST) {
            throw new IllegalArgumentException(what + " are 1 to " + MOST + ", found " + value);
        }
    }

    /**
     * Returns the load of one sequence whose context is as long as its prompt and new tokens.
     *
     * @param promptTokens the tokens of a prompt, 1 or more
     * @param newTokens the tokens to generate, 1 or more
     * @return the load
     * @throws IllegalArgumentException if a number is out of its range
     */
    public static GenerationLoad of(int promptTokens, int newTokens) {
        return new GenerationLoad(promptTokens, newTokens, (int) Math.min(MOST, (long) promptTokens + newTokens), 1);
    }

    /**
     * Returns the number of steps with one token. The prompt's step gives the first of the new tokens.
     *
     * @return one less than the new tokens
     */
    public int tokenSteps() {
        return newTokens - 1;
    }

    /** Returns the number of tokens before the token step in the middle. */
    int middleTokens() {
        return promptTokens + Math.max(0, newTokens - 2) / 2;
    }
}
