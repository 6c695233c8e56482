package io.pepper.model;

import java.nio.Buffer;
import java.util.List;
import java.util.Optional;

/**
 * Values of a model input, given by the user.
 *
 * @param shape the size along each axis; empty for a scalar
 * @param numbers the values in row-major order, from position to limit; empty if they are strings
 * @param strings the values in row-major order if they are strings, else empty
 */
public record InputValues(List<Long> shape, Optional<Buffer> numbers, List<String> strings) {
    /**
     * Copies the lists; the buffer is kept as it is.
     *
     * @param shape the size along each axis
     * @param numbers the values in row-major order, from position to limit
     * @param strings the values in row-major order if they are strings, else empty
     * @throws NullPointerException if a component is null
     * @throws IllegalArgumentException if a size is negative, or if the number of values does not fit the shape
     */
    public InputValues {
        shape = List.copyOf(shape);
        strings = List.copyOf(strings);
        long elements = 1;
        for (long size : shape) {
            if (size < 0) {
                throw new IllegalArgumentException("negative size " + size + " in shape " + shape);
            }
            try {
                elements = Math.multiplyExact(elements, size);
            } catch (ArithmeticException e) {
                throw new IllegalArgumentException("shape " + shape + " has too many elements", e);
            }
        }
        long found = numbers.isPresent() ? numbers.get().remaining() : strings.size();
        if (found != elements) {
            throw new IllegalArgumentException("shape " + shape + " needs " + elements + " values, found " + found);
        }
    }
}
