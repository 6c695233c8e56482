package io.pepper.onnx.internal.cost;

/** Arithmetic of counts of 0 or more that saturates at {@link Long#MAX_VALUE}. */
public final class Saturated {
    private Saturated() {}

    /**
     * Adds two counts.
     *
     * @param one a count
     * @param other another count
     * @return their sum, or the greatest number
     */
    public static long add(long one, long other) {
        return one > Long.MAX_VALUE - other ? Long.MAX_VALUE : one + other;
    }

    /**
     * Multiplies two counts.
     *
     * @param one a count
     * @param other another count
     * @return their product, or the greatest number
     */
    public static long multiply(long one, long other) {
        return one != 0 && other > Long.MAX_VALUE / one ? Long.MAX_VALUE : one * other;
    }

    /**
     * Multiplies counts.
     *
     * @param factors counts
     * @return their product, 1 for none, or the greatest number
     */
    public static long product(long... factors) {
        long product = 1;
        for (long factor : factors) {
            if (factor == 0) {
                return 0;
            }
            product = multiply(product, factor);
        }
        return product;
    }
}
