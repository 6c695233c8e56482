package io.pepper.predict;

import io.pepper.cluster.DeviceState;
import io.pepper.measure.ModelTiming;
import io.pepper.workload.Workload;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * One measurement: a piece, how it ran, the state of the device, and how long it took.
 *
 * @param model the model that the piece is of
 * @param piece the piece's name, unique in its model
 * @param work what the piece asks for
 * @param threads the threads inside an operator, at least 1
 * @param device the device and its state right before the piece ran
 * @param load the load that was asked for; what it was without the piece is the state's
 * @param achievedPercent what was left of the load while the piece competed with it, percent of all cores together; NaN if not
 *     known
 * @param execution tells measurements of the same alike apart, from 1
 * @param timing how long it took
 * @param surroundings what went on around it
 * @param marks the reasons not to believe it, in their order
 */
public record LatencyRecord(
        String model,
        String piece,
        Workload work,
        int threads,
        DeviceState device,
        LoadLevel load,
        double achievedPercent,
        int execution,
        ModelTiming timing,
        Surroundings surroundings,
        Set<Mark> marks) {
    /** So many standard errors to either side hold 95 % of a normal distribution. */
    private static final double NORMAL_95 = 1.96;

    /**
     * Checks the numbers.
     *
     * @param model see the record
     * @param piece see the record
     * @param work see the record
     * @param threads see the record
     * @param device see the record
     * @param load see the record
     * @param achievedPercent see the record
     * @param execution see the record
     * @param timing see the record
     * @param surroundings see the record
     * @param marks see the record
     * @throws IllegalArgumentException if one is out of its range
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
     * A measurement of whose surroundings nothing is known.
     *
     * @param model see the record
     * @param piece see the record
     * @param work see the record
     * @param threads see the record
     * @param device see the record
     * @param load see the record
     * @param achievedPercent see the record
     * @param execution see the record
     * @param timing see the record
     * @throws IllegalArgumentException if a number is out of its range
     */
    public LatencyRecord(
            String model,
            String piece,
            Workload work,
            int threads,
            DeviceState device,
            LoadLevel load,
            double achievedPercent,
            int execution,
            ModelTiming timing) {
        this(
                model,
                piece,
                work,
                threads,
                device,
                load,
                achievedPercent,
                execution,
                timing,
                Surroundings.UNKNOWN,
                Set.of());
    }

    /**
     * What was measured, without when: measurements with the same key differ by chance only.
     *
     * @return model, piece, device, threads and load
     */
    public String key() {
        return RecordFile.key(model, piece, device.device(), threads, load);
    }

    /**
     * The mean of measurements of the same; how uncertain it is follows from how far they lie apart. Quantiles are about those of the
     * runs of all of them. Surroundings are those of the first, marks those of any.
     */
    static LatencyRecord mean(List<LatencyRecord> alike) {
        LatencyRecord first = alike.get(0);
        if (alike.size() == 1) {
            return first;
        }
        DeviceState state = first.device;
        double load = mean(alike, record -> record.device.cpuLoadPercent().orElse(Double.NaN));
        double runnable = mean(alike, record -> record.device.runnableThreads().orElse(Double.NaN));
        state = Double.isNaN(load) ? state : state.withCpuLoadPercent(load);
        state = Double.isNaN(runnable) ? state : state.withRunnableThreads(runnable);
        return new LatencyRecord(
                first.model,
                first.piece,
                first.work,
                first.threads,
                state,
                first.load,
                mean(alike, LatencyRecord::achievedPercent),
                first.execution,
                meanTiming(alike.stream().map(LatencyRecord::timing).toList()),
                first.surroundings,
                alike.stream().flatMap(record -> record.marks.stream()).collect(Collectors.toSet()));
    }

    /** The mean of their medians, in seconds. */
    static double meanSeconds(List<LatencyRecord> alike) {
        return mean(alike, record -> record.timing.medianSeconds());
    }

    /** NaN if one of the numbers is not known. */
    private static <T> double mean(List<T> items, ToDoubleFunction<T> number) {
        return items.stream().mapToDouble(number).average().orElse(Double.NaN);
    }

    private static ModelTiming meanTiming(List<ModelTiming> timings) {
        RunQuantiles runs = RunQuantiles.of(timings);
        double mean = mean(timings, ModelTiming::medianSeconds);
        double squares = timings.stream()
                .mapToDouble(timing -> Math.pow(timing.medianSeconds() - mean, 2))
                .sum();
        double error = Math.sqrt(squares / (timings.size() - 1) / timings.size());
        return new ModelTiming(
                timings.stream().mapToInt(ModelTiming::runs).sum(),
                mean,
                runs.at(0),
                runs.at(0.25),
                runs.at(0.75),
                runs.at(0.9),
                runs.at(0.99),
                2 * NORMAL_95 * error / mean,
                mean(timings, ModelTiming::sessionSeconds),
                timings.get(0).peakMemoryBytes());
    }

    LatencyRecord withWork(Workload other) {
        return with(model, other, marks);
    }

    LatencyRecord withModel(String other) {
        return with(other, work, marks);
    }

    LatencyRecord withMarks(Set<Mark> others) {
        return with(model, work, others);
    }

    private LatencyRecord with(String newModel, Workload newWork, Set<Mark> newMarks) {
        return new LatencyRecord(
                newModel,
                piece,
                newWork,
                threads,
                device,
                load,
                achievedPercent,
                execution,
                timing,
                surroundings,
                newMarks);
    }
}
