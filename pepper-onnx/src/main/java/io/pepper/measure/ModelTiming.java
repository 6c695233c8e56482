package io.pepper.measure;

import io.pepper.session.Quantiles;
import java.util.OptionalLong;

/**
 * How long a model took. All times are in seconds of wall-clock time.
 *
 * @param runs the timed runs
 * @param medianSeconds half of the runs took at most this long
 * @param minSeconds the shortest run
 * @param p25Seconds a quarter of the runs took at most this long
 * @param p75Seconds three quarters of the runs took at most this long
 * @param p90Seconds 90 % of the runs took at most this long
 * @param p99Seconds 99 % of the runs took at most this long
 * @param medianUncertainty the width of the 95 % confidence interval of the median, relative to the median; infinite if there
 *     were too few runs to tell
 * @param sessionSeconds how long ONNX Runtime took to open the model
 * @param peakMemoryBytes how much more memory the process held at most while the model was opened and first run; empty where the
 *     system does not tell. What other threads of the process take meanwhile is in it
 */
public record ModelTiming(
        int runs,
        double medianSeconds,
        double minSeconds,
        double p25Seconds,
        double p75Seconds,
        double p90Seconds,
        double p99Seconds,
        double medianUncertainty,
        double sessionSeconds,
        OptionalLong peakMemoryBytes) {
    /**
     * The interquartile range.
     *
     * @return seconds, 0 or more
     */
    public double iqrSeconds() {
        return p75Seconds - p25Seconds;
    }

    static ModelTiming of(double[] seconds, double sessionSeconds, OptionalLong peakMemoryBytes) {
        Quantiles sample = Quantiles.of(seconds);
        return new ModelTiming(
                seconds.length,
                sample.median(),
                sample.at(0),
                sample.at(0.25),
                sample.at(0.75),
                sample.at(0.9),
                sample.at(0.99),
                sample.medianUncertainty(),
                sessionSeconds,
                peakMemoryBytes);
    }
}
