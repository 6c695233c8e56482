package io.pepper.partition;

/**
 * Chooses where parts end so that the squares of their costs add up to the least: dynamic programming over the number of
 * parts and the blocks behind, within the reach of the bound. Of equal sums it takes the one with the shortest parts at the
 * front, the last cut first.
 */
final class LeastSquares {
    /*
     * Blocks are in the outer loop and parts in the inner one, so that the cost of each window is added up once for all parts.
     * Squares and their sums are exact numbers of 128 bits, as two longs. A sum that needs more counts as the greatest number;
     * it takes three parts of some 2^62 each, which is possible only if they share most of it.
     */
    static final int MOST_ENTRIES = 1 << 24;

    private final Blocks blocks;
    private final OperatorCosts.Accumulator costs;
    private final long bound;
    private final Reach reach;

    /** For each part and each of its ends: the least sum, its high and low half, and where the part then begins. */
    private final long[][] high;

    private final long[][] low;
    private final int[][] begins;

    /** The squared cost of the blocks from each place to the end at hand. */
    private final long[] squareHigh;

    private final long[] squareLow;

    LeastSquares(Blocks blocks, OperatorCosts.Accumulator costs, long bound, Reach reach) {
        this.blocks = blocks;
        this.costs = costs;
        this.bound = bound;
        this.reach = reach;
        checkSize();
        int parts = reach.parts();
        high = new long[parts + 1][];
        low = new long[parts + 1][];
        begins = new int[parts + 1][];
        for (int part = 0; part <= parts; part++) {
            high[part] = new long[reach.width(part)];
            low[part] = new long[reach.width(part)];
            begins[part] = new int[reach.width(part)];
        }
        squareHigh = new long[blocks.count()];
        squareLow = new long[blocks.count()];
    }

    private void checkSize() {
        long entries = 0;
        for (int part = 0; part <= reach.parts(); part++) {
            entries += reach.width(part);
        }
        if (entries > MOST_ENTRIES) {
            throw new IllegalArgumentException(reach.parts() + " parts of " + blocks.count()
                    + " blocks need a table of " + entries + " entries, where at most " + MOST_ENTRIES + " are held");
        }
    }

    /** The indices of the chosen cuts: cut i is between block i and block i + 1. */
    int[] choose() {
        int parts = reach.parts();
        int lowest = 1;
        for (int end = 1; end <= blocks.count(); end++) {
            while (reach.last(lowest) < end) {
                lowest++;
            }
            if (reach.first(lowest) <= end) {
                int from = addUp(end, reach.first(lowest - 1));
                for (int part = lowest; part <= parts && reach.first(part) <= end; part++) {
                    endPart(part, end, from);
                }
            }
        }
        int[] chosen = new int[parts - 1];
        int end = blocks.count();
        for (int part = parts; part > 1; part--) {
            end = begins[part][end - reach.first(part)];
            chosen[part - 2] = end - 1;
        }
        return chosen;
    }

    /** Squares the costs of the windows that end here, back to a place or to the bound; where it came to. */
    private int addUp(int end, int earliest) {
        costs.clear();
        int begin = end;
        while (begin > earliest) {
            long cost = blocks.add(begin - 1, costs);
            if (cost > bound) {
                break;
            }
            begin--;
            squareHigh[begin] = Math.multiplyHigh(cost, cost);
            squareLow[begin] = cost * cost;
        }
        return begin;
    }

    private void endPart(int part, int end, int from) {
        int offset = reach.first(part - 1);
        long[] beforeHigh = high[part - 1];
        long[] beforeLow = low[part - 1];
        long bestHigh = Long.MAX_VALUE;
        long bestLow = -1;
        int best = -1;
        for (int begin = Math.min(end - 1, reach.last(part - 1)); begin >= Math.max(from, offset); begin--) {
            if (compare(squareHigh[begin], squareLow[begin], bestHigh, bestLow) > 0) {
                break;
            }
            long sumLow = beforeLow[begin - offset] + squareLow[begin];
            long carry = Long.compareUnsigned(sumLow, squareLow[begin]) < 0 ? 1 : 0;
            long sumHigh = beforeHigh[begin - offset] + squareHigh[begin] + carry;
            if (sumHigh < 0) {
                sumHigh = Long.MAX_VALUE;
                sumLow = -1;
            }
            if (compare(sumHigh, sumLow, bestHigh, bestLow) <= 0) {
                bestHigh = sumHigh;
                bestLow = sumLow;
                best = begin;
            }
        }
        int place = end - reach.first(part);
        high[part][place] = bestHigh;
        low[part][place] = bestLow;
        begins[part][place] = best;
    }

    private static int compare(long high, long low, long otherHigh, long otherLow) {
        return high == otherHigh ? Long.compareUnsigned(low, otherLow) : Long.compare(high, otherHigh);
    }
}
