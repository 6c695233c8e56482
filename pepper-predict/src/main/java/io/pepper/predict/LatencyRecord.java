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
 * One measurement: a piece, its threads and load, the state of the device, and the times of its runs.
 *
 * @param model the name of the piece's model
 * @param piece the piece's name, unique in its model
 * @param work the piece's workload
 * @param threads number of threads inside an operator, at least 1
 * @param device the device and its state right before the piece ran, with the load measured then
 * @param load the requested load
 * @param achievedPercent the load that was achieved while the piece competed with it, in percent of all cores together;
 *     NaN if unknown
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
        double achievedPercent,
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
     * @param achievedPercent the achieved load, in percent of all cores together; NaN if unknown
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
     * Creates a record with unknown surroundings and no marks.
     *
     * @param model the name of the piece's model
     * @param piece the piece's name, unique in its model
     * @param work the piece's workload
     * @param threads number of threads inside an operator, at least 1
     * @param device the device and its state right before the piece ran
     * @param load the requested load
     * @param achievedPercent the achieved load, in percent of all cores together; NaN if unknown
     * @param execution number of the measurement among repeated ones, from 1
     * @param timing the times of the runs, with a median of more than 0
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

    /** Returns the mean of the measured medians, in seconds. */
    static double meanSeconds(List<LatencyRecord> alike) {
        return mean(alike, record -> record.timing.medianSeconds());
    }

    /** Returns the mean of a number; NaN if it is unknown for an item. */
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
