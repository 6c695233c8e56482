package io.pepper.onnx.internal.session;

import java.util.List;

/**
 * An input with chosen sizes.
 *
 * @param name its name
 * @param type the element type in ONNX's notation
 * @param shape the sizes
 * @param hint the use of its integers
 */
public record PlannedInput(String name, String type, List<Long> shape, ValueHint hint) {
    /** Maximum number of elements of a created input. */
    static final long MAX_ELEMENTS = 1L << 27;

    /** Returns whether the input is small enough to be tried. */
    boolean isSmall() {
        return count() <= MAX_ELEMENTS;
    }

    /** Returns the number of elements, which may exceed any integer type. */
    double count() {
        double count = 1;
        for (long size : shape) {
            count *= size;
        }
        return count;
    }

    int elements() {
        if (!isSmall()) {
            throw new IllegalArgumentException("input " + name + ": shape " + shape + " is too big");
        }
        return (int) shape.stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
    }

    long[] dims() {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }
}
