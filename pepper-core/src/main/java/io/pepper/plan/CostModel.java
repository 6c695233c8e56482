package io.pepper.plan;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.DeviceState;
import io.pepper.workload.DevicePredictors;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Prediction;
import io.pepper.workload.Workload;
import io.pepper.workload.WorkloadMeasure;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A model that fills the cost table of a {@link Planner}: it asks a predictor once for each run of segments on each
 * device in its state. Immutable and therefore thread-safe, if its predictors are.
 *
 * <p>In a chain of up to {@value #MAX_SEGMENTS_BY_RUN} segments, each run is predicted as one piece; in longer chains,
 * the times of single segments are added. In a graph with branches, each segment is a separate piece. The energy of a
 * run is its time multiplied by the device's {@linkplain Device#inferenceWatts additional power}. Its memory is the sum
 * of its weights, the peak of its live tensors, and the memory of the runtime.
 *
 * <pre>{@code
 * CostTable costs = CostModel.of(cluster, predictor).withState(monitored).table(segments);
 * }</pre>
 */
public final class CostModel {
    /** The largest number of segments for which each run is predicted separately. */
    public static final int MAX_SEGMENTS_BY_RUN = 48;

    /** The default memory of the runtime for each part on a device, in bytes. */
    public static final long DEFAULT_RUNTIME_BYTES = 16L << 20;

    private final Cluster cluster;
    private final DevicePredictors predictors;
    private final Map<String, DeviceState> states;
    private final long runtimeBytes;
    private final boolean pessimistic;

    private CostModel(
            Cluster cluster,
            DevicePredictors predictors,
            Map<String, DeviceState> states,
            long runtimeBytes,
            boolean pessimistic) {
        this.cluster = cluster;
        this.predictors = predictors;
        this.states = states;
        this.runtimeBytes = runtimeBytes;
        this.pessimistic = pessimistic;
    }

    /**
     * Returns a cost model of devices that are assumed to be idle.
     *
     * @param cluster the devices
     * @param predictor the predictor for all devices, or {@link DevicePredictors} of different devices
     * @return the cost model
     */
    public static CostModel of(Cluster cluster, LatencyPredictor predictor) {
        return new CostModel(cluster, DevicePredictors.of(predictor), Map.of(), DEFAULT_RUNTIME_BYTES, false);
    }

    /** Returns the devices and links. */
    Cluster cluster() {
        return cluster;
    }

    /**
     * Returns this cost model with another predictor for some devices.
     *
     * @param name the name under which {@link DevicePredictors} finds it: that of a device, a name that devices
     *     {@linkplain Device#predictor state}, or a kind of device
     * @param other the predictor for these devices
     * @return the cost model
     */
    public CostModel withPredictor(String name, LatencyPredictor other) {
        return new CostModel(
                cluster,
                predictors.withPredictor(name, other, "the predictor '" + name + "'"),
                states,
                runtimeBytes,
                pessimistic);
    }

    /**
     * Returns this cost model with the state of a device.
     *
     * @param state the state; its name selects the device
     * @return the cost model
     * @throws IllegalArgumentException if there is no such device in the cluster
     */
    public CostModel withState(DeviceState state) {
        cluster.requireIndex(state.device());
        Map<String, DeviceState> more = new HashMap<>(states);
        more.put(state.device(), state);
        return new CostModel(cluster, predictors, more, runtimeBytes, pessimistic);
    }

    /**
     * Returns this cost model with the states of devices.
     *
     * @param all the states; their names select the devices
     * @return the cost model
     * @throws IllegalArgumentException if there is no such device in the cluster
     */
    public CostModel withStates(Collection<DeviceState> all) {
        CostModel now = this;
        for (DeviceState state : all) {
            now = now.withState(state);
        }
        return now;
    }

    /**
     * Returns this cost model with another amount of memory for the runtime.
     *
     * @param bytes the bytes for each part, 0 or more
     * @return the cost model
     */
    public CostModel withRuntimeBytes(long bytes) {
        return new CostModel(cluster, predictors, states, bytes, pessimistic);
    }

    /**
     * Returns this cost model with 90th percentiles as times.
     *
     * @return the cost model
     */
    public CostModel pessimistic() {
        return new CostModel(cluster, predictors, states, runtimeBytes, true);
    }

    /**
     * Predicts all runs of segments.
     *
     * @param segments the segments
     * @return the table, with the devices in the cluster's order
     * @throws IllegalArgumentException if there is no {@linkplain DevicePredictors predictor} for a device, or if it cannot
     *     predict a run
     */
    public CostTable table(Segments segments) {
        CostTable.Builder table = begin(segments);
        for (int device = 0; device < cluster.devices().size(); device++) {
            fill(table, segments, device);
        }
        return table.build();
    }

    /**
     * Returns the memory and the flows of all runs of segments, without times. It needs no predictions.
     *
     * @param segments the segments, which never run
     * @return the table, whose times and energies are 0
     */
    public CostTable memory(Segments segments) {
        CostTable.Builder table = begin(segments);
        for (int index = 0; index < cluster.devices().size(); index++) {
            if (cluster.devices().get(index).inferenceWatts().isPresent()) {
                for (Run run : runs(segments)) {
                    table.joules(run.from, run.to, index, 0);
                }
            }
        }
        return table.build();
    }

    /**
     * Predicts one device again, after its state has changed.
     *
     * @param segments the segments
     * @param before the table so far
     * @param device the device's index
     * @return the new table
     * @throws IllegalArgumentException if there is no predictor for a device, if it cannot predict a run, or if the table has other segments or devices
     */
    public CostTable update(Segments segments, CostTable before, int device) {
        CostTable.Builder table = begin(segments);
        fill(table, segments, device);
        return before.withDevice(device, table.build());
    }

    /** Returns whether each run of neighbouring segments is predicted separately. */
    static boolean predictsRuns(Segments segments) {
        return segments.isChain() && segments.count() <= MAX_SEGMENTS_BY_RUN;
    }

    private CostTable.Builder begin(Segments segments) {
        int count = segments.count();
        int devices = cluster.devices().size();
        boolean byRun = predictsRuns(segments);
        List<Segments.Flow> flows = segments.flows();
        CostTable.Builder table = byRun ? CostTable.byRun(count, devices) : CostTable.bySegment(count, devices, flows);
        for (int cut = 0; cut <= count && byRun; cut++) {
            table.cutBytes(cut, flows.get(cut).bytes());
        }
        for (int device = 0; device < devices; device++) {
            table.runtimeBytes(device, (double) runtimeBytes);
        }
        for (Run run : runs(segments)) {
            Workload work = segments.workload(run.from, run.to);
            table.memoryBytes(
                    run.from,
                    run.to,
                    work.get(WorkloadMeasure.WEIGHT_BYTES).orElse(0),
                    work.get(WorkloadMeasure.PEAK_BYTES).orElse(0));
        }
        return table;
    }

    private record Run(int from, int to) {}

    private static List<Run> runs(Segments segments) {
        List<Run> runs = new ArrayList<>();
        boolean byRun = predictsRuns(segments);
        for (int from = 0; from < segments.count(); from++) {
            int furthest = byRun ? segments.count() : from + 1;
            for (int to = from + 1; to <= furthest; to++) {
                runs.add(new Run(from, to));
            }
        }
        return runs;
    }

    private void fill(CostTable.Builder table, Segments segments, int index) {
        Device device = cluster.devices().get(index);
        LatencyPredictor predictor = predictor(device);
        for (Run run : runs(segments)) {
            Prediction time = predict(segments.workload(run.from, run.to), device, predictor);
            table.seconds(run.from, run.to, index, time.medianSeconds(), time.p90Seconds());
            device.inferenceWatts()
                    .ifPresent(watts -> table.joules(run.from, run.to, index, watts * time.medianSeconds()));
        }
    }

    /**
     * Predicts one piece.
     *
     * @param work the work of the piece
     * @param index the index of the device
     * @return its times on the device in its known state
     * @throws IllegalArgumentException if there is no predictor for the device, or if it cannot predict the piece
     */
    public Prediction predict(Workload work, int index) {
        Device device = cluster.devices().get(index);
        return predict(work, device, predictor(device));
    }

    private Prediction predict(Workload work, Device device, LatencyPredictor predictor) {
        Prediction time = predictor.predict(work, device.threads(), state(device));
        double factor = device.timeFactor();
        double median = pessimistic ? time.p90Seconds() : time.medianSeconds();
        return new Prediction(factor * median, factor * time.p90Seconds(), time.extrapolated());
    }

    /** Returns why the prediction of one piece is extrapolated. */
    List<String> extrapolations(Workload work, int index) {
        Device device = cluster.devices().get(index);
        return predictor(device).extrapolations(work, device.threads(), state(device));
    }

    /**
     * Returns reasons why the figures of a placement may be wrong: parts outside of the predictor's training data,
     * devices with unknown load, and the {@linkplain LatencyPredictor#caveats caveats of the predictors}. That a
     * placement is optimal is a statement about the search alone.
     *
     * @param segments the segments
     * @param placement the placement of the segments
     * @return one sentence for each caveat, without a full stop; empty if there are none
     * @throws IllegalArgumentException if there is no predictor for the device, or if it cannot predict the piece
     */
    public List<String> caveats(Segments segments, Placement placement) {
        return caveats(segments, List.of(placement));
    }

    /**
     * Returns reasons why the figures of several placements may be wrong, for instance of the best trade-offs.
     *
     * @param segments the segments
     * @param placements where they run
     * @return a sentence each about all of them, without a full stop; empty if nothing is known to speak against the figures
     * @throws IllegalArgumentException see {@link #table}
     */
    public List<String> caveats(Segments segments, List<Placement> placements) {
        return new PlanCaveats(this).of(segments, placements);
    }

    /** Returns whether the load of a device is known. */
    boolean knowsLoadOf(Device device) {
        DeviceState state = states.get(device.name());
        return state != null && state.cpuLoadPercent().isPresent();
    }

    LatencyPredictor predictor(Device device) {
        return predictors.of(device, state(device));
    }

    DeviceState state(int device) {
        return state(cluster.devices().get(device));
    }

    private DeviceState state(Device device) {
        DeviceState state = states.getOrDefault(
                device.name(),
                DeviceState.of(device.name()).withCpuLoadPercent(0).withRunnableThreads(0));
        return state.cores().isEmpty() && device.cores().isPresent()
                ? state.withCores(device.cores().getAsInt())
                : state;
    }
}
