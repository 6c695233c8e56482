package io.pepper.onnx.internal.model;

import io.pepper.onnx.internal.proto.FunctionProto;
import io.pepper.onnx.internal.proto.NodeProto;

/**
 * What an operator and the function that it calls have in common.
 *
 * @param domain the domain, empty for ONNX's own
 * @param name the operator type, which is the function's name
 * @param overload tells functions of one name apart, mostly empty
 */
public record FunctionId(String domain, String name, String overload) {
    /**
     * The identity of a function.
     *
     * @param function the function
     * @return what an operator that calls it has in common with it
     */
    public static FunctionId of(FunctionProto function) {
        return new FunctionId(domain(function.getDomain()), function.getName(), function.getOverload());
    }

    /**
     * What an operator calls, if there is a function of this identity.
     *
     * @param node the operator
     * @return what it has in common with the function that it calls
     */
    public static FunctionId of(NodeProto node) {
        return new FunctionId(domain(node.getDomain()), node.getOpType(), node.getOverload());
    }

    /** The two ways to write ONNX's own domain made one. */
    static String domain(String written) {
        return written.equals("ai.onnx") ? "" : written;
    }

    @Override
    public String toString() {
        return (domain.isEmpty() ? "" : domain + ":") + name + (overload.isEmpty() ? "" : ":" + overload);
    }
}
