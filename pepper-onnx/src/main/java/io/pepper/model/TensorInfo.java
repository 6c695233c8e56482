package io.pepper.model;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * What is known of a value that flows through a model: its name, type and shape.
 *
 * @param name the name, unique in its model
 * @param type the element type of a tensor in ONNX's words ({@code float}, {@code int64}, {@code float16}, {@code string}
 *     …), or the whole type of another kind of value ({@code seq(tensor(float))}); empty if unknown
 * @param shape the dimensions, outermost first; an empty list for a scalar; empty if not even the rank is known, or the
 *     value is no tensor
 */
public record TensorInfo(String name, Optional<String> type, Optional<List<Dimension>> shape) {
    /**
     * Copies the shape.
     *
     * @param name see the record
     * @param type see the record
     * @param shape see the record
     */
    public TensorInfo {
        shape = shape.map(List::copyOf);
    }

    /**
     * How many bytes the tensor takes.
     *
     * @return elements times the size of one, rounded up for types of less than a byte; empty if the type or a dimension
     *     is unknown, for strings, and for more than {@link Long#MAX_VALUE}
     */
    public OptionalLong bytes() {
        Optional<ElementType> element = type.flatMap(ElementType::named);
        if (element.isEmpty() || element.get().bits() == 0 || shape.isEmpty()) {
            return OptionalLong.empty();
        }
        if (shape.get().stream().anyMatch(dimension -> dimension.size().isEmpty())) {
            return OptionalLong.empty();
        }
        long[] sizes = shape.get().stream().mapToLong(d -> d.size().getAsLong()).toArray();
        return element.get().bytes(sizes);
    }

    /** For instance {@code x: float[batch,3,224,224]}. */
    @Override
    public String toString() {
        String dimensions = shape.map(
                        dims -> dims.stream().map(Dimension::toString).collect(Collectors.joining(",", "[", "]")))
                .orElse("");
        return name + ": " + type.orElse("?") + dimensions;
    }
}
