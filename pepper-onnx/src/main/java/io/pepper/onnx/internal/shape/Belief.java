package io.pepper.onnx.internal.shape;

import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TypeProto;

/** The resolution of differences between a stated and an inferred shape. */
@FunctionalInterface
interface Belief {
    /**
     * Returns the type of a tensor.
     *
     * @param node the operator that produces it
     * @param isCall whether the operator calls a function of the model
     * @param tensor its name
     * @param inferred the type that ONNX Runtime infers
     */
    TypeProto of(NodeProto node, boolean isCall, String tensor, TypeProto inferred);

    /** Believes neither where they differ, so that the rest is certain. */
    static Belief inWhatAgrees(Statements statements) {
        return (node, isCall, tensor, inferred) -> statements.weakened(tensor, inferred);
    }

    /**
     * Believes the inference for ONNX's own operators, which is well tested. For others, believes neither where they
     * differ, and the model where nothing is inferred.
     *
     * @param sized whether all inputs have sizes; otherwise stated sizes may belong to any of them
     */
    static Belief inTheStandard(Statements statements, boolean sized) {
        return (node, isCall, tensor, inferred) -> {
            if (isCall || node.getDomain().isEmpty() || node.getDomain().startsWith("ai.onnx")) {
                return inferred;
            }
            TypeProto weakened = statements.weakened(tensor, inferred);
            return sized && weakened.equals(inferred) ? statements.filled(tensor, inferred) : weakened;
        };
    }
}
