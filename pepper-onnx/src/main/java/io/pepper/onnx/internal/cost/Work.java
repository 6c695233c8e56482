package io.pepper.onnx.internal.cost;

/**
 * An amount of computation.
 *
 * @param macs multiply-accumulates of products such as matrix products and convolutions, 0 or more
 * @param flops all arithmetic operations, with two for a multiply-accumulate, 0 or more
 */
public record Work(long macs, long flops) {
    /** No work. */
    public static final Work NONE = new Work(0, 0);

    /**
     * Adds work.
     *
     * @param other more work
     * @return the sum
     * @throws ArithmeticException if it exceeds {@link Long#MAX_VALUE}
     */
    public Work plus(Work other) {
        return new Work(Math.addExact(macs, other.macs), Math.addExact(flops, other.flops));
    }

    /**
     * Multiplies the work.
     *
     * @param count the factor, 0 or more
     * @return the product
     * @throws ArithmeticException if it exceeds {@link Long#MAX_VALUE}
     */
    public Work times(long count) {
        return new Work(Math.multiplyExact(macs, count), Math.multiplyExact(flops, count));
    }
}
