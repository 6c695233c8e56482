package io.pepper.model;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * User-given sizes of open input dimensions. Immutable and therefore thread-safe.
 *
 * <pre>{@code
 * InputShapes sizes = InputShapes.NONE.withDimension("batch", 1).withInputShape("image", 1, 3, 640, 640);
 * }</pre>
 */
public final class InputShapes {
    /** No sizes, for models without open dimensions. */
    public static final InputShapes NONE = new InputShapes(Map.of(), Map.of());

    private final Map<String, List<Long>> shapes;
    private final Map<String, Long> dimensions;

    private InputShapes(Map<String, List<Long>> shapes, Map<String, Long> dimensions) {
        this.shapes = shapes;
        this.dimensions = dimensions;
    }

    /**
     * Returns these sizes, with the whole shape of an input.
     *
     * @param input the input's name
     * @param sizes its dimensions, each 0 or more; none for a scalar
     * @return these sizes with that shape, which replaces an earlier one
     * @throws IllegalArgumentException if a size is negative
     */
    public InputShapes withInputShape(String input, long... sizes) {
        for (long size : sizes) {
            requireSize("input '" + input + "'", size);
        }
        Map<String, List<Long>> more = new LinkedHashMap<>(shapes);
        more.put(input, Arrays.stream(sizes).boxed().toList());
        return new InputShapes(Collections.unmodifiableMap(more), dimensions);
    }

    /**
     * Returns these sizes, with the shape of an input if it is fully known.
     *
     * @param input the input and its shape
     * @return these sizes with that shape; unchanged if a dimension of the input is unknown
     */
    public InputShapes withInput(TensorInfo input) {
        List<Dimension> shape = input.shape().orElse(List.of());
        boolean known = input.shape().isPresent()
                && shape.stream().allMatch(dimension -> dimension.size().isPresent());
        return known
                ? withInputShape(
                        input.name(),
                        shape.stream()
                                .mapToLong(dimension -> dimension.size().getAsLong())
                                .toArray())
                : this;
    }

    /**
     * Returns these sizes, with the size of a named dimension in all inputs.
     *
     * @param name the dimension's name
     * @param size 0 or more
     * @return these sizes with that one, which replaces an earlier one
     * @throws IllegalArgumentException if the size is negative
     */
    public InputShapes withDimension(String name, long size) {
        requireSize("dimension '" + name + "'", size);
        Map<String, Long> more = new LinkedHashMap<>(dimensions);
        more.put(name, size);
        return new InputShapes(shapes, Collections.unmodifiableMap(more));
    }

    private static void requireSize(String what, long size) {
        if (size < 0) {
            throw new IllegalArgumentException(what + ": a size of 0 or more is needed, found " + size);
        }
    }

    /**
     * Returns the given input shapes.
     *
     * @return shapes by input name, in the order given
     */
    public Map<String, List<Long>> shapes() {
        return shapes;
    }

    /**
     * Returns the given sizes of named dimensions.
     *
     * @return sizes by dimension name, in the order given
     */
    public Map<String, Long> dimensions() {
        return dimensions;
    }

    /**
     * Returns whether no size was given.
     *
     * @return true for {@link #NONE}
     */
    public boolean isEmpty() {
        return shapes.isEmpty() && dimensions.isEmpty();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof InputShapes sizes && shapes.equals(sizes.shapes) && dimensions.equals(sizes.dimensions);
    }

    @Override
    public int hashCode() {
        return 31 * shapes.hashCode() + dimensions.hashCode();
    }

    /** Returns a text such as {@code InputShapes[{image=[1, 3, 640, 640]}, {batch=1}]}. */
    @Override
    public String toString() {
        return "InputShapes[" + shapes + ", " + dimensions + "]";
    }
}
