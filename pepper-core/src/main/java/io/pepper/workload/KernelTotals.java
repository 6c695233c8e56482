package io.pepper.workload;

import java.util.OptionalDouble;

/**
 * The work of the kernels of one family.
 *
 * @param operators the number of operators
 * @param flops their arithmetic operations, where a multiply-accumulate counts as two; empty if unknown
 * @param bytes the bytes that they read and write, weights included, if each runs separately; empty if unknown
 * @param weightBytes the bytes of weights among them; empty if unknown
 * @param bound the sum of the roofline bounds of the kernels: for each, the larger of its arithmetic and {@link
 *     Workload#FLOPS_PER_BYTE} times its bytes; empty if unknown
 */
public record KernelTotals(
        long operators, OptionalDouble flops, OptionalDouble bytes, OptionalDouble weightBytes, OptionalDouble bound) {
    /** No operators. */
    public static final KernelTotals NONE =
            new KernelTotals(0, OptionalDouble.of(0), OptionalDouble.of(0), OptionalDouble.of(0), OptionalDouble.of(0));

    /**
     * Checks the numbers.
     *
     * @param operators the number of operators
     * @param flops their arithmetic operations, where a multiply-accumulate counts as two; empty if unknown
     * @param bytes the bytes that they read and write, weights included, if each runs separately; empty if unknown
     * @param weightBytes the bytes of weights among them; empty if unknown
     * @param bound the sum of the roofline bounds of the kernels: for each, the larger of its arithmetic and {@link
     *     Workload#FLOPS_PER_BYTE} times its bytes; empty if unknown
     * @throws IllegalArgumentException if a number is negative, infinite or NaN
     */
    public KernelTotals {
        Workload.check("operators", (double) operators);
        Workload.check("flops", flops.orElse(0));
        Workload.check("bytes", bytes.orElse(0));
        Workload.check("weightBytes", weightBytes.orElse(0));
        Workload.check("bound", bound.orElse(0));
    }

    /** A sum of kernels under construction, in which unknown numbers are NaN. */
    static final class Sum {
        private long operators;
        private double flops;
        private double bytes;
        private double weightBytes;
        private double bound;

        void add(Kernel kernel) {
            double arithmetic = kernel.flops().orElse(Double.NaN);
            double moved = kernel.bytes().orElse(Double.NaN);
            operators = Math.addExact(operators, kernel.times());
            flops += kernel.times() * arithmetic;
            bytes += kernel.times() * moved;
            weightBytes += kernel.times() * kernel.weightBytes().orElse(Double.NaN);
            bound += kernel.times() * Math.max(arithmetic, Workload.FLOPS_PER_BYTE * moved);
        }

        void add(Sum other) {
            operators = Math.addExact(operators, other.operators);
            flops += other.flops;
            bytes += other.bytes;
            weightBytes += other.weightBytes;
            bound += other.bound;
        }

        KernelTotals totals() {
            return new KernelTotals(operators, known(flops), known(bytes), known(weightBytes), known(bound));
        }

        private static OptionalDouble known(double value) {
            return Double.isNaN(value) ? OptionalDouble.empty() : OptionalDouble.of(value);
        }
    }
}
