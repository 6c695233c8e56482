package io.pepper.partition;

/**
 * A search for the best start of a part that ends at a given position: the first start at which the square of the
 * part's cost plus the least sum of the parts before it is minimal.
 *
 * <p>Squares fall as the start moves right. For starts from l to r, the least sum from l on plus the square at r is a
 * lower bound: intervals whose bound is too high are skipped, others are halved. The best start for the end before is
 * tried first, since it is usually near.
 */
final class BestStart {
    private static final int MAX_HALVINGS = 32;

    /** The square of the cost of the blocks from each position to the current end. */
    private final long[] squareHigh;

    private final long[] squareLow;

    /** The intervals to examine: at most one for each level of halving. */
    private final int[] lefts = new int[MAX_HALVINGS + 1];

    private final int[] rights = new int[MAX_HALVINGS + 1];

    private long sumHigh;
    private long sumLow;

    private int best;
    private long bestHigh;
    private long bestLow;

    BestStart(int blocks) {
        squareHigh = new long[blocks];
        squareLow = new long[blocks];
    }

    void setCost(int start, long cost) {
        squareHigh[start] = Math.multiplyHigh(cost, cost);
        squareLow[start] = cost * cost;
    }

    /** Finds the best start from {@code low} to {@code high}, and adds its sum. */
    void addBest(int low, int high, SquareSums before, SquareSums sums) {
        if (low > high) {
            throw GrowingCosts.orderMatters();
        }
        best = Integer.MAX_VALUE;
        bestHigh = Long.MAX_VALUE;
        bestLow = -1;
        int guess = sums.lastStart();
        if (low <= guess && guess <= high) {
            tryStart(guess, before);
        }
        lefts[0] = low;
        rights[0] = high;
        int open = 1;
        while (open > 0) {
            open--;
            int left = lefts[open];
            int right = rights[open];
            if (left == right) {
                tryStart(left, before);
            } else if (mayImprove(left, right, before)) {
                int middle = (left + right) >>> 1;
                lefts[open] = middle + 1;
                rights[open++] = right;
                lefts[open] = left;
                rights[open++] = middle;
            }
        }
        sums.add(bestHigh, bestLow, best);
    }

    private void tryStart(int start, SquareSums before) {
        add(before.high(start), before.low(start), start);
        if (isBetter(start)) {
            best = start;
            bestHigh = sumHigh;
            bestLow = sumLow;
        }
    }

    private boolean mayImprove(int left, int right, SquareSums before) {
        add(before.leastHigh(left), before.leastLow(left), right);
        return isBetter(left);
    }

    private boolean isBetter(int start) {
        int order = SquareSums.compare(sumHigh, sumLow, bestHigh, bestLow);
        return order < 0 || (order == 0 && start < best);
    }

    /** Adds a square to a sum. A sum of more than 127 bits counts as the greatest number of 127 bits. */
    private void add(long high, long low, int start) {
        sumLow = low + squareLow[start];
        long carry = Long.compareUnsigned(sumLow, low) < 0 ? 1 : 0;
        sumHigh = high + squareHigh[start] + carry;
        if (sumHigh < 0) {
            sumHigh = Long.MAX_VALUE;
            sumLow = -1;
        }
    }
}
