package io.pepper.cost;

import java.util.EnumMap;
import java.util.Map;

/**
 * What a model, or a piece of one, asks of a device: numbers from which its time can be predicted. What is not known is
 * {@link Double#NaN}. Immutable and therefore thread-safe.
 */
public final class Workload {
    /**
     * How much arithmetic moving a byte is worth: an operator's time is bounded by its arithmetic or by the bytes that it moves,
     * whichever takes longer (Williams, Waterman and Patterson, "Roofline", Communications of the ACM 52, 2009).
     */
    public static final double FLOPS_PER_BYTE = 8;

    private final Map<Measure, Double> measures;
    private final Map<OperatorFamily, FamilyWork> families;

    /** All families together: asked for again and again by whoever predicts. */
    private final FamilyWork total;

    private Workload(Map<Measure, Double> measures, Map<OperatorFamily, FamilyWork> families) {
        this.measures = measures;
        this.families = families;
        this.total = families.values().stream().reduce(FamilyWork.NONE, FamilyWork::plus);
    }

    /**
     * Begins a workload: without operators, and with no measure known.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * A number of the whole.
     *
     * @param measure which
     * @return 0 or more, NaN if it is not known
     */
    public double get(Measure measure) {
        return measures.getOrDefault(measure, Double.NaN);
    }

    /**
     * The work of the operators of a family.
     *
     * @param family which
     * @return what they ask for together
     */
    public FamilyWork of(OperatorFamily family) {
        return families.getOrDefault(family, FamilyWork.NONE);
    }

    /**
     * The work of all operators.
     *
     * @return the families' together
     */
    public FamilyWork total() {
        return total;
    }

    static void check(String what, double value) {
        if (value < 0 || Double.isInfinite(value)) {
            throw new IllegalArgumentException(what + ": a finite number of 0 or more is needed, found " + value);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Workload work && measures.equals(work.measures) && families.equals(work.families);
    }

    @Override
    public int hashCode() {
        return 31 * measures.hashCode() + families.hashCode();
    }

    /** For instance {@code Workload[3.1E9 flops, 2.2E7 bytes, 122 operators]}. */
    @Override
    public String toString() {
        return "Workload[" + total.flops() + " flops, " + total.bytes() + " bytes, " + total.operators()
                + " operators]";
    }

    /** Makes a workload. Not thread-safe. */
    public static final class Builder {
        private final Map<Measure, Double> measures = new EnumMap<>(Measure.class);
        private final Map<OperatorFamily, FamilyWork> families = new EnumMap<>(OperatorFamily.class);

        private Builder() {}

        /**
         * Sets a number of the whole.
         *
         * @param measure which
         * @param value 0 or more, NaN if it is not known
         * @return this builder
         * @throws IllegalArgumentException if the value is negative or infinite
         */
        public Builder set(Measure measure, double value) {
            check(measure.name(), value);
            if (Double.isNaN(value)) {
                measures.remove(measure);
            } else {
                measures.put(measure, value);
            }
            return this;
        }

        /**
         * Adds an operator.
         *
         * @param family its family
         * @param flops its arithmetic, 0 or more, NaN if not known
         * @param bytes what it reads and makes, 0 or more, NaN if not known
         * @return this builder
         * @throws IllegalArgumentException if a number is negative or infinite
         */
        public Builder add(OperatorFamily family, double flops, double bytes) {
            return set(family, families.getOrDefault(family, FamilyWork.NONE).plus(flops, bytes));
        }

        /**
         * Sets the work of a family, in the place of what was added to it before.
         *
         * @param family which
         * @param work of its operators together
         * @return this builder
         */
        public Builder set(OperatorFamily family, FamilyWork work) {
            families.put(family, work);
            return this;
        }

        /**
         * Makes the workload; the builder can go on.
         *
         * @return an immutable workload
         */
        public Workload build() {
            return new Workload(new EnumMap<>(measures), new EnumMap<>(families));
        }
    }
}
