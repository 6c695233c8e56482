package io.pepper.session;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts times by size, so that quantiles are known within 1 %: between a power of two and the next there are 64 counters, which is how
 * HdrHistogram counts. Takes 30 KB, whatever is counted. Thread-safe; counting takes no lock.
 */
final class LatencyCounts {
    private static final int SUB_BITS = 6;
    private static final int SUBS = 1 << SUB_BITS;

    private final AtomicLongArray counts = new AtomicLongArray((Long.SIZE - SUB_BITS) * SUBS);

    void add(long nanos) {
        counts.incrementAndGet(index(Math.max(0, nanos)));
    }

    /** Values below 64 have a counter each; others share one if they agree in their highest seven bits. */
    static int index(long value) {
        int shift = Math.max(0, Long.SIZE - 1 - SUB_BITS - Long.numberOfLeadingZeros(value));
        return shift * SUBS + (int) (value >>> shift);
    }

    /** The middle of what a counter counts. */
    static double middle(int index) {
        int shift = Math.max(0, index / SUBS - 1);
        double low = (double) (index - shift * SUBS) * (1L << shift);
        return low + ((1L << shift) - 1) / 2.0;
    }

    /** The times counted so far, as they are at one moment or another while more are counted. */
    long[] snapshot() {
        long[] copy = new long[counts.length()];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = counts.get(i);
        }
        return copy;
    }

    /** What so large a share of the counted times is at most, in nanoseconds; 0 if there are none. */
    static double quantile(double share, long... snapshot) {
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
