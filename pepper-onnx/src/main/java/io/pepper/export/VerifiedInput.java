package io.pepper.export;

import java.util.List;
import java.util.Objects;

/**
 * An input that a model was verified on.
 *
 * @param name the name of the model's input
 * @param type the element type as ONNX writes it, in lower case, such as {@code float} or {@code int64}
 * @param shape the size along each axis; empty for a scalar
 */
public record VerifiedInput(String name, String type, List<Long> shape) {
    /**
     * Copies the shape.
     *
     * @param name the name of the model's input
     * @param type the element type as ONNX writes it, in lower case, such as {@code float} or {@code int64}
     * @param shape the size along each axis
     * @throws NullPointerException if a component is null
     */
    public VerifiedInput {
        Objects.requireNonNull(name);
        Objects.requireNonNull(type);
        shape = List.copyOf(shape);
    }
}
