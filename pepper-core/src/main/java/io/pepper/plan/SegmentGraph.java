package io.pepper.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What segments cost on each device, and what flows between them, where they need not be one after the other: what a
 * {@link GraphPlanner} plans with. Filled from predictions by {@link CostModel#graph}, or by hand. Immutable and therefore
 * thread-safe.
 *
 * <pre>{@code
 * SegmentGraph.Builder towers = SegmentGraph.builder(2);
 * int left = towers.segment(0.010, 0.004);
 * int right = towers.segment(0.012, 0.005);
 * int head = towers.segment(0.002, 0.001);
 * towers.input(600_000, left).input(4_000, right);
 * towers.tensor(left, 2_048, head).tensor(right, 2_048, head).output(head, 40);
 * SegmentGraph graph = towers.build();
 * }</pre>
 */
public final class SegmentGraph {
    /** The producer of an input of the model. */
    public static final int INPUT = -1;

    private final int segments;
    private final int devices;
    private final double[] seconds;
    private final double[] p90Seconds;
    private final double[] joules;
    private final double[] memoryBytes;
    private final List<Tensor> tensors;

    /**
     * What flows from one segment to others.
     *
     * @param producer the segment that makes it, or {@link #INPUT}
     * @param readers the segments that read it, each after the producer; may be none
     * @param wanted whether it is an output of the model
     * @param bytes its size
     */
    public record Tensor(int producer, List<Integer> readers, boolean wanted, double bytes) {
        /**
         * Copies and checks.
         *
         * @param producer see the record
         * @param readers see the record
         * @param wanted see the record
         * @param bytes see the record
         * @throws IllegalArgumentException if a reader is not after the producer, or the size is negative or infinite
         */
        public Tensor {
            readers = readers.stream().distinct().sorted().toList();
            if (producer < INPUT || (!readers.isEmpty() && readers.get(0) <= producer)) {
                throw new IllegalArgumentException(
                        "the readers " + readers + " of a tensor come after its producer " + producer);
            }
            if (!(bytes >= 0 && bytes < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("a tensor cannot have " + bytes + " bytes");
            }
        }
    }

    private SegmentGraph(Builder made) {
        this.devices = made.devices;
        this.segments = made.seconds.size();
        this.seconds = flat(made.seconds);
        this.p90Seconds = flat(made.p90Seconds);
        this.joules = flat(made.joules);
        this.memoryBytes = made.memoryBytes.stream().mapToDouble(bytes -> bytes).toArray();
        this.tensors = List.copyOf(made.tensors);
    }

    private static double[] flat(List<double[]> rows) {
        return rows.stream().flatMapToDouble(Arrays::stream).toArray();
    }

    /**
     * Begins a graph.
     *
     * @param devices how many there are, 1 or more
     * @return a builder
     */
    public static Builder builder(int devices) {
        if (devices < 1) {
            throw new IllegalArgumentException("1 device or more is needed, found " + devices);
        }
        return new Builder(devices);
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

    /**
     * What flows.
     *
     * @return the tensors
     */
    public List<Tensor> tensors() {
        return tensors;
    }

    /**
     * How long a segment takes, half of the times.
     *
     * @param segment which
     * @param device where
     * @return seconds; infinite if it cannot run there
     */
    public double seconds(int segment, int device) {
        return seconds[segment * devices + device];
    }

    /**
     * How long a segment takes at most, 90 % of the times.
     *
     * @param segment which
     * @param device where
     * @return seconds
     */
    public double p90Seconds(int segment, int device) {
        return p90Seconds[segment * devices + device];
    }

    /**
     * What a segment draws.
     *
     * @param segment which
     * @param device where
     * @return joules; NaN if not known
     */
    public double joules(int segment, int device) {
        return joules[segment * devices + device];
    }

    /**
     * What a segment takes of a device's memory.
     *
     * @param segment which
     * @return bytes
     */
    public double memoryBytes(int segment) {
        return memoryBytes[segment];
    }

    @Override
    public String toString() {
        return "SegmentGraph[" + segments + " segments, " + tensors.size() + " tensors, " + devices + " devices]";
    }

    /** Fills a graph. Not thread-safe. */
    public static final class Builder {
        private final int devices;
        private final List<double[]> seconds = new ArrayList<>();
        private final List<double[]> p90Seconds = new ArrayList<>();
        private final List<double[]> joules = new ArrayList<>();
        private final List<Double> memoryBytes = new ArrayList<>();
        private final List<Tensor> tensors = new ArrayList<>();

        private Builder(int devices) {
            this.devices = devices;
        }

        /**
         * Adds a segment, after all that it reads from; it takes no memory, and what it draws is not known.
         *
         * @param byDevice how long it takes on each device: seconds, 0 or more; infinite where it cannot run
         * @return its index
         */
        public int segment(double... byDevice) {
            double[] unknown = new double[devices];
            Arrays.fill(unknown, Double.NaN);
            return segment(byDevice, byDevice, unknown, 0);
        }

        /**
         * Adds a segment, after all that it reads from.
         *
         * @param medians how long it takes on each device half of the times: seconds, 0 or more; infinite where it cannot run
         * @param p90s how long it takes at most 90 % of the times: seconds, at least the median
         * @param drawn what it draws: joules, NaN if not known
         * @param memory what it takes of the memory: bytes, 0 or more
         * @return its index
         * @throws IllegalArgumentException if a number is out of its range, or there is not one for each device
         */
        public int segment(double[] medians, double[] p90s, double[] drawn, double memory) {
            if (medians.length != devices || p90s.length != devices || drawn.length != devices) {
                throw new IllegalArgumentException("a segment has costs for each of " + devices + " devices");
            }
            for (int i = 0; i < devices; i++) {
                if (!(medians[i] >= 0 && p90s[i] >= medians[i]) || drawn[i] < 0) {
                    throw new IllegalArgumentException(
                            "no costs: " + medians[i] + " s, 90 % within " + p90s[i] + " s, " + drawn[i] + " J");
                }
            }
            if (!(memory >= 0 && memory < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("there cannot be " + memory + " bytes of memory");
            }
            seconds.add(medians.clone());
            p90Seconds.add(p90s.clone());
            joules.add(drawn.clone());
            memoryBytes.add(memory);
            return seconds.size() - 1;
        }

        /**
         * Adds what flows from one segment to others.
         *
         * @param producer the segment that makes it
         * @param bytes its size, 0 or more
         * @param readers the segments that read it
         * @return this builder
         */
        public Builder tensor(int producer, double bytes, int... readers) {
            return tensor(new Tensor(producer, Arrays.stream(readers).boxed().toList(), false, bytes));
        }

        /**
         * Adds an input of the model.
         *
         * @param bytes its size, 0 or more
         * @param readers the segments that read it
         * @return this builder
         */
        public Builder input(double bytes, int... readers) {
            return tensor(INPUT, bytes, readers);
        }

        /**
         * Adds an output of the model that no segment reads.
         *
         * @param producer the segment that makes it
         * @param bytes its size, 0 or more
         * @return this builder
         */
        public Builder output(int producer, double bytes) {
            return tensor(new Tensor(producer, List.of(), true, bytes));
        }

        /**
         * Adds a tensor.
         *
         * @param tensor what flows
         * @return this builder
         * @throws IllegalArgumentException if it names a segment that is not there yet
         */
        public Builder tensor(Tensor tensor) {
            int last = tensor.readers().isEmpty()
                    ? tensor.producer()
                    : tensor.readers().get(tensor.readers().size() - 1);
            if (last >= seconds.size()) {
                throw new IllegalArgumentException("there is no segment " + last + " of " + seconds.size());
            }
            tensors.add(tensor);
            return this;
        }

        /**
         * Makes the graph.
         *
         * @return the graph; this builder may go on
         * @throws IllegalArgumentException if it has no segment
         */
        public SegmentGraph build() {
            if (seconds.isEmpty()) {
                throw new IllegalArgumentException("a graph has a segment or more");
            }
            return new SegmentGraph(this);
        }
    }
}
