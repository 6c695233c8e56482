package io.pepper.workload;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The work of a model or a piece of one, as numbers from which its time on a device can be predicted. Unknown numbers
 * are empty. Immutable and therefore thread-safe.
 */
public final class Workload {
    /**
     * The arithmetic that takes as long as moving one byte: an operator's time is bounded by its arithmetic or by the
     * bytes that it moves, whichever takes longer (Williams, Waterman and Patterson, "Roofline", Communications of the
     * ACM 52, 2009).
     */
    public static final double FLOPS_PER_BYTE = 8;

    /** Wrapped once, so that {@link #get} allocates nothing. */
    private final Map<WorkloadMeasure, OptionalDouble> measures;

    private final List<Kernel> kernels;
    private final Map<KernelFamily, KernelTotals> families = new EnumMap<>(KernelFamily.class);

    /** The total of all families; computed once, since predictors read it often. */
    private final KernelTotals total;

    private Workload(Map<WorkloadMeasure, OptionalDouble> measures, List<Kernel> kernels) {
        this.measures = measures;
        this.kernels = kernels;
        Map<KernelFamily, KernelTotals.Sum> sums = new EnumMap<>(KernelFamily.class);
        kernels.forEach(kernel -> sums.computeIfAbsent(kernel.family(), first -> new KernelTotals.Sum())
                .add(kernel));
        KernelTotals.Sum all = new KernelTotals.Sum();
        sums.forEach((family, sum) -> {
            families.put(family, sum.totals());
            all.add(sum);
        });
        this.total = all.totals();
    }

    /**
     * Starts a workload without operators, whose measures are unknown.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns a measure of the whole piece.
     *
     * @param measure the measure
     * @return its value, 0 or more; empty if unknown
     */
    public OptionalDouble get(WorkloadMeasure measure) {
        return measures.getOrDefault(measure, OptionalDouble.empty());
    }

    /**
     * Returns the kernels, with their counts.
     *
     * @return the distinct kernels, in the order of their first addition
     */
    public List<Kernel> kernels() {
        return kernels;
    }

    /**
     * Returns the work of the kernels of a family.
     *
     * @param family the family
     * @return their total work
     */
    public KernelTotals of(KernelFamily family) {
        return families.getOrDefault(family, KernelTotals.NONE);
    }

    /**
     * Returns the work of all kernels.
     *
     * @return the sum over all families
     */
    public KernelTotals total() {
        return total;
    }

    static void check(String what, double value) {
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(what + ": a finite number of 0 or more is needed, found " + value);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Workload work && measures.equals(work.measures) && kernels.equals(work.kernels);
    }

    @Override
    public int hashCode() {
        return 31 * measures.hashCode() + kernels.hashCode();
    }

    /** For instance {@code Workload[3.1E9 flops, 2.2E7 bytes, 122 kernels]}. */
    @Override
    public String toString() {
        return "Workload[" + text(total.flops()) + " flops, " + text(total.bytes()) + " bytes, " + total.operators()
                + " kernels]";
    }

    private static String text(OptionalDouble value) {
        return value.isPresent() ? String.valueOf(value.getAsDouble()) : "unknown";
    }

    /** A builder of workloads. Not thread-safe. */
    public static final class Builder {
        private final Map<WorkloadMeasure, OptionalDouble> measures = new EnumMap<>(WorkloadMeasure.class);
        private final Map<Kernel, Long> kernels = new LinkedHashMap<>();

        private Builder() {}

        /**
         * Sets a measure of the whole piece.
         *
         * @param measure the measure
         * @param value its value, 0 or more
         * @return this builder
         * @throws IllegalArgumentException if the value is negative, infinite or NaN
         */
        public Builder set(WorkloadMeasure measure, double value) {
            return set(measure, OptionalDouble.of(value));
        }

        /**
         * Sets a measure of the whole piece that may be unknown.
         *
         * @param measure the measure
         * @param value its value, 0 or more; empty if unknown
         * @return this builder
         * @throws IllegalArgumentException if the value is negative, infinite or NaN
         */
        public Builder set(WorkloadMeasure measure, OptionalDouble value) {
            check(measure.name(), value.orElse(0));
            if (value.isPresent()) {
                measures.put(measure, value);
            } else {
                measures.remove(measure);
            }
            return this;
        }

        /**
         * Adds kernels. Equal kernels are counted together.
         *
         * @param kernel the kernel with its count
         * @return this builder
         */
        public Builder add(Kernel kernel) {
            kernels.merge(kernel.withTimes(1), kernel.times(), Math::addExact);
            return this;
        }

        /**
         * Builds the workload. The builder can be used further.
         *
         * @return an immutable workload
         */
        public Workload build() {
            return new Workload(
                    new EnumMap<>(measures),
                    kernels.entrySet().stream()
                            .map(entry -> entry.getKey().withTimes(entry.getValue()))
                            .toList());
        }
    }
}
