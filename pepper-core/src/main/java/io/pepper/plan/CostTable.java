package io.pepper.plan;

import java.util.Arrays;
import java.util.List;

/**
 * What runs of neighbouring segments cost on each device, and how many bytes cross between segments: all that a {@link Planner}
 * needs to know of a model. Filled from predictions by a {@link CostModel}, or by hand from measurements made elsewhere.
 *
 * <p>Either {@linkplain #bySegment each segment} has its costs and those of a run are their sum, or {@linkplain #byRun each run}
 * has its own: a run is then predicted as what it is, one piece, and not as the sum of its segments. Immutable and therefore
 * thread-safe.
 *
 * <pre>{@code
 * CostTable table = CostTable.bySegment(2, 2)
 *         .seconds(0, 0, 0.010).seconds(0, 1, 0.002)
 *         .seconds(1, 0, 0.030).seconds(1, 1, 0.005)
 *         .cutBytes(0, 602_112).cutBytes(1, 100_352).cutBytes(2, 4_000)
 *         .build();
 * }</pre>
 */
public final class CostTable {
    private final int segments;
    private final int devices;
    private final boolean additive;

    /** By segment or run, then device. */
    private final double[] seconds;

    private final double[] p90Seconds;
    private final double[] joules;

    /** By segment or run: weights and the peak of what is live. */
    private final double[] weightBytes;

    private final double[] peakBytes;

    /** By device: what the runtime takes for each part. */
    private final double[] runtimeBytes;

    private final double[] cutBytes;

    private CostTable(Builder made) {
        this.segments = made.segments;
        this.devices = made.devices;
        this.additive = made.additive;
        this.seconds = made.seconds.clone();
        this.p90Seconds = made.p90Seconds.clone();
        this.joules = made.joules.clone();
        this.weightBytes = made.weightBytes.clone();
        this.peakBytes = made.peakBytes.clone();
        this.runtimeBytes = made.runtimeBytes.clone();
        this.cutBytes = made.cutBytes.clone();
    }

    /**
     * Begins a table in which the costs of a run are the sum of its segments' (of peaks, the greatest).
     *
     * @param segments how many, 1 or more
     * @param devices how many, 1 or more
     * @return a builder
     */
    public static Builder bySegment(int segments, int devices) {
        return new Builder(segments, devices, true);
    }

    /**
     * Begins a table in which each run of neighbouring segments has its own costs: {@code segments × (segments + 1) / 2} runs.
     *
     * @param segments how many, 1 to 2,000
     * @param devices how many, 1 or more
     * @return a builder
     */
    public static Builder byRun(int segments, int devices) {
        return new Builder(segments, devices, false);
    }

    /**
     * How many segments there are.
     *
     * @return 1 or more
     */
    public int segments() {
        return segments;
    }

    /**
     * How many devices there are.
     *
     * @return 1 or more
     */
    public int devices() {
        return devices;
    }

    /** Whether the costs of a run are the sum of its segments'. */
    boolean isAdditive() {
        return additive;
    }

    /**
     * How long a run takes, half of the times.
     *
     * @param from its first segment
     * @param to the segment after its last
     * @param device where
     * @return seconds; infinite if it cannot run there
     */
    public double seconds(int from, int to, int device) {
        return sum(seconds, from, to, device);
    }

    /**
     * How long a run takes at most, 90 % of the times. Of several segments it is the sum, which is cautious.
     *
     * @param from its first segment
     * @param to the segment after its last
     * @param device where
     * @return seconds; the median if nothing else is known
     */
    public double p90Seconds(int from, int to, int device) {
        return sum(p90Seconds, from, to, device);
    }

    /**
     * What a run draws.
     *
     * @param from its first segment
     * @param to the segment after its last
     * @param device where
     * @return joules; NaN if not known
     */
    public double joules(int from, int to, int device) {
        return sum(joules, from, to, device);
    }

    /**
     * What a run takes of the memory: weights, the peak of what is live, and the runtime itself.
     *
     * @param from its first segment
     * @param to the segment after its last
     * @param device where
     * @return bytes
     */
    public double memoryBytes(int from, int to, int device) {
        if (!additive) {
            int run = run(from, to);
            return weightBytes[run] + peakBytes[run] + runtimeBytes[device];
        }
        double weights = 0;
        double peak = 0;
        for (int segment = from; segment < to; segment++) {
            weights += weightBytes[segment];
            peak = Math.max(peak, peakBytes[segment]);
        }
        return weights + peak + runtimeBytes[device];
    }

    /**
     * What crosses a cut.
     *
     * @param cut 0 for the inputs of the model, {@code i} for what the segments from {@code i} on take of those before, and the
     *     number of segments for the outputs of the model
     * @return bytes
     */
    public double cutBytes(int cut) {
        return cutBytes[cut];
    }

    private double sum(double[] values, int from, int to, int device) {
        if (!additive) {
            return values[run(from, to) * devices + device];
        }
        double sum = 0;
        for (int segment = from; segment < to; segment++) {
            sum += values[segment * devices + device];
        }
        return sum;
    }

    /** Runs by their first segment, then their end. */
    private int run(int from, int to) {
        return run(segments, from, to);
    }

    private static int run(int segments, int from, int to) {
        return from * segments - from * (from - 1) / 2 + to - from - 1;
    }

    /**
     * This table with the 90th percentiles as times, for plans that hold on a bad day.
     *
     * @return a table
     */
    public CostTable pessimistic() {
        Builder copy = toBuilder();
        System.arraycopy(p90Seconds, 0, copy.seconds, 0, seconds.length);
        return copy.build();
    }

    /**
     * The worst of several tables for each run by itself: a plan from it holds whichever state each device is in.
     *
     * @param other another table of the same shape, such as the same model in another state of the devices
     * @return a table
     * @throws IllegalArgumentException if the other table has another shape
     */
    public CostTable worst(CostTable other) {
        checkShape(other);
        Builder copy = toBuilder();
        for (int i = 0; i < seconds.length; i++) {
            copy.seconds[i] = Math.max(seconds[i], other.seconds[i]);
            copy.p90Seconds[i] = Math.max(p90Seconds[i], other.p90Seconds[i]);
            copy.joules[i] = Math.max(joules[i], other.joules[i]);
        }
        return copy.build();
    }

    /** The weighted sum of tables of the same shape; the weights add up to 1. */
    static CostTable weighted(List<CostTable> tables, double... weights) {
        Builder sum = tables.get(0).toBuilder();
        for (int i = 0; i < sum.seconds.length; i++) {
            double seconds = 0;
            double p90 = 0;
            double joules = 0;
            for (int table = 0; table < weights.length; table++) {
                CostTable other = tables.get(table);
                seconds += share(weights[table], other.seconds[i]);
                p90 += share(weights[table], other.p90Seconds[i]);
                joules += share(weights[table], other.joules[i]);
            }
            sum.seconds[i] = seconds;
            sum.p90Seconds[i] = p90;
            sum.joules[i] = joules;
        }
        return sum.build();
    }

    /** What is impossible in one scenario is impossible, whatever its weight. */
    private static double share(double weight, double value) {
        return Double.isInfinite(value) ? value : weight * value;
    }

    /**
     * This table with the costs of one device taken from another one, for when that device's state has changed.
     *
     * @param device which
     * @param other another table of the same shape
     * @return a table
     * @throws IllegalArgumentException if the other table has another shape
     */
    public CostTable withDevice(int device, CostTable other) {
        checkShape(other);
        Builder copy = toBuilder();
        for (int i = device; i < seconds.length; i += devices) {
            copy.seconds[i] = other.seconds[i];
            copy.p90Seconds[i] = other.p90Seconds[i];
            copy.joules[i] = other.joules[i];
        }
        copy.runtimeBytes[device] = other.runtimeBytes[device];
        return copy.build();
    }

    /**
     * This table with a device so many times slower.
     *
     * @param device which
     * @param factor of all its times, more than 0; what it draws grows alike
     * @return a table
     */
    public CostTable withSlower(int device, double factor) {
        if (!(factor > 0 && factor < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("a device cannot be " + factor + " times slower");
        }
        Builder copy = toBuilder();
        for (int i = device; i < seconds.length; i += devices) {
            copy.seconds[i] *= factor;
            copy.p90Seconds[i] *= factor;
            copy.joules[i] *= factor;
        }
        return copy.build();
    }

    private void checkShape(CostTable other) {
        if (other.segments != segments || other.devices != devices || other.additive != additive) {
            throw new IllegalArgumentException("the other table has " + other.segments + " segments and "
                    + other.devices + " devices, " + (other.additive ? "by segment" : "by run") + ", this one has "
                    + segments + " and " + devices + ", " + (additive ? "by segment" : "by run"));
        }
    }

    private Builder toBuilder() {
        Builder copy = new Builder(segments, devices, additive);
        System.arraycopy(seconds, 0, copy.seconds, 0, seconds.length);
        System.arraycopy(p90Seconds, 0, copy.p90Seconds, 0, seconds.length);
        System.arraycopy(joules, 0, copy.joules, 0, seconds.length);
        System.arraycopy(weightBytes, 0, copy.weightBytes, 0, weightBytes.length);
        System.arraycopy(peakBytes, 0, copy.peakBytes, 0, peakBytes.length);
        System.arraycopy(runtimeBytes, 0, copy.runtimeBytes, 0, devices);
        System.arraycopy(cutBytes, 0, copy.cutBytes, 0, cutBytes.length);
        return copy;
    }

    @Override
    public String toString() {
        return "CostTable[" + segments + " segments, " + devices + " devices]";
    }

    /** Fills a table. What is not set takes no time, no memory and no bytes; what it draws is not known. Not thread-safe. */
    public static final class Builder {
        private static final int MOST_SEGMENTS_BY_RUN = 2_000;

        private final int segments;
        private final int devices;
        private final boolean additive;
        private final double[] seconds;
        private final double[] p90Seconds;
        private final double[] joules;
        private final double[] weightBytes;
        private final double[] peakBytes;
        private final double[] runtimeBytes;
        private final double[] cutBytes;

        private Builder(int segments, int devices, boolean additive) {
            if (segments < 1 || devices < 1 || (!additive && segments > MOST_SEGMENTS_BY_RUN)) {
                throw new IllegalArgumentException("no table of " + segments + " segments and " + devices + " devices");
            }
            this.segments = segments;
            this.devices = devices;
            this.additive = additive;
            int rows = additive ? segments : segments * (segments + 1) / 2;
            this.seconds = new double[Math.multiplyExact(rows, devices)];
            this.p90Seconds = new double[seconds.length];
            this.joules = new double[seconds.length];
            Arrays.fill(joules, Double.NaN);
            this.weightBytes = new double[rows];
            this.peakBytes = new double[rows];
            this.runtimeBytes = new double[devices];
            this.cutBytes = new double[segments + 1];
        }

        /**
         * Sets how long a segment takes, always.
         *
         * @param segment which
         * @param device where
         * @param value seconds, 0 or more; infinite if it cannot run there
         * @return this builder
         */
        public Builder seconds(int segment, int device, double value) {
            return seconds(segment, segment + 1, device, value, value);
        }

        /**
         * Sets how long a run takes. A table by segment takes runs of one segment only.
         *
         * @param from its first segment
         * @param to the segment after its last
         * @param device where
         * @param median seconds, 0 or more; infinite if it cannot run there
         * @param p90 seconds, at least the median
         * @return this builder
         */
        public Builder seconds(int from, int to, int device, double median, double p90) {
            if (!(median >= 0 && p90 >= median)) {
                throw new IllegalArgumentException("no times: median " + median + " s, 90th percentile " + p90 + " s");
            }
            int place = row(from, to) * devices + checkDevice(device);
            seconds[place] = median;
            p90Seconds[place] = p90;
            return this;
        }

        /**
         * Sets what a run draws. A table by segment takes runs of one segment only.
         *
         * @param from its first segment
         * @param to the segment after its last
         * @param device where
         * @param value joules, 0 or more
         * @return this builder
         */
        public Builder joules(int from, int to, int device, double value) {
            joules[row(from, to) * devices + checkDevice(device)] = amount("joules", value);
            return this;
        }

        /**
         * Sets what a run takes of the memory. A table by segment takes runs of one segment only.
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
         * Sets what the runtime takes of a device's memory for each part.
         *
         * @param device which
         * @param value bytes, 0 or more
         * @return this builder
         */
        public Builder runtimeBytes(int device, double value) {
            runtimeBytes[checkDevice(device)] = amount("bytes of the runtime", value);
            return this;
        }

        /**
         * Sets what crosses a cut.
         *
         * @param cut 0 for the inputs of the model, the number of segments for its outputs
         * @param value bytes, 0 or more
         * @return this builder
         */
        public Builder cutBytes(int cut, double value) {
            cutBytes[cut] = amount("bytes", value);
            return this;
        }

        private static double amount(String what, double value) {
            if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("there cannot be " + value + " " + what);
            }
            return value;
        }

        private int checkDevice(int device) {
            if (device < 0 || device >= devices) {
                throw new IndexOutOfBoundsException("there is no device " + device + " of " + devices);
            }
            return device;
        }

        private int row(int from, int to) {
            if (from < 0 || to <= from || to > segments || (additive && to != from + 1)) {
                throw new IndexOutOfBoundsException("no row of " + segments
                        + (additive ? " segments" : " segments' runs") + " for segments " + from + " to " + to);
            }
            return additive ? from : run(segments, from, to);
        }

        /**
         * Makes the table.
         *
         * @return a table; this builder may go on
         */
        public CostTable build() {
            return new CostTable(this);
        }
    }
}
