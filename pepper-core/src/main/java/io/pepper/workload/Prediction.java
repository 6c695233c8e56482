package io.pepper.workload;

/**
 * The predicted time of a piece.
 *
 * @param medianSeconds expected median time of a run, more than 0
 * @param p90Seconds expected 90th percentile, at least the median
 * @param extrapolated whether the piece or the device's state lies outside of the predictor's training data, so that
 *     the numbers are a guess
 */
public record Prediction(double medianSeconds, double p90Seconds, boolean extrapolated) {
    /**
     * Checks the numbers.
     *
     * @param medianSeconds expected median time of a run, more than 0
     * @param p90Seconds expected 90th percentile, at least the median
     * @param extrapolated whether the piece or the device's state lies outside of the predictor's training data, so
     *     that the numbers are a guess
     * @throws IllegalArgumentException if a number is out of its range
     */
    public Prediction {
        if (!(medianSeconds > 0 && p90Seconds >= medianSeconds && p90Seconds < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "no prediction: median " + medianSeconds + " s, 90th percentile " + p90Seconds + " s");
        }
    }
}
