package io.pepper.workload;

/**
 * How long a piece will take.
 *
 * @param medianSeconds half of the runs are expected to take at most this long, more than 0
 * @param p90Seconds 90 % of the runs are expected to take at most this long, at least the median
 * @param extrapolated whether the piece or the device's state lies outside of what the predictor knows, so that the numbers are a
 *     guess
 */
public record Prediction(double medianSeconds, double p90Seconds, boolean extrapolated) {
    /**
     * Checks the numbers.
     *
     * @param medianSeconds see the record
     * @param p90Seconds see the record
     * @param extrapolated see the record
     * @throws IllegalArgumentException if one is out of its range
     */
    public Prediction {
        if (!(medianSeconds > 0 && p90Seconds >= medianSeconds && p90Seconds < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "no prediction: median " + medianSeconds + " s, 90th percentile " + p90Seconds + " s");
        }
    }
}
