package io.pepper.onnx.internal.session;

import java.util.List;

/**
 * An input with all its sizes chosen.
 *
 * @param name its name
 * @param type the element type as ONNX writes it
 * @param shape the sizes
 * @param hint what its integers are used for
 */
public record PlannedInput(String name, String type, List<Long> shape, ValueHint hint) {
    /** More elements are not made. */
    static final long MAX_ELEMENTS = 1L << 27;

    /** Whether it is small enough to be tried. */
    boolean isSmall() {
        return count() <= MAX_ELEMENTS;
    }

    /** The elements, however many these are. */
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
