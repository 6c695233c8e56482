package io.pepper.onnx.internal.shape;

import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TypeProto;

/** What to believe where a model states one shape and ONNX Runtime infers another. */
@FunctionalInterface
interface Belief {
    /**
     * The type of a tensor.
     *
     * @param node the operator that makes it
     * @param isCall whether the operator calls a function of the model
     * @param tensor its name
     * @param inferred what ONNX Runtime infers
     */
    TypeProto of(NodeProto node, boolean isCall, String tensor, TypeProto inferred);

    /** Neither of them where they differ: what is left is certain. */
    static Belief inWhatAgrees(Statements statements) {
        return (node, isCall, tensor, inferred) -> statements.weakened(tensor, inferred);
    }

    /**
     * The inference of ONNX's own operators, as each is well tested; of others, neither where they differ, and the model where nothing
     * is inferred.
     *
     * @param sized whether all inputs have sizes, without which those that a model states may be of any of them
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
