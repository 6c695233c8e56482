package io.pepper.partition;

/**
 * A choice of cuts that minimises the largest part, then the sum of the squares of the parts.
 *
 * <p>A binary search finds the smallest possible bottleneck: whether parts of a cost of at most b suffice is tested
 * greedily, with each part as long as possible. {@link Reach} then gives the possible ends of parts, and {@link
 * LeastSquares} chooses among these, if they are not too many.
 */
final class BalancedChoice {
    /** At 36 bytes each, the table of the choice then takes 300 MB. */
    private static final int MAX_PLACES = 1 << 23;

    /** The limit on the blocks that are added up for the choice, which then takes up to a few seconds. */
    private static final long MAX_ADDED = 1L << 28;

    private final Blocks blocks;
    private final OperatorCosts.Accumulator costs;
    private final long greatest;

    /**
     * Creates a choice.
     *
     * @param costs the costs to balance, which never shrink
     * @param greatest the largest allowed cost of a part
     */
    BalancedChoice(Blocks blocks, OperatorCosts.Accumulator costs, long greatest) {
        this.blocks = blocks;
        this.costs = costs;
        this.greatest = greatest;
    }

    /** Returns the smallest number of parts within the allowed cost, provided that each single block is within it. */
    int fewestParts() {
        return partsWithin(greatest, Integer.MAX_VALUE);
    }

    /**
     * Returns the indices of the chosen cuts for a number of parts that the limits allow. Cut i is between block i and
     * block i + 1.
     */
    int[] choose(int parts) {
        long bound = bottleneck(parts);
        Reach reach = new Reach(blocks, costs, bound, parts);
        return reach.places() > MAX_PLACES || reach.windows() > MAX_ADDED
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
