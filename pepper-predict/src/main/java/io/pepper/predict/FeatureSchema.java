package io.pepper.predict;

import io.pepper.cluster.DeviceState;
import io.pepper.workload.KernelTotals;
import io.pepper.workload.Workload;
import io.pepper.workload.WorkloadMeasure;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The features that a predictor reads: a name, a version, and features in a fixed order. A saved predictor carries its
 * schema. Loading refuses it if the library has another schema under that name. Immutable and therefore thread-safe.
 */
public final class FeatureSchema {
    /** The ten features of the original PEPPER, in its order. The number of threads is not among them. */
    public static final FeatureSchema PAPER = new FeatureSchema("paper", 1, paper());

    /**
     * Arithmetic, bytes, kernels, memory, threads and competing load. The families of operators count only through the
     * linear baseline of {@link TrainingOptions.Target#LOG_RATIO}: as features they let trees memorise architectures
     * and predict other ones worse.
     */
    public static final FeatureSchema EXTENDED = new FeatureSchema("extended", 2, extended());

    /** All schemas of this library; no two have the same number of features. */
    static final List<FeatureSchema> ALL = List.of(PAPER, EXTENDED);

    private static final String LOAD = "device_load_percent";

    /** Up to this load, a device counts as idle. */
    private static final double IDLE_PERCENT = 10;

    private final String name;
    private final int version;
    private final List<Feature> features;

    @FunctionalInterface
    private interface Value {
        double of(Workload work, int threads, DeviceState device);
    }

    private record Feature(String name, boolean growsWithLoad, Value value) {}

    private FeatureSchema(String name, int version, List<Feature> features) {
        this.name = name;
        this.version = version;
        this.features = List.copyOf(features);
    }

    /**
     * Returns the schema with a name.
     *
     * @param name {@code paper} or {@code extended}
     * @return the schema; empty if no schema has this name
     */
    public static Optional<FeatureSchema> named(String name) {
        return ALL.stream().filter(schema -> schema.name.equals(name)).findFirst();
    }

    private static Feature of(String name, Value value) {
        return new Feature(name, false, value);
    }

    private static Feature whole(String name, WorkloadMeasure measure) {
        return of(name, (work, threads, device) -> number(work.get(measure)));
    }

    private static Feature load(String name, Value value) {
        return new Feature(name, true, value);
    }

    private static double number(OptionalDouble value) {
        return value.orElse(Double.NaN);
    }

    private static List<Feature> paper() {
        return List.of(
                whole("conv_layers", WorkloadMeasure.CONV_LAYERS),
                load(LOAD, (work, threads, device) -> number(device.cpuLoadPercent())),
                whole("disk_io_read_bytes", WorkloadMeasure.INPUT_BYTES),
                whole("disk_io_write_bytes", WorkloadMeasure.OUTPUT_BYTES),
                of("device_disk_usage_percent", (work, threads, device) -> number(device.diskUsagePercent())),
                whole("filter_details", WorkloadMeasure.FILTERS),
                whole("fully_conn_layers", WorkloadMeasure.FC_LAYERS),
                of("device", (work, threads, device) -> isJetson(device) ? 1 : 0),
                whole("pool_layers", WorkloadMeasure.POOL_LAYERS),
                whole("total_parameters", WorkloadMeasure.PARAMETERS));
    }

    private static boolean isJetson(DeviceState device) {
        return device.model()
                .filter(model -> model.toLowerCase(Locale.ROOT).contains("jetson"))
                .isPresent();
    }

    private static List<Feature> extended() {
        return List.of(
                load(LOAD, (work, threads, device) -> number(device.cpuLoadPercent())),
                load("runnable_threads", (work, threads, device) -> number(device.runnableThreads())),
                load("contention", FeatureSchema::contention),
                of("threads", (work, threads, device) -> threads),
                of("device_cpu_cores", (work, threads, device) -> cores(device)),
                of("flops", (work, threads, device) -> number(work.total().flops())),
                of("bytes", (work, threads, device) -> number(work.total().bytes())),
                of("operators", (work, threads, device) -> (double) work.total().operators()),
                of("arithmetic_intensity", (work, threads, device) -> intensity(work.total())),
                of(
                        "flops_per_operator",
                        (work, threads, device) ->
                                number(work.total().flops()) / work.total().operators()),
                of(
                        "parallel_share",
                        (work, threads, device) -> number(work.get(WorkloadMeasure.PARALLEL_FLOPS))
                                / number(work.total().flops())),
                of(
                        "largest_share",
                        (work, threads, device) -> number(work.get(WorkloadMeasure.LARGEST_FLOPS))
                                / number(work.total().flops())),
                whole("weight_bytes", WorkloadMeasure.WEIGHT_BYTES),
                whole("input_bytes", WorkloadMeasure.INPUT_BYTES),
                whole("output_bytes", WorkloadMeasure.OUTPUT_BYTES),
                whole("activation_bytes", WorkloadMeasure.ACTIVATION_BYTES),
                whole("peak_bytes", WorkloadMeasure.PEAK_BYTES));
    }

    private static double cores(DeviceState device) {
        return device.cores().isPresent() ? device.cores().getAsDouble() : Double.NaN;
    }

    /** Returns the number of runnable threads for each core. */
    private static double contention(Workload work, int threads, DeviceState device) {
        return (threads + number(device.runnableThreads())) / cores(device);
    }

    private static double intensity(KernelTotals work) {
        return number(work.flops()) / number(work.bytes());
    }

    /**
     * Returns the schema's name.
     *
     * @return the name, for instance {@code extended}
     */
    public String name() {
        return name;
    }

    /**
     * Returns the version, which changes with the features.
     *
     * @return 1 or more
     */
    public int version() {
        return version;
    }

    /**
     * Returns the names of the features.
     *
     * @return the names in the order of a row
     */
    public List<String> features() {
        return features.stream().map(Feature::name).toList();
    }

    /**
     * Returns the number of features.
     *
     * @return 1 or more
     */
    public int size() {
        return features.size();
    }

    /** Returns whether a device is idle. One of unknown load counts as idle. */
    static boolean isIdle(DeviceState device) {
        return device.cpuLoadPercent().orElse(0) <= IDLE_PERCENT;
    }

    /** Returns whether a row is of a device that is known to be idle. */
    boolean isIdle(float... row) {
        float load = row[features().indexOf(LOAD)];
        return load >= 0 && load <= IDLE_PERCENT;
    }

    /** Returns whether a feature grows with competing load. Predicted times must not fall as such a feature rises. */
    boolean growsWithLoad(int feature) {
        return features.get(feature).growsWithLoad();
    }

    /**
     * Refuses a workload of layer counts alone for features that describe kernels and amounts, which it lacks: trees would
     * answer all the same. {@link #PAPER} reads counts alone.
     *
     * @param work the workload
     * @throws IllegalArgumentException if the features describe more than the workload states
     */
    void require(Workload work) {
        boolean countsAlone = work.kernels().isEmpty()
                && work.get(WorkloadMeasure.WEIGHT_BYTES).isEmpty()
                && work.get(WorkloadMeasure.PARALLEL_FLOPS).isEmpty()
                && work.get(WorkloadMeasure.PARAMETERS).isPresent();
        if (countsAlone && this != PAPER) {
            throw new IllegalArgumentException("the request states counts of layers and parameters alone, and the"
                    + " predictor needs kernels and amounts: send or open the model itself, or use a predictor of 'train"
                    + " --schema paper'");
        }
    }

    /**
     * Writes the features into a row. Unknown values are NaN, which predictors treat as missing. Allocates nothing.
     *
     * @param work the workload
     * @param threads the number of threads inside an operator
     * @param device the device and its state
     * @param row receives the features
     * @param at index of the first feature in the row
     * @throws IndexOutOfBoundsException if the row is too short
     */
    public void fill(Workload work, int threads, DeviceState device, float[] row, int at) {
        for (int i = 0; i < features.size(); i++) {
            float value = (float) features.get(i).value().of(work, threads, device);
            row[at + i] = Float.isInfinite(value) ? Float.NaN : value;
        }
    }

    /** Returns for instance {@code extended version 2, 17 features}. */
    @Override
    public String toString() {
        return name + " version " + version + ", " + size() + " features";
    }
}
