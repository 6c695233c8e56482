package io.pepper.serving.internal;

import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * The name, type and shape of a tensor in a message. Immutable.
 *
 * @param name the name
 * @param type the element type
 * @param shape the sizes, each 0 or more
 */
public record TensorHeader(String name, DataType type, List<Long> shape) {
    private static final int MAX_DIMENSIONS = 64;

    /**
     * Copies the shape.
     *
     * @param name the name
     * @param type the element type
     * @param shape the sizes, each 0 or more
     */
    public TensorHeader {
        shape = List.copyOf(shape);
    }

    /**
     * Checks a header of a message.
     *
     * @param place the place in the message, for instance {@code inputs[0]}
     * @param name the name
     * @param datatype the name of the element type
     * @param shape the sizes
     * @return the header
     * @throws ServingException if the name is empty, the type unknown, or a size negative
     */
    public static TensorHeader of(String place, String name, String datatype, List<Long> shape)
            throws ServingException {
        if (name.isEmpty()) {
            throw ServingException.invalid(place + " has no name");
        }
        DataType type = DataType.named(datatype)
                .orElseThrow(() -> ServingException.invalid(place + " '" + name + "': the datatype '" + datatype
                        + "' is none of the protocol, such as FP32 or INT64"));
        if (shape.size() > MAX_DIMENSIONS) {
            throw ServingException.invalid(
                    place + " '" + name + "': has " + shape.size() + " dimensions, more than " + MAX_DIMENSIONS);
        }
        if (shape.stream().anyMatch(size -> size < 0)) {
            throw ServingException.invalid(place + " '" + name + "': the shape " + shape + " has a negative size");
        }
        return new TensorHeader(name, type, shape);
    }

    /**
     * Returns the number of elements.
     *
     * @return 0 or more; empty above {@link Long#MAX_VALUE}
     */
    public OptionalLong elements() {
        return DataType.UINT8.element().bytes(sizes());
    }

    /**
     * Returns the number of bytes of the values in binary form.
     *
     * @return 0 or more; empty for texts, and above {@link Long#MAX_VALUE}
     */
    public OptionalLong bytes() {
        return type == DataType.BYTES ? OptionalLong.empty() : type.element().bytes(sizes());
    }

    /**
     * Checks the number of bytes that a message has for this tensor.
     *
     * @param found the number of bytes
     * @throws ServingException if the type and shape need another number
     */
    public void checkBytes(long found) throws ServingException {
        OptionalLong expected = bytes();
        boolean fits = type == DataType.BYTES
                ? elements().isPresent() && elements().getAsLong() <= found / Integer.BYTES
                : expected.isPresent() && expected.getAsLong() == found;
        if (!fits) {
            throw ServingException.invalid("tensor '" + name + "': " + this + " needs "
                    + (expected.isPresent() ? expected.getAsLong() : "more") + " bytes, found " + found);
        }
    }

    /**
     * Returns the sizes.
     *
     * @return a new array
     */
    public long[] sizes() {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }

    /** Returns a text such as {@code FP32 [1,3,224,224]}. */
    @Override
    public String toString() {
        return type + " " + text(shape);
    }

    static String text(List<Long> shape) {
        return shape.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]"));
    }
}
