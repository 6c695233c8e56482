package io.pepper.model;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The sizes that a user gives to inputs of a model that leave them open. Immutable and therefore thread-safe.
 *
 * <pre>{@code
 * InputShapes sizes = InputShapes.NONE.withDimension("batch", 1).withInputShape("image", 1, 3, 640, 640);
 * }</pre>
 */
public final class InputShapes {
    /** No sizes: for models that state them all. */
    public static final InputShapes NONE = new InputShapes(Map.of(), Map.of());

    private final Map<String, List<Long>> shapes;
    private final Map<String, Long> dimensions;

    private InputShapes(Map<String, List<Long>> shapes, Map<String, Long> dimensions) {
        this.shapes = shapes;
        this.dimensions = dimensions;
    }

    /**
     * Gives an input its whole shape.
     *
     * @param input the input's name
     * @param sizes its dimensions, each 0 or more; none for a scalar
     * @return these sizes and that shape, which replaces one given before
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
     * With the sizes of an input, if they are all known.
     *
     * @param input the input, with its sizes
     * @return these sizes and those; these alone if a size of the input is not known
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
     * Gives a named dimension its size, wherever inputs have it.
     *
     * @param name the dimension's name
     * @param size 0 or more
     * @return these sizes and that one, which replaces one given before
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
     * The shapes that were given.
     *
     * @return sizes by input, in the order given
     */
    public Map<String, List<Long>> shapes() {
        return shapes;
    }

    /**
     * The sizes of named dimensions that were given.
     *
     * @return sizes by name, in the order given
     */
    public Map<String, Long> dimensions() {
        return dimensions;
    }

    /**
     * Whether nothing was given.
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

    /** For instance {@code InputShapes[{image=[1, 3, 640, 640]}, {batch=1}]}. */
    @Override
    public String toString() {
        return "InputShapes[" + shapes + ", " + dimensions + "]";
    }
}
