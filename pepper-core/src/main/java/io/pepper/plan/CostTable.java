package io.pepper.plan;

import io.pepper.cluster.Cluster;
import io.pepper.document.InvalidFileException;
import io.pepper.internal.text.Document;
import io.pepper.internal.text.Fields;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The costs of segments on each device, and the bytes of the flows between segments: all that a {@link Planner} needs
 * to know about a model. A {@link CostModel} fills it from predictions, or an application from its own measurements.
 *
 * <p>Either {@linkplain #bySegment each segment} has its costs and those of a run of neighbouring segments are their
 * sum, or {@linkplain #byRun each run} of a chain has its own costs, since it runs as one piece. Immutable and
 * therefore thread-safe.
 *
 * <pre>{@code
 * CostTable table = CostTable.bySegment(2, 2)
 *         .seconds(0, 0, 0.010).seconds(0, 1, 0.002)
 *         .seconds(1, 0, 0.030).seconds(1, 1, 0.005)
 *         .cutBytes(0, 602_112).cutBytes(1, 100_352).cutBytes(2, 4_000)
 *         .build();
 *
 * CostTable towers = CostTable.bySegment(3, 2, List.of(
 *                 Flow.input(602_112, 0), Flow.input(4_000, 1),
 *                 Flow.between(0, 2_048, 2), Flow.between(1, 2_048, 2), Flow.output(2, 40)))
 *         .seconds(0, 0, 0.010).seconds(0, 1, 0.004)
 *         .seconds(1, 0, 0.012).seconds(1, 1, 0.005)
 *         .seconds(2, 0, 0.002).seconds(2, 1, 0.001)
 *         .build();
 * }</pre>
 */
public final class CostTable {
    private final Topology topology;
    private final boolean additive;
    private final List<DeviceCosts> columns;

    /** By segment or run: the bytes of weights, and the peak of the live tensors. */
    private final double[] weightBytes;

    private final double[] peakBytes;

    private CostTable(Builder made) {
        this.topology = made.topology();
        this.additive = made.additive;
        this.columns =
                made.columns.stream().map(column -> column.build(made.additive)).toList();
        this.weightBytes = made.weightBytes.clone();
        this.peakBytes = made.peakBytes.clone();
    }

    /** Creates a table of the same segments with other costs on the devices. */
    private CostTable(CostTable like, List<DeviceCosts> columns) {
        this(like, like.topology, columns, like.weightBytes, like.peakBytes);
    }

    private CostTable(
            CostTable like, Topology topology, List<DeviceCosts> columns, double[] weightBytes, double[] peakBytes) {
        this.topology = topology;
        this.additive = like.additive;
        this.columns = columns;
        this.weightBytes = weightBytes;
        this.peakBytes = peakBytes;
    }

    /**
     * Reads a cost table, for instance of measurements made elsewhere, from a file of YAML or JSON.
     *
     * <pre>{@code
     * cutBytes: [602112, 100352, 4000]      # the inputs, between the segments, the outputs
     * devices:
     *   pi: {seconds: [0.010, 0.030]}       # of each segment; .inf where it cannot run
     *   cloud: {seconds: [0.002, 0.005]}
     * }</pre>
     *
     * <p>Where runs of segments were measured as one, {@code runs: {1: 0.010, 2: 0.030, 1-2: 0.036}} replaces {@code
     * seconds}. A device cannot run other runs than those in its {@code runs}.
     *
     * @param file a file in UTF-8
     * @param cluster the devices; the file must name each of them
     * @return the table, with the devices in the cluster's order
     * @throws InvalidFileException if the file's content is wrong; the message names the line and the field
     * @throws IOException if the file cannot be read
     */
    public static CostTable read(Path file, Cluster cluster) throws IOException {
        return new CostReader(cluster).table(Fields.of(file.toString(), Document.read(file)));
    }

    /**
     * Reads a cost table from YAML or JSON text.
     *
     * @param text the text
     * @param name the text's name in messages
     * @param cluster the devices; the text must name each of them
     * @return the table, with the devices in the cluster's order
     * @throws InvalidFileException if the text is wrong; the message names the line and the field
     */
    public static CostTable parse(String text, String name, Cluster cluster) throws InvalidFileException {
        return new CostReader(cluster).table(Fields.of(name, Document.read(text, name)));
    }

    /**
     * Returns a builder of a table of a chain in which the costs of a run are the sum of the costs of its segments, and
     * its memory peak is the maximum of their peaks.
     *
     * @param segments the number of segments, 1 or more
     * @param devices the number of devices, 1 or more
     * @return a builder
     */
    public static Builder bySegment(int segments, int devices) {
        return new Builder(segments, devices, true, null);
    }

    /**
     * Returns a builder of a table of a graph of segments.
     *
     * @param segments the number of segments, 1 or more
     * @param devices the number of devices, 1 or more
     * @param flows the flows between them; if they {@linkplain Segments#isChain form a chain}, the table is one of a
     *     chain
     * @return a builder
     * @throws IllegalArgumentException if a flow names an unknown segment
     */
    public static Builder bySegment(int segments, int devices, List<Segments.Flow> flows) {
        return new Builder(segments, devices, true, Topology.of(segments, flows));
    }

    /**
     * Returns a builder of a table of a chain in which each run of neighbouring segments has its own costs: {@code
     * segments × (segments + 1) / 2} runs.
     *
     * @param segments the number of segments, 1 to 2,000
     * @param devices the number of devices, 1 or more
     * @return a builder
     */
    public static Builder byRun(int segments, int devices) {
        return new Builder(segments, devices, false, null);
    }

    /**
     * Returns the number of segments.
     *
     * @return 1 or more
     */
    public int segments() {
        return topology.segments();
    }

    /**
     * Returns whether each segment feeds only the next one.
     *
     * @return {@code false} for a graph with branches
     */
    public boolean isChain() {
        return topology.isChain();
    }

    /**
     * Returns the flows between segments, including the inputs and outputs of the model.
     *
     * @return the flows; in a chain, flow {@code i} crosses cut {@code i}
     */
    public List<Segments.Flow> flows() {
        return topology.flows();
    }

    Topology topology() {
        return topology;
    }

    /**
     * Returns the number of devices.
     *
     * @return 1 or more
     */
    public int devices() {
        return columns.size();
    }

    /** Returns whether the costs of a run are the sum of its segments' costs. */
    boolean isAdditive() {
        return additive;
    }

    /**
     * Returns the median time of a run.
     *
     * @param from its first segment
     * @param to the segment after its last
     * @param device the device's index
     * @return seconds; infinite if it cannot run there
     */
    public double seconds(int from, int to, int device) {
        return sum(columns.get(device).seconds(), from, to);
    }

    /**
     * Returns the 90th percentile of the time of a run. For several segments it is the sum of their percentiles, which
     * is an upper estimate.
     *
     * @param from its first segment
     * @param to the segment after its last
     * @param device the device's index
     * @return seconds; the median if the percentile is unknown
     */
    public double p90Seconds(int from, int to, int device) {
        return sum(columns.get(device).p90Seconds(), from, to);
    }

    /**
     * Returns the energy of a run.
     *
     * @param from its first segment
     * @param to the segment after its last
     * @param device the device's index
     * @return joules; empty if unknown
     */
    public OptionalDouble joules(int from, int to, int device) {
        double joules = sum(columns.get(device).joules(), from, to);
        return Double.isNaN(joules) ? OptionalDouble.empty() : OptionalDouble.of(joules);
    }

    /**
     * Returns the memory that a run takes: its weights, the peak of its live tensors, and the runtime itself.
     *
     * @param from its first segment
     * @param to the segment after its last
     * @param device the device's index
     * @return bytes
     */
    public double memoryBytes(int from, int to, int device) {
        if (!additive) {
            int run = run(from, to);
            return weightBytes[run] + peakBytes[run] + columns.get(device).runtimeBytes();
        }
        double weights = 0;
        double peak = 0;
        for (int segment = from; segment < to; segment++) {
            weights += weightBytes[segment];
            peak = Math.max(peak, peakBytes[segment]);
        }
        return weights + peak + columns.get(device).runtimeBytes();
    }

    /**
     * Returns the size of a flow.
     *
     * @param flow its index in {@link #flows}; in a chain, 0 for the inputs of the model, {@code i} for the tensors
     *     that the segments from {@code i} on read from earlier segments, and the number of segments for the outputs of
     *     the model
     * @return bytes
     */
    public double flowBytes(int flow) {
        return topology.bytes()[flow];
    }

    private double sum(double[] values, int from, int to) {
        if (!additive) {
            return values[run(from, to)];
        }
        double sum = 0;
        for (int segment = from; segment < to; segment++) {
            sum += values[segment];
        }
        return sum;
    }

    /** Returns the costs on one device. */
    DeviceCosts column(int device) {
        return columns.get(device);
    }

    /** Returns whether another table has the same device-independent data, compared by identity. */
    boolean isLike(CostTable other) {
        return weightBytes == other.weightBytes && peakBytes == other.peakBytes && topology == other.topology;
    }

    /** Returns the index of a run: runs are sorted by their first segment, then by their end. */
    private int run(int from, int to) {
        return run(segments(), from, to);
    }

    private static int run(int segments, int from, int to) {
        return from * segments - from * (from - 1) / 2 + to - from - 1;
    }

    /**
     * Returns this table with the 90th percentiles as times, for pessimistic plans.
     *
     * @return a table
     */
    public CostTable pessimistic() {
        return new CostTable(
                this, columns.stream().map(DeviceCosts::pessimistic).toList());
    }

    /**
     * Returns the table with the larger of both costs for each run, so that the costs of a plan are upper bounds in
     * either state of each device.
     *
     * @param other another table of the same shape, such as the same model in another state of the devices
     * @return a table
     * @throws IllegalArgumentException if the other table has another shape
     */
    public CostTable worst(CostTable other) {
        checkShape(other);
        return new CostTable(
                this,
                IntStream.range(0, devices())
                        .mapToObj(device -> column(device).worst(other.column(device)))
                        .toList());
    }

    /** Returns the weighted sum of tables of the same shape. The weights add up to 1. */
    static CostTable weighted(List<CostTable> tables, double... weights) {
        return new CostTable(tables.get(0), columns(tables, weights));
    }

    private static List<DeviceCosts> columns(List<CostTable> tables, double... weights) {
        return IntStream.range(0, tables.get(0).devices())
                .mapToObj(device -> DeviceCosts.weighted(
                        tables.stream().map(table -> table.column(device)).toList(), weights))
                .toList();
    }

    /**
     * Returns the weighted sum of tables of the same segments whose flows may differ in bytes. The memory of each run
     * is the largest of all tables, even of those without weight. The weights add up to 1.
     */
    static CostTable mean(List<CostTable> tables, double... weights) {
        CostTable first = tables.get(0);
        double[] weightBytes = first.weightBytes;
        double[] peakBytes = first.peakBytes;
        double[] flowBytes = new double[first.flows().size()];
        for (int i = 0; i < tables.size(); i++) {
            CostTable table = tables.get(i);
            first.checkShape(table, true);
            weightBytes = DeviceCosts.greater(weightBytes, table.weightBytes);
            peakBytes = DeviceCosts.greater(peakBytes, table.peakBytes);
            for (int flow = 0; flow < flowBytes.length; flow++) {
                flowBytes[flow] += weights[i] * table.flowBytes(flow);
            }
        }
        return new CostTable(
                first, first.topology.withBytes(flowBytes), columns(tables, weights), weightBytes, peakBytes);
    }

    /**
     * Returns this table with memory that stays occupied between inferences, such as the caches of a text generator. It
     * counts like weights.
     *
     * @param bySegment the bytes of each segment, 0 or more
     * @return the new table
     * @throws IllegalArgumentException if there is not one number for each segment, or one is negative or infinite
     */
    public CostTable withResidentBytes(double... bySegment) {
        if (bySegment.length != segments()) {
            throw new IllegalArgumentException(bySegment.length + " numbers of bytes for " + segments() + " segments");
        }
        double[] more = weightBytes.clone();
        for (int from = 0; from < segments(); from++) {
            double resident = 0;
            int furthest = additive ? from + 1 : segments();
            for (int to = from + 1; to <= furthest; to++) {
                resident += Builder.amount("resident bytes", bySegment[to - 1]);
                more[additive ? from : run(from, to)] += resident;
            }
        }
        return new CostTable(this, topology, columns, more, peakBytes);
    }

    /**
     * Returns this table with the costs of one device from another table, after a change of that device's state.
     *
     * @param device the device's index
     * @param other another table of the same shape
     * @return a table
     * @throws IllegalArgumentException if the other table has another shape
     */
    public CostTable withDevice(int device, CostTable other) {
        checkShape(other);
        return with(device, other.column(device));
    }

    private CostTable with(int device, DeviceCosts column) {
        List<DeviceCosts> changed = new ArrayList<>(columns);
        changed.set(device, column);
        return new CostTable(this, List.copyOf(changed));
    }

    /**
     * Returns this table with a slower device.
     *
     * @param device the device's index
     * @param factor the factor of all its times and energies, more than 0
     * @return the new table
     */
    public CostTable withSlower(int device, double factor) {
        if (!(factor > 0 && factor < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("a device cannot be " + factor + " times slower");
        }
        return with(device, column(device).slower(factor));
    }

    private void checkShape(CostTable other) {
        checkShape(other, false);
    }

    /** Refuses a table of another shape. The flows of a graph with branches must have the same bytes unless stated. */
    private void checkShape(CostTable other, boolean anyBytes) {
        boolean same = isChain()
                ? other.isChain()
                : anyBytes ? topology.isLike(other.topology) : other.flows().equals(flows());
        if (other.segments() != segments() || other.devices() != devices() || other.additive != additive || !same) {
            throw new IllegalArgumentException(
                    "the other table is of " + other.shape() + ", this one is of " + shape());
        }
    }

    private String shape() {
        return (isChain() ? "a chain of " : "a graph of ") + segments() + " segments on " + devices() + " devices, "
                + (additive ? "by segment" : "by run");
    }

    @Override
    public String toString() {
        return "CostTable[" + segments() + " segments, " + devices() + " devices]";
    }

    /**
     * A builder of tables. Times, memory and bytes that are not set are 0, and energies that are not set are unknown.
     * Not thread-safe.
     */
    public static final class Builder {
        private static final int MAX_SEGMENTS_BY_RUN = 2_000;

        private final int segments;
        private final boolean additive;
        private final List<DeviceCosts.Draft> columns;
        private final double[] weightBytes;
        private final double[] peakBytes;
        private final @Nullable Topology graph;
        private final double[] cutBytes;

        private Builder(int segments, int devices, boolean additive, @Nullable Topology graph) {
            if (segments < 1 || devices < 1 || (!additive && segments > MAX_SEGMENTS_BY_RUN)) {
                throw new IllegalArgumentException("no table of " + segments + " segments and " + devices + " devices");
            }
            this.segments = segments;
            this.additive = additive;
            int rows = additive ? segments : segments * (segments + 1) / 2;
            this.columns = Stream.generate(() -> new DeviceCosts.Draft(rows))
                    .limit(devices)
                    .toList();
            this.weightBytes = new double[rows];
            this.peakBytes = new double[rows];
            this.graph = graph;
            this.cutBytes = new double[segments + 1];
        }

        private Topology topology() {
            return graph == null ? Topology.chain(cutBytes) : graph;
        }

        /**
         * Sets the time of a segment, as the median and the 90th percentile.
         *
         * @param segment the segment's index
         * @param device the device's index
         * @param value seconds, 0 or more; infinite if it cannot run there
         * @return this builder
         */
        public Builder seconds(int segment, int device, double value) {
            return seconds(segment, segment + 1, device, value, value);
        }

        /**
         * Sets the time of a run. A table by segment accepts only runs of one segment.
         *
         * @param from its first segment
         * @param to the segment after its last
         * @param device the device's index
         * @param median seconds, 0 or more; infinite if it cannot run there
         * @param p90 seconds, at least the median
         * @return this builder
         */
        public Builder seconds(int from, int to, int device, double median, double p90) {
            if (!(median >= 0 && p90 >= median)) {
                throw new IllegalArgumentException("no times: median " + median + " s, 90th percentile " + p90 + " s");
            }
            column(device).time(row(from, to), median, p90);
            return this;
        }

        /**
         * Sets the energy of a run. A table by segment accepts only runs of one segment.
         *
         * @param from its first segment
         * @param to the segment after its last
         * @param device the device's index
         * @param value joules, 0 or more
         * @return this builder
         */
        public Builder joules(int from, int to, int device, double value) {
            column(device).joules(row(from, to), amount("joules", value));
            return this;
        }

        /**
         * Sets the memory of a run. A table by segment accepts only runs of one segment.
         *
         * @param from its first segment
         * @param to the segment after its last
         * @param weights bytes of weights, 0 or more
         * @param peak bytes of tensors that are live at once, 0 or more
         * @return this builder
         */
        public Builder memoryBytes(int from, int to, double weights, double peak) {
            int row = row(from, to);
            weightBytes[row] = amount("bytes of weights", weights);
            peakBytes[row] = amount("bytes at the peak", peak);
            return this;
        }

        /**
         * Sets the memory that the runtime takes on a device for each part.
         *
         * @param device the device's index
         * @param value bytes, 0 or more
         * @return this builder
         */
        public Builder runtimeBytes(int device, double value) {
            column(device).runtimeBytes(amount("bytes of the runtime", value));
            return this;
        }

        /**
         * Sets the bytes that cross a cut of a chain.
         *
         * @param cut 0 for the inputs of the model, the number of segments for its outputs
         * @param value bytes, 0 or more
         * @return this builder
         * @throws IllegalStateException if the flows were given to {@link CostTable#bySegment(int, int, List)}
         */
        public Builder cutBytes(int cut, double value) {
            if (graph != null) {
                throw new IllegalStateException("the bytes of this table's flows are given already");
            }
            cutBytes[cut] = amount("bytes", value);
            return this;
        }

        private static double amount(String what, double value) {
            if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("there cannot be " + value + " " + what);
            }
            return value;
        }

        private DeviceCosts.Draft column(int device) {
            if (device < 0 || device >= columns.size()) {
                throw new IndexOutOfBoundsException("there is no device " + device + " of " + columns.size());
            }
            return columns.get(device);
        }

        private int row(int from, int to) {
            if (from < 0 || to <= from || to > segments || (additive && to != from + 1)) {
                throw new IndexOutOfBoundsException("no row of " + segments
                        + (additive ? " segments" : " segments' runs") + " for segments " + from + " to " + to);
            }
            return additive ? from : run(segments, from, to);
        }

        /**
         * Builds the table.
         *
         * @return the table; the builder can be used further
         */
        public CostTable build() {
            return new CostTable(this);
        }
    }
}
