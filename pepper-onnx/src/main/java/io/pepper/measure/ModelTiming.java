package io.pepper.measure;

import io.pepper.measure.internal.Quantiles;
import java.util.OptionalDouble;
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
 * @param sessionSeconds time that ONNX Runtime took to open the model; empty if unknown
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
        OptionalDouble sessionSeconds,
        OptionalLong peakMemoryBytes) {
    /**
     * Returns a builder of the times of runs that all took the median, with an unknown uncertainty.
     *
     * @param runs number of timed runs
     * @param medianSeconds median time of a run
     * @return the builder
     */
    public static Builder builder(int runs, double medianSeconds) {
        return new Builder(runs, medianSeconds);
    }

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
        Builder timing = builder(seconds.length, sample.median())
                .minSeconds(sample.at(0))
                .p25Seconds(sample.at(0.25))
                .p75Seconds(sample.at(0.75))
                .p90Seconds(sample.at(0.9))
                .p99Seconds(sample.at(0.99))
                .medianUncertainty(sample.medianUncertainty())
                .sessionSeconds(sessionSeconds);
        peakMemoryBytes.ifPresent(timing::peakMemoryBytes);
        return timing.build();
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

    /** A builder of times. Not thread-safe. */
    public static final class Builder {
        private final int runs;
        private final double medianSeconds;
        private double minSeconds;
        private double p25Seconds;
        private double p75Seconds;
        private double p90Seconds;
        private double p99Seconds;
        private double medianUncertainty = Double.POSITIVE_INFINITY;
        private OptionalDouble sessionSeconds = OptionalDouble.empty();
        private OptionalLong peakMemoryBytes = OptionalLong.empty();

        private Builder(int runs, double medianSeconds) {
            this.runs = runs;
            this.medianSeconds = medianSeconds;
            minSeconds = medianSeconds;
            p25Seconds = medianSeconds;
            p75Seconds = medianSeconds;
            p90Seconds = medianSeconds;
            p99Seconds = medianSeconds;
        }

        /**
         * Sets the shortest time of a run.
         *
         * @param value seconds
         * @return this builder
         */
        public Builder minSeconds(double value) {
            minSeconds = value;
            return this;
        }

        /**
         * Sets the 25th percentile of the time of a run.
         *
         * @param value seconds
         * @return this builder
         */
        public Builder p25Seconds(double value) {
            p25Seconds = value;
            return this;
        }

        /**
         * Sets the 75th percentile of the time of a run.
         *
         * @param value seconds
         * @return this builder
         */
        public Builder p75Seconds(double value) {
            p75Seconds = value;
            return this;
        }

        /**
         * Sets the 90th percentile of the time of a run.
         *
         * @param value seconds
         * @return this builder
         */
        public Builder p90Seconds(double value) {
            p90Seconds = value;
            return this;
        }

        /**
         * Sets the 99th percentile of the time of a run.
         *
         * @param value seconds
         * @return this builder
         */
        public Builder p99Seconds(double value) {
            p99Seconds = value;
            return this;
        }

        /**
         * Sets the width of the 95 % confidence interval of the median.
         *
         * @param value the width relative to the median; infinite if there were too few runs
         * @return this builder
         */
        public Builder medianUncertainty(double value) {
            medianUncertainty = value;
            return this;
        }

        /**
         * Sets the time that ONNX Runtime took to open the model.
         *
         * @param value seconds
         * @return this builder
         */
        public Builder sessionSeconds(double value) {
            sessionSeconds = OptionalDouble.of(value);
            return this;
        }

        /**
         * Sets the peak growth of the process's memory.
         *
         * @param value bytes
         * @return this builder
         */
        public Builder peakMemoryBytes(long value) {
            peakMemoryBytes = OptionalLong.of(value);
            return this;
        }

        /**
         * Returns the times.
         *
         * @return the times
         */
        public ModelTiming build() {
            return new ModelTiming(
                    runs,
                    medianSeconds,
                    minSeconds,
                    p25Seconds,
                    p75Seconds,
                    p90Seconds,
                    p99Seconds,
                    medianUncertainty,
                    sessionSeconds,
                    peakMemoryBytes);
        }
    }
}
