package io.pepper.predict;

import io.pepper.cluster.DeviceState;
import io.pepper.measure.ModelTiming;
import io.pepper.workload.Workload;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * One measurement: a piece, its threads and load, the state of the device, and the times of its runs.
 *
 * @param model the name of the piece's model
 * @param piece the piece's name, unique in its model
 * @param work the piece's workload
 * @param threads number of threads inside an operator, at least 1
 * @param device the device and its state right before the piece ran, with the load measured then
 * @param load the requested load
 * @param achievedPercent the load that was achieved while the piece competed with it, in percent of all cores together;
 *     empty if unknown
 * @param execution number of the measurement among repeated ones, from 1
 * @param timing the times of the runs
 * @param surroundings the conditions around the measurement
 * @param marks the reasons not to trust the measurement, in their order
 */
public record LatencyRecord(
        String model,
        String piece,
        Workload work,
        int threads,
        DeviceState device,
        LoadLevel load,
        OptionalDouble achievedPercent,
        int execution,
        ModelTiming timing,
        Surroundings surroundings,
        Set<Mark> marks) {
    /** Half-width of the 95 % interval of a normal distribution, in standard errors. */
    private static final double NORMAL_95 = 1.96;

    /**
     * Creates a record.
     *
     * @param model the name of the piece's model
     * @param piece the piece's name, unique in its model
     * @param work the piece's workload
     * @param threads number of threads inside an operator, at least 1
     * @param device the device and its state right before the piece ran
     * @param load the requested load
     * @param achievedPercent the achieved load, in percent of all cores together; empty if unknown
     * @param execution number of the measurement among repeated ones, from 1
     * @param timing the times of the runs, with a median of more than 0
     * @param surroundings the conditions around the measurement
     * @param marks the reasons not to trust the measurement
     * @throws IllegalArgumentException if a number is out of its range
     */
    public LatencyRecord {
        Objects.requireNonNull(model);
        Objects.requireNonNull(piece);
        Objects.requireNonNull(surroundings);
        Set<Mark> copy = EnumSet.noneOf(Mark.class);
        copy.addAll(marks);
        marks = Collections.unmodifiableSet(copy);
        if (threads < 1 || execution < 1 || !(timing.medianSeconds() > 0)) {
            throw new IllegalArgumentException("no measurement: threads " + threads + ", execution " + execution
                    + ", median " + timing.medianSeconds() + " s");
        }
    }

    /**
     * Returns a builder of a record of the first measurement on one thread, without load, with an empty workload, unknown
     * surroundings and no marks.
     *
     * @param model the name of the piece's model
     * @param piece the piece's name, unique in its model
     * @param device the device and its state right before the piece ran
     * @param timing the times of the runs, with a median of more than 0
     * @return the builder
     */
    public static Builder builder(String model, String piece, DeviceState device, ModelTiming timing) {
        return new Builder(model, piece, device, timing);
    }

    /**
     * Returns a builder with the values of this record.
     *
     * @return the builder
     */
    public Builder toBuilder() {
        Builder builder = new Builder(model, piece, device, timing);
        builder.work = work;
        builder.threads = threads;
        builder.load = load;
        builder.achievedPercent = achievedPercent;
        builder.execution = execution;
        builder.surroundings = surroundings;
        builder.marks = marks;
        return builder;
    }

    /**
     * Returns the key of the measurement's setting. Repeated measurements have the same key and differ by chance only.
     *
     * @return model, piece, device, threads and load
     */
    public String key() {
        return RecordFile.key(model, piece, device.device(), threads, load);
    }

    /**
     * Returns the mean of repeated measurements. The uncertainty of its median follows from their spread. Its quantiles
     * approximate those of all runs together. Its surroundings are those of the first measurement; it has the marks of
     * all of them.
     */
    static LatencyRecord mean(List<LatencyRecord> alike) {
        LatencyRecord first = alike.get(0);
        if (alike.size() == 1) {
            return first;
        }
        DeviceState.Builder state = first.device.toBuilder();
        knownMean(alike, record -> record.device.cpuLoadPercent()).ifPresent(state::cpuLoadPercent);
        knownMean(alike, record -> record.device.runnableThreads()).ifPresent(state::runnableThreads);
        Builder mean = first.toBuilder()
                .device(state.build())
                .timing(meanTiming(alike.stream().map(LatencyRecord::timing).toList()))
                .marks(alike.stream().flatMap(record -> record.marks.stream()).collect(Collectors.toSet()));
        mean.achievedPercent = knownMean(alike, LatencyRecord::achievedPercent);
        return mean.build();
    }

    /** Returns the mean of the measured medians, in seconds. */
    static double meanSeconds(List<LatencyRecord> alike) {
        return mean(alike, record -> record.timing.medianSeconds());
    }

    private static <T> double mean(List<T> items, ToDoubleFunction<T> number) {
        return items.stream().mapToDouble(number).average().orElseThrow();
    }

    /** Returns the mean of a number; empty if it is unknown for an item. */
    private static <T> OptionalDouble knownMean(List<T> items, Function<T, OptionalDouble> number) {
        List<OptionalDouble> values = items.stream().map(number).toList();
        return values.stream().allMatch(OptionalDouble::isPresent)
                ? values.stream().mapToDouble(OptionalDouble::getAsDouble).average()
                : OptionalDouble.empty();
    }

    private static ModelTiming meanTiming(List<ModelTiming> timings) {
        RunQuantiles runs = RunQuantiles.of(timings);
        double mean = mean(timings, ModelTiming::medianSeconds);
        double squares = timings.stream()
                .mapToDouble(timing -> Math.pow(timing.medianSeconds() - mean, 2))
                .sum();
        double error = Math.sqrt(squares / (timings.size() - 1) / timings.size());
        ModelTiming.Builder timing = ModelTiming.builder(
                        timings.stream().mapToInt(ModelTiming::runs).sum(), mean)
                .minSeconds(runs.at(0))
                .p25Seconds(runs.at(0.25))
                .p75Seconds(runs.at(0.75))
                .p90Seconds(runs.at(0.9))
                .p99Seconds(runs.at(0.99))
                .medianUncertainty(2 * NORMAL_95 * error / mean);
        knownMean(timings, ModelTiming::sessionSeconds).ifPresent(timing::sessionSeconds);
        timings.get(0).peakMemoryBytes().ifPresent(timing::peakMemoryBytes);
        return timing.build();
    }

    LatencyRecord withWork(Workload other) {
        return toBuilder().work(other).build();
    }

    LatencyRecord withModel(String other) {
        return toBuilder().model(other).build();
    }

    LatencyRecord withMarks(Set<Mark> others) {
        return toBuilder().marks(others).build();
    }

    /** A builder of a record. Not thread-safe. */
    public static final class Builder {
        private String model;
        private String piece;
        private Workload work = Workload.builder().build();
        private int threads = 1;
        private DeviceState device;
        private LoadLevel load = LoadLevel.NONE;
        private OptionalDouble achievedPercent = OptionalDouble.empty();
        private int execution = 1;
        private ModelTiming timing;
        private Surroundings surroundings = Surroundings.UNKNOWN;
        private Set<Mark> marks = Set.of();

        private Builder(String model, String piece, DeviceState device, ModelTiming timing) {
            this.model = model;
            this.piece = piece;
            this.device = device;
            this.timing = timing;
        }

        /**
         * Sets the model.
         *
         * @param value the name of the piece's model
         * @return this builder
         */
        public Builder model(String value) {
            model = value;
            return this;
        }

        /**
         * Sets the piece.
         *
         * @param value the piece's name, unique in its model
         * @return this builder
         */
        public Builder piece(String value) {
            piece = value;
            return this;
        }

        /**
         * Sets the workload.
         *
         * @param value the piece's workload
         * @return this builder
         */
        public Builder work(Workload value) {
            work = value;
            return this;
        }

        /**
         * Sets the number of threads.
         *
         * @param value number of threads inside an operator, at least 1
         * @return this builder
         */
        public Builder threads(int value) {
            threads = value;
            return this;
        }

        /**
         * Sets the device.
         *
         * @param value the device and its state right before the piece ran, with the load measured then
         * @return this builder
         */
        public Builder device(DeviceState value) {
            device = value;
            return this;
        }

        /**
         * Sets the requested load.
         *
         * @param value the load
         * @return this builder
         */
        public Builder load(LoadLevel value) {
            load = value;
            return this;
        }

        /**
         * Sets the achieved load.
         *
         * @param value the load that was achieved while the piece competed with it, in percent of all cores together
         * @return this builder
         */
        public Builder achievedPercent(double value) {
            achievedPercent = OptionalDouble.of(value);
            return this;
        }

        /**
         * Sets the number of the measurement among repeated ones.
         *
         * @param value a number from 1
         * @return this builder
         */
        public Builder execution(int value) {
            execution = value;
            return this;
        }

        /**
         * Sets the times of the runs.
         *
         * @param value the times, with a median of more than 0
         * @return this builder
         */
        public Builder timing(ModelTiming value) {
            timing = value;
            return this;
        }

        /**
         * Sets the conditions around the measurement.
         *
         * @param value the conditions
         * @return this builder
         */
        public Builder surroundings(Surroundings value) {
            surroundings = value;
            return this;
        }

        /**
         * Sets the reasons not to trust the measurement.
         *
         * @param value the reasons
         * @return this builder
         */
        public Builder marks(Set<Mark> value) {
            marks = value;
            return this;
        }

        /**
         * Returns the record.
         *
         * @return the record
         * @throws IllegalArgumentException if a number is out of its range
         */
        public LatencyRecord build() {
            return new LatencyRecord(
                    model, piece, work, threads, device, load, achievedPercent, execution, timing, surroundings, marks);
        }
    }
}
