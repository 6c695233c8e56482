package io.pepper.session.internal;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A histogram of times with quantiles accurate to 1 %: there are 64 counters between a power of two and the next, as in
 * HdrHistogram. Takes 30 KB, whatever is counted. Thread-safe; counting takes no lock.
 */
public final class LatencyCounts {
    private static final int SUB_BITS = 6;
    private static final int SUBS = 1 << SUB_BITS;

    private final AtomicLongArray counts = new AtomicLongArray((Long.SIZE - SUB_BITS) * SUBS);

    /** Creates a histogram without times. */
    public LatencyCounts() {
        // All counts are 0.
    }

    /**
     * Counts a time.
     *
     * @param nanos nanoseconds; negative ones count as 0
     */
    public void add(long nanos) {
        counts.incrementAndGet(index(Math.max(0, nanos)));
    }

    /** Values below 64 have a counter each; others share one if their highest seven bits agree. */
    static int index(long value) {
        int shift = Math.max(0, Long.SIZE - 1 - SUB_BITS - Long.numberOfLeadingZeros(value));
        return shift * SUBS + (int) (value >>> shift);
    }

    /** Returns the middle of a counter's range. */
    static double middle(int index) {
        int shift = Math.max(0, index / SUBS - 1);
        double low = (double) (index - shift * SUBS) * (1L << shift);
        return low + ((1L << shift) - 1) / 2.0;
    }

    /**
     * Returns the current counts. With concurrent counting, the counters may be read at different moments.
     *
     * @return the counts, for {@link #quantile}
     */
    public long[] snapshot() {
        long[] copy = new long[counts.length()];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = counts.get(i);
        }
        return copy;
    }

    /**
     * Returns a quantile.
     *
     * @param share the share of the times that it is not below, 0 to 1
     * @param snapshot the counts
     * @return nanoseconds; 0 if there are no times
     */
    public static double quantile(double share, long... snapshot) {
        long total = 0;
        for (long count : snapshot) {
            total += count;
        }
        long rank = Math.max(1, (long) Math.ceil(share * total));
        long below = 0;
        for (int i = 0; i < snapshot.length; i++) {
            below += snapshot[i];
            if (below >= rank) {
                return middle(i);
            }
        }
        return 0;
    }
}
