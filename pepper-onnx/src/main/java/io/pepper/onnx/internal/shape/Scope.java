package io.pepper.onnx.internal.shape;

import io.pepper.onnx.internal.proto.TypeProto;
import java.util.Map;
import java.util.Optional;

/**
 * The tensors that one graph defines, and the scopes of its operators' bodies and function calls.
 *
 * @param types the known types of tensors by name; a scalar has a shape without dimensions, an unknown rank has no
 *     shape
 * @param inner scopes by {@link #key}: the bodies of control flow, and calls of functions
 * @param runs number of runs of the graph in each run of its operator: 1 except in iterations, empty if unknown
 */
public record Scope(Map<String, TypeProto> types, Map<String, Scope> inner, Optional<Long> runs) {
    /** The key of a call; keys of bodies have the name of their attribute. */
    public static final String CALL = "()";

    /**
     * Returns the key of an inner scope.
     *
     * @param node the index of the operator in its graph
     * @param attribute the name of the attribute that holds the body, or {@link #CALL}
     * @return the key
     */
    public static String key(int node, String attribute) {
        return node + "/" + attribute;
    }
}
