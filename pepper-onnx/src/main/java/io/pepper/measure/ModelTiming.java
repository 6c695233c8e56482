package io.pepper.measure;

import io.pepper.measure.internal.Quantiles;
import java.util.OptionalLong;

/**
 * The times of a model's runs, in seconds of wall-clock time.
 *
 * @param runs number of timed runs
 * @param medianSeconds median time of a run
 * @param minSeconds shortest time of a run
 * @param p25Seconds 25th percentile of the time of a run
 * @param p75Seconds 75th percentile of the time of a run
 * @param p90Seconds 90th percentile of the time of a run
 * @param p99Seconds 99th percentile of the time of a run
 * @param medianUncertainty width of the 95 % confidence interval of the median, relative to the median; infinite if
 *     there were too few runs
 * @param sessionSeconds time that ONNX Runtime took to open the model
 * @param peakMemoryBytes peak growth of the process's memory while the model was opened and first run, including that
 *     of other threads; empty if the system does not report it
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
     * Returns the interquartile range.
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

    /**
     * The time of one operator, from ONNX Runtime's profiler.
     *
     * @param name the operator's name in ONNX Runtime; the model's own unless it was rewritten
     * @param type its type, which fusion may have created
     * @param runs number of its runs
     * @param medianSeconds median time of a run, to a microsecond
     */
    public record OperatorTiming(String name, String type, int runs, double medianSeconds) {}
}
