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
public record FamilyWork(long operators, double flops, double bytes, double weightBytes, double bound) {
    /** No operators. */
    public static final FamilyWork NONE = new FamilyWork(0, 0, 0, 0, 0);

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
    public FamilyWork {
        Workload.check("operators", (double) operators);
        Workload.check("flops", flops);
        Workload.check("bytes", bytes);
        Workload.check("weightBytes", weightBytes);
        Workload.check("bound", bound);
    }

    FamilyWork plus(FamilyWork other) {
        return new FamilyWork(
                operators + other.operators,
                flops + other.flops,
                bytes + other.bytes,
                weightBytes + other.weightBytes,
                bound + other.bound);
    }

    FamilyWork plus(Kernel kernel) {
        double bytes = kernel.bytes();
        return plus(new FamilyWork(
                kernel.times(),
                kernel.times() * kernel.flops(),
                kernel.times() * bytes,
                kernel.times() * kernel.weightBytes(),
                kernel.times() * Math.max(kernel.flops(), Workload.FLOPS_PER_BYTE * bytes)));
    }
}
