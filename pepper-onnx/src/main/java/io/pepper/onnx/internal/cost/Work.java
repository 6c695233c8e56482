package io.pepper.onnx.internal.cost;

/**
 * How much there is to compute.
 *
 * @param macs multiply-accumulates of products such as matrix products and convolutions, 0 or more
 * @param flops all arithmetic operations, where a multiply-accumulate is two, 0 or more
 */
public record Work(long macs, long flops) {
    /** Nothing. */
    public static final Work NONE = new Work(0, 0);

    /**
     * Adds work.
     *
     * @param other more work
     * @return both together
     * @throws ArithmeticException if that is more than {@link Long#MAX_VALUE}
     */
    public Work plus(Work other) {
        return new Work(Math.addExact(macs, other.macs), Math.addExact(flops, other.flops));
    }

    /**
     * The same again and again.
     *
     * @param count how often, 0 or more
     * @return the work of all
     * @throws ArithmeticException if that is more than {@link Long#MAX_VALUE}
     */
    public Work times(long count) {
        return new Work(Math.multiplyExact(macs, count), Math.multiplyExact(flops, count));
    }
}
