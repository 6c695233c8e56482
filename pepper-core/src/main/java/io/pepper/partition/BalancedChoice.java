package io.pepper.partition;

/**
 * Chooses cuts so that the largest part is the smallest possible, and the squares of the parts add up to the least.
 *
 * <p>The smallest possible bottleneck is found by halving: whether parts of a cost at most b suffice is told by making each as
 * long as it may be. {@link Reach} then says where parts can end at all, and {@link LeastSquares} chooses among these, if they
 * are not too many.
 */
final class BalancedChoice {
    /** At 36 bytes each, the table of the choice then takes 300 MB. */
    private static final int MOST_PLACES = 1 << 23;

    /** Blocks added up for the choice: a second or a few. */
    private static final long MOST_ADDED = 1L << 28;

    private final Blocks blocks;
    private final OperatorCosts.Accumulator costs;
    private final long greatest;

    /**
     * Prepares a choice.
     *
     * @param costs what to balance: costs that never shrink
     * @param greatest the most that a part may cost
     */
    BalancedChoice(Blocks blocks, OperatorCosts.Accumulator costs, long greatest) {
        this.blocks = blocks;
        this.costs = costs;
        this.greatest = greatest;
    }

    /** The fewest parts of which none costs more than allowed, if that is enough for any one block. */
    int fewestParts() {
        return partsWithin(greatest, Integer.MAX_VALUE);
    }

    /** The indices of the chosen cuts, for a number of parts that limits allow: cut i is between block i and block i + 1. */
    int[] choose(int parts) {
        long bound = bottleneck(parts);
        Reach reach = new Reach(blocks, costs, bound, parts);
        return reach.places() > MOST_PLACES || reach.windows() > MOST_ADDED
                ? reach.longestParts()
                : new LeastSquares(blocks, costs, bound, reach).choose();
    }

    private long bottleneck(int parts) {
        long low = 0;
        costs.clear();
        long high = 0;
        for (int block = 0; block < blocks.count(); block++) {
            high = Math.max(high, blocks.add(block, costs));
        }
        high = Math.min(high, greatest);
        while (low < high) {
            long middle = low + (high - low) / 2;
            if (partsWithin(middle, parts) <= parts) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /**
     * Returns the smallest number of parts that each cost no more than the bound. Counting stops once it exceeds {@code
     * most}, or once a block alone exceeds the bound.
     */
    private int partsWithin(long bound, int most) {
        int needed = 1;
        costs.clear();
        for (int block = 0; block < blocks.count() && needed <= most; block++) {
            if (blocks.add(block, costs) > bound) {
                needed++;
                costs.clear();
                if (blocks.add(block, costs) > bound) {
                    return Integer.MAX_VALUE;
                }
            }
        }
        return needed;
    }
}
