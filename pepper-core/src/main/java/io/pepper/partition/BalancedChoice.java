package io.pepper.partition;

import java.util.Arrays;

/**
 * Chooses cuts so that the largest part is the smallest possible, and the squares of the parts add up to the least.
 *
 * <p>The smallest possible bottleneck is found by halving: whether parts of a cost at most b suffice is told by making each as
 * long as it may be. The choice is then a shortest path through the cuts, layer by layer, where a step is a part.
 */
final class BalancedChoice {
    private final Blocks blocks;
    private final int parts;
    private final OperatorCosts.Accumulator costs;
    private final int count;

    BalancedChoice(Blocks blocks, OperatorCosts costs, int parts) {
        this.blocks = blocks;
        this.parts = parts;
        this.costs = costs.accumulator();
        this.count = blocks.count();
    }

    /** The indices of the chosen cuts: cut i is between block i and block i + 1. */
    int[] choose() {
        return cheapest(bottleneck());
    }

    private long bottleneck() {
        long low = 0;
        for (int block = 0; block < count; block++) {
            costs.clear();
            low = Math.max(low, blocks.add(block, costs));
        }
        costs.clear();
        long high = 0;
        for (int block = 0; block < count; block++) {
            high = Math.max(high, blocks.add(block, costs));
        }
        while (low < high) {
            long middle = low + (high - low) / 2;
            if (partsWithin(middle) <= parts) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** How many parts it takes at least if each costs no more than the bound, which is enough for any one block. */
    private int partsWithin(long bound) {
        int needed = 1;
        costs.clear();
        for (int block = 0; block < count; block++) {
            if (blocks.add(block, costs) > bound) {
                needed++;
                costs.clear();
                blocks.add(block, costs);
            }
        }
        return needed;
    }

    /** The least sum of squares of k parts that cover the first i blocks, for k from 1 to the number of parts. */
    private int[] cheapest(long bound) {
        double[] before = new double[count + 1];
        double[] now = new double[count + 1];
        int[][] previous = new int[parts + 1][];
        Arrays.fill(before, Double.POSITIVE_INFINITY);
        before[0] = 0;
        for (int part = 1; part <= parts; part++) {
            int last = count - (parts - part);
            previous[part] = new int[last + 1];
            Arrays.fill(now, Double.POSITIVE_INFINITY);
            for (int end = part; end <= last; end++) {
                costs.clear();
                for (int begin = end - 1; begin >= part - 1; begin--) {
                    double cost = blocks.add(begin, costs);
                    if (cost > bound) {
                        break;
                    }
                    double sum = before[begin] + cost * cost;
                    if (sum <= now[end]) {
                        now[end] = sum;
                        previous[part][end] = begin;
                    }
                }
            }
            double[] free = before;
            before = now;
            now = free;
        }
        int[] chosen = new int[parts - 1];
        int end = count;
        for (int part = parts; part > 1; part--) {
            end = previous[part][end];
            chosen[part - 2] = end - 1;
        }
        return chosen;
    }
}
