package io.pepper.workload;

/**
 * The work of the kernels of one family.
 *
 * @param operators how many there are
 * @param flops their arithmetic, a multiply-accumulate being two operations; NaN if not known
 * @param bytes what they read and make, weights included, if each runs by itself; NaN if not known
 * @param weightBytes what of these are weights; NaN if not known
 * @param bound of each its arithmetic, or {@link Workload#FLOPS_PER_BYTE} for each byte that it moves, whichever is more; NaN if
 *     not known
 */
public record KernelTotals(long operators, double flops, double bytes, double weightBytes, double bound) {
    /** No operators. */
    public static final KernelTotals NONE = new KernelTotals(0, 0, 0, 0, 0);

    /**
     * Checks the numbers.
     *
     * @param operators how many there are
     * @param flops their arithmetic, a multiply-accumulate being two operations; NaN if not known
     * @param bytes what they read and make, weights included, if each runs by itself; NaN if not known
     * @param weightBytes what of these are weights; NaN if not known
     * @param bound of each its arithmetic, or {@link Workload#FLOPS_PER_BYTE} for each byte that it moves, whichever is
     *     more; NaN if not known
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
