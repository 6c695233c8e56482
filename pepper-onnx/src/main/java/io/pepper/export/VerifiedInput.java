package io.pepper.export;

import java.util.List;
import java.util.Objects;

/**
 * An input of a verification.
 *
 * @param name the name of the model's input
 * @param type the element type in ONNX's notation, in lower case, such as {@code float} or {@code int64}
 * @param shape the size along each axis; empty for a scalar
 */
public record VerifiedInput(String name, String type, List<Long> shape) {
    /**
     * Creates an input.
     *
     * @param name the name of the model's input
     * @param type the element type in ONNX's notation, in lower case, such as {@code float} or {@code int64}
     * @param shape the size along each axis; empty for a scalar
     * @throws NullPointerException if a component is null
     */
    public VerifiedInput {
        Objects.requireNonNull(name);
        Objects.requireNonNull(type);
        shape = List.copyOf(shape);
    }
}
