package io.pepper.workload;

/**
 * The work of the kernels of one family.
 *
 * @param operators the number of operators
 * @param flops their arithmetic operations, where a multiply-accumulate counts as two; NaN if unknown
 * @param bytes the bytes that they read and write, weights included, if each runs separately; NaN if unknown
 * @param weightBytes the bytes of weights among them; NaN if unknown
 * @param bound the sum of the roofline bounds of the kernels: for each, the larger of its arithmetic and {@link
 *     Workload#FLOPS_PER_BYTE} times its bytes; NaN if unknown
 */
public record KernelTotals(long operators, double flops, double bytes, double weightBytes, double bound) {
    /** No operators. */
    public static final KernelTotals NONE = new KernelTotals(0, 0, 0, 0, 0);

    /**
     * Checks the numbers.
     *
     * @param operators the number of operators
     * @param flops their arithmetic operations, where a multiply-accumulate counts as two; NaN if unknown
     * @param bytes the bytes that they read and write, weights included, if each runs separately; NaN if unknown
     * @param weightBytes the bytes of weights among them; NaN if unknown
     * @param bound the sum of the roofline bounds of the kernels: for each, the larger of its arithmetic and {@link
     *     Workload#FLOPS_PER_BYTE} times its bytes; NaN if unknown
     * @throws IllegalArgumentException if a number is negative or infinite
     */
    public KernelTotals {
        Workload.check("operators", (double) operators);
        Workload.check("flops", flops);
        Workload.check("bytes", bytes);
        Workload.check("weightBytes", weightBytes);
        Workload.check("bound", bound);
    }

    KernelTotals plus(KernelTotals other) {
        return new KernelTotals(
                operators + other.operators,
                flops + other.flops,
                bytes + other.bytes,
                weightBytes + other.weightBytes,
                bound + other.bound);
    }

    KernelTotals plus(Kernel kernel) {
        double bytes = kernel.bytes();
        return plus(new KernelTotals(
                kernel.times(),
                kernel.times() * kernel.flops(),
                kernel.times() * bytes,
                kernel.times() * kernel.weightBytes(),
                kernel.times() * Math.max(kernel.flops(), Workload.FLOPS_PER_BYTE * bytes)));
    }
}
