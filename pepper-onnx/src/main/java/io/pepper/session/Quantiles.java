package io.pepper.session;

import java.util.Arrays;

/**
 * Quantiles of a sample. Between two values they are interpolated linearly (type 7 of Hyndman and Fan, "Sample quantiles in
 * statistical packages", The American Statistician 50, 1996). Immutable and therefore thread-safe.
 */
public final class Quantiles {
    /** 1.96 standard deviations of the number of values below the median, which is binomial, are 0.98 √n. */
    private static final double HALF_WIDTH = 0.98;

    private final double[] sorted;

    private Quantiles(double... sorted) {
        this.sorted = sorted;
    }

    /**
     * Sorts a sample.
     *
     * @param sample at least one number
     * @return its quantiles
     * @throws IllegalArgumentException if there is none
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
     * A quantile.
     *
     * @param share from 0, the smallest value, to 1, the greatest
     * @return the value that this share of the sample is below
     */
    public double at(double share) {
        double place = share * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }

    /**
     * The median.
     *
     * @return half of the sample is below
     */
    public double median() {
        return at(0.5);
    }

    /**
     * How wide the 95 % confidence interval of the median is, relative to the median, without regard to how the values are
     * distributed: between order statistics n/2 ± 0.98 √n (Conover, "Practical Nonparametric Statistics", section 3.2).
     *
     * @return 0 or more; infinite for fewer than six values, which cannot tell
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
