package io.pepper.onnx.internal.model;

import io.pepper.onnx.internal.proto.FunctionProto;
import io.pepper.onnx.internal.proto.NodeProto;

/**
 * The identity that an operator shares with the function that it calls.
 *
 * @param domain the domain, empty for ONNX's own
 * @param name the operator type, which is the function's name
 * @param overload distinguishes functions of one name, mostly empty
 */
public record FunctionId(String domain, String name, String overload) {
    /**
     * Returns the identity of a function.
     *
     * @param function the function
     * @return the identity
     */
    public static FunctionId of(FunctionProto function) {
        return new FunctionId(domain(function.getDomain()), function.getName(), function.getOverload());
    }

    /**
     * Returns the identity of the function that an operator calls, if there is one.
     *
     * @param node the operator
     * @return the identity
     */
    public static FunctionId of(NodeProto node) {
        return new FunctionId(domain(node.getDomain()), node.getOpType(), node.getOverload());
    }

    /** Unifies the two spellings of ONNX's own domain. */
    static String domain(String written) {
        return written.equals("ai.onnx") ? "" : written;
    }

    @Override
    public String toString() {
        return (domain.isEmpty() ? "" : domain + ":") + name + (overload.isEmpty() ? "" : ":" + overload);
    }
}
