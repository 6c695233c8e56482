package io.pepper.export;

import io.pepper.plan.PlacedPart;
import io.pepper.plan.Placement;
import java.util.List;

/**
 * The task of a text generator in a {@link DeploymentPlan}: what was planned, the memory of its caches, and the other
 * placements that are the best for another task. Immutable and therefore thread-safe.
 *
 * @param promptTokens the tokens of a prompt, 1 or more
 * @param newTokens the new tokens of a sequence, 1 or more; the first one comes from the step of the prompt
 * @param contextTokens the longest text for which there is memory, at least the prompt and the new tokens
 * @param sequences the number of sequences at once, 1 or more
 * @param cacheBytes the bytes of the caches of all sequences in each part, at the longest context
 * @param front the trade-offs of the time to the first token and the tokens per second
 * @param changes what would make another placement the best
 */
public record GenerationPlan(
        int promptTokens,
        int newTokens,
        int contextTokens,
        int sequences,
        List<Double> cacheBytes,
        Front front,
        List<Change> changes) {
    /**
     * Checks the numbers.
     *
     * @param promptTokens the tokens of a prompt
     * @param newTokens the new tokens of a sequence
     * @param contextTokens the longest text for which there is memory
     * @param sequences the number of sequences at once
     * @param cacheBytes the bytes of the caches of all sequences in each part
     * @param front the trade-offs of the time to the first token and the tokens per second
     * @param changes what would make another placement the best
     * @throws IllegalArgumentException if a number is out of its range
     */
    public GenerationPlan {
        if (promptTokens < 1 || newTokens < 1 || sequences < 1) {
            throw new IllegalArgumentException("the tokens of a prompt, new tokens and sequences are 1 or more, found "
                    + promptTokens + ", " + newTokens + " and " + sequences);
        }
        if (contextTokens < (long) promptTokens + newTokens) {
            throw new IllegalArgumentException("a context of " + contextTokens + " tokens is too short for "
                    + promptTokens + " of the prompt and " + newTokens + " new ones");
        }
        cacheBytes = List.copyOf(cacheBytes);
        changes = List.copyOf(changes);
    }

    /**
     * Some neighbouring segments on one device.
     *
     * @param device the name of the device
     * @param from the first segment's index, from 0; segments are those of planning, several of which are a part
     * @param to the index after the last segment
     */
    public record Run(String device, int from, int to) {
        /**
         * Returns the parts of a placement.
         *
         * @param placement the placement
         * @return its parts, in order
         */
        public static List<Run> of(Placement placement) {
            return placement.parts().stream().map(Run::of).toList();
        }

        private static Run of(PlacedPart part) {
            return new Run(part.device().name(), part.from(), part.to());
        }
    }

    /**
     * The Pareto front of the time to the first token and the tokens per second.
     *
     * @param sequences the number of sequences at once whose tokens are counted, 1 or more
     * @param exact whether the front is complete; otherwise other placements may be better
     * @param tradeOffs the placements, from the lowest time to the first token to the highest rate
     */
    public record Front(int sequences, boolean exact, List<TradeOff> tradeOffs) {
        /**
         * Copies the list.
         *
         * @param sequences the number of sequences at once whose tokens are counted
         * @param exact whether the front is complete
         * @param tradeOffs the placements
         */
        public Front {
            tradeOffs = List.copyOf(tradeOffs);
        }
    }

    /**
     * A placement that no other one beats in both figures.
     *
     * @param firstTokenSeconds the time to the first token of one sequence
     * @param tokensPerSecond the rate of further tokens, of all sequences of the front together
     * @param chosen whether it is the placement of this plan
     * @param parts its parts
     */
    public record TradeOff(double firstTokenSeconds, double tokensPerSecond, boolean chosen, List<Run> parts) {
        /**
         * Copies the list.
         *
         * @param firstTokenSeconds the time to the first token of one sequence
         * @param tokensPerSecond the rate of further tokens
         * @param chosen whether it is the placement of this plan
         * @param parts its parts
         */
        public TradeOff {
            parts = List.copyOf(parts);
        }
    }

    /**
     * A change that makes another placement the best.
     *
     * @param when the change, in words
     * @param then the parts of the best placement then
     */
    public record Change(String when, List<Run> then) {
        /**
         * Copies the list.
         *
         * @param when the change, in words
         * @param then the parts of the best placement then
         */
        public Change {
            then = List.copyOf(then);
        }
    }
}
