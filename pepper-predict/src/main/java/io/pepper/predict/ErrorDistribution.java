package io.pepper.predict;

import io.pepper.measure.internal.Quantiles;

/**
 * The distribution of the relative errors of predicted medians. An error is the absolute difference between the predicted and
 * the measured median, as a share of the measured one.
 *
 * @param records number of records, at least 1
 * @param p10 the 10th percentile of the errors
 * @param median their median
 * @param p90 their 90th percentile
 */
public record ErrorDistribution(int records, double p10, double median, double p90) {
    private static final double P10 = 0.1;
    private static final double P90 = 0.9;

    /** Returns the distribution of at least one error. */
    static ErrorDistribution of(double... errors) {
        Quantiles quantiles = Quantiles.of(errors);
        return new ErrorDistribution(errors.length, quantiles.at(P10), quantiles.median(), quantiles.at(P90));
    }
}
