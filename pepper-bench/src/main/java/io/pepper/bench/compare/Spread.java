package io.pepper.bench.compare;

import java.util.Arrays;

/**
 * The median of some values, with an interval that holds the true median at least with the given confidence, whatever the distribution.
 *
 * <p>The ends of the interval are values themselves (order statistics). With fewer than six values not even the least and the greatest
 * reach 95 %: they are the ends then, and {@code confidence} says how much they reach.
 */
record Spread(double low, double median, double high, double confidence) {
    static final double WANTED = 0.95;

    static Spread of(double[] values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("no values: at least one is needed for a median");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        int end = 0;
        double outside = outside(n, 0);
        while (2 * (end + 1) < n && outside(n, end + 1) <= 1 - WANTED) {
            end++;
            outside = outside(n, end);
        }
        return new Spread(sorted[end], median(sorted), sorted[n - 1 - end], 1 - outside);
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
    }

    /** The confidence with which the least and the greatest of {@code n} values hold the true median between them. */
    static double confidenceOfAll(int n) {
        return 1 - outside(n, 0);
    }

    Spread times(double factor) {
        return new Spread(low * factor, median * factor, high * factor, confidence);
    }

    /** The probability that the true median is below the value at {@code end} or above the one as far from the other end. */
    private static double outside(int n, int end) {
        double probability = 0;
        double term = Math.pow(0.5, n);
        for (int k = 0; k <= end; k++) {
            probability += term;
            term = term * (n - k) / (k + 1);
        }
        return Math.min(1, 2 * probability);
    }
}
