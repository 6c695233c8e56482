package io.pepper.onnx.internal.shape;

import io.pepper.onnx.internal.proto.TypeProto;
import java.util.Map;
import java.util.Optional;

/**
 * The tensors that one graph defines, and the scopes of what its operators hold or call.
 *
 * @param types what is known of tensors, by name; a scalar has a shape without dimensions, an unknown rank no shape
 * @param inner scopes by {@link #key}: the bodies of control flow, and calls of functions
 * @param runs how often the graph runs each time that its operator does: 1 but in iterations, empty if unknown
 */
public record Scope(Map<String, TypeProto> types, Map<String, Scope> inner, Optional<Long> runs) {
    /** What stands for a call in a key, where bodies have the name of their attribute. */
    public static final String CALL = "()";

    /**
     * The key of an inner scope.
     *
     * @param node the place of the operator in its graph
     * @param attribute the name of the attribute that holds the body, or {@link #CALL}
     * @return the key
     */
    public static String key(int node, String attribute) {
        return node + "/" + attribute;
    }
}
