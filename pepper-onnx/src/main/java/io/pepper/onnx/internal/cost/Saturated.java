package io.pepper.onnx.internal.cost;

/** Arithmetic of counts, 0 or more, that stops at {@link Long#MAX_VALUE}. */
final class Saturated {
    private Saturated() {}

    static long add(long one, long other) {
        return one > Long.MAX_VALUE - other ? Long.MAX_VALUE : one + other;
    }

    static long multiply(long one, long other) {
        return one != 0 && other > Long.MAX_VALUE / one ? Long.MAX_VALUE : one * other;
    }

    static long product(long... factors) {
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
