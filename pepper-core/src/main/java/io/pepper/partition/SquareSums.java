package io.pepper.partition;

/**
 * The least sums of squares for one number of parts: for each end of the last part, in ascending order, the sum and the
 * start of this part. Sums are unsigned numbers below 2^127, as two longs.
 */
final class SquareSums {
    private final int first;
    private final long[] high;
    private final long[] low;

    /** The minimum of the sums from each position on. */
    private final long[] leastHigh;

    private final long[] leastLow;
    private final int[] starts;
    private int count;

    SquareSums(int first, int width) {
        this.first = first;
        high = new long[width];
        low = new long[width];
        leastHigh = new long[width];
        leastLow = new long[width];
        starts = new int[width];
    }

    /** Adds the next end. The minima never decrease from position to position, so that few of them change. */
    void add(long sumHigh, long sumLow, int start) {
        high[count] = sumHigh;
        low[count] = sumLow;
        starts[count] = start;
        leastHigh[count] = sumHigh;
        leastLow[count] = sumLow;
        for (int i = count - 1; i >= 0 && compare(leastHigh[i], leastLow[i], sumHigh, sumLow) > 0; i--) {
            leastHigh[i] = sumHigh;
            leastLow[i] = sumLow;
        }
        count++;
    }

    long high(int end) {
        return high[end - first];
    }

    long low(int end) {
        return low[end - first];
    }

    long leastHigh(int end) {
        return leastHigh[end - first];
    }

    long leastLow(int end) {
        return leastLow[end - first];
    }

    /** Returns the start of the last part if it ends at a position. */
    int start(int end) {
        return starts[end - first];
    }

    /** Returns the start of the part that was added last, or -1. */
    int lastStart() {
        return count == 0 ? -1 : starts[count - 1];
    }

    static int compare(long high, long low, long otherHigh, long otherLow) {
        return high == otherHigh ? Long.compareUnsigned(low, otherLow) : Long.compare(high, otherHigh);
    }
}
