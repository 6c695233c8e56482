package io.pepper.measure.internal;

import java.util.Arrays;

/**
 * Quantiles of a sample, interpolated linearly between two values (type 7 of Hyndman and Fan, "Sample quantiles in
 * statistical packages", The American Statistician 50, 1996). Immutable and therefore thread-safe.
 */
public final class Quantiles {
    /** The number of values below the median is binomial: 1.96 of its standard deviations are 0.98 √n. */
    private static final double HALF_WIDTH = 0.98;

    private final double[] sorted;

    private Quantiles(double... sorted) {
        this.sorted = sorted;
    }

    /**
     * Returns the quantiles of a sample.
     *
     * @param sample at least one number
     * @return its quantiles
     * @throws IllegalArgumentException if the sample is empty
     */
    public static Quantiles of(double... sample) {
        if (sample.length == 0) {
            throw new IllegalArgumentException("a sample has at least one value");
        }
        double[] sorted = sample.clone();
        Arrays.sort(sorted);
        return new Quantiles(sorted);
    }

    /**
     * Returns a quantile.
     *
     * @param share the share of the sample below the quantile, from 0 (minimum) to 1 (maximum)
     * @return the quantile, in the unit of the sample
     */
    public double at(double share) {
        double place = share * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }

    /**
     * Returns the median.
     *
     * @return the median, in the unit of the sample
     */
    public double median() {
        return at(0.5);
    }

    /**
     * Returns the relative width of the median's 95 % confidence interval. The interval assumes no distribution: it
     * lies between order statistics n/2 ± 0.98 √n (Conover, "Practical Nonparametric Statistics", section 3.2).
     *
     * @return 0 or more; infinite for fewer than six values, which do not determine it
     */
    public double medianUncertainty() {
        double[] interval = medianInterval();
        return (interval[1] - interval[0]) / median();
    }

    double[] medianInterval() {
        int n = sorted.length;
        int low = (int) Math.floor(n / 2.0 - HALF_WIDTH * Math.sqrt(n)) - 1;
        int high = n - 1 - low;
        return low < 0
                ? new double[] {Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY}
                : new double[] {sorted[low], sorted[high]};
    }
}
