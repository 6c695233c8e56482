package io.pepper.model;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * The name, type and shape of a value in a model.
 *
 * @param name the name, unique in the model
 * @param type the element type of a tensor, as ONNX writes it ({@code float}, {@code int64}, {@code float16}, {@code
 *     string} …), or the whole type of another kind of value ({@code seq(tensor(float))}); empty if unknown
 * @param shape the dimensions, outermost first; an empty list for a scalar; empty if the rank is unknown or the value
 *     is no tensor
 */
public record TensorInfo(String name, Optional<String> type, Optional<List<Dimension>> shape) {
    /**
     * Copies the shape.
     *
     * @param name the name, unique in the model
     * @param type the element type of a tensor, as ONNX writes it ({@code float}, {@code int64}, {@code float16},
     *     {@code string} …), or the whole type of another kind of value ({@code seq(tensor(float))})
     * @param shape the dimensions, outermost first
     */
    public TensorInfo {
        shape = shape.map(List::copyOf);
    }

    /**
     * Returns the number of bytes of the tensor.
     *
     * @return the number of elements times the element size, rounded up for types below a byte; empty if the type or a
     *     dimension is unknown, for strings, and above {@link Long#MAX_VALUE}
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

    /** Returns a text such as {@code x: float[batch,3,224,224]}. */
    @Override
    public String toString() {
        String dimensions = shape.map(
                        dims -> dims.stream().map(Dimension::toString).collect(Collectors.joining(",", "[", "]")))
                .orElse("");
        return name + ": " + type.orElse("?") + dimensions;
    }
}
