package io.pepper.onnx.internal.model;

import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.FunctionProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorProto;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Operators on which ONNX Runtime 1.28 ends the process while it infers types, instead of refusing the model. */
final class FatalOperators {
    private FatalOperators() {}

    /**
     * Why a model must not be handed to ONNX Runtime: a {@code OneHot} whose depth is a constant without elements.
     *
     * @param model the model
     * @return the reason; empty if no such operator is there
     */
    static Optional<String> refusal(ModelProto model) {
        List<CallableBody> bodies = new ArrayList<>();
        bodies.add(CallableBody.of(model.getGraph()));
        for (FunctionProto function : model.getFunctionsList()) {
            bodies.add(CallableBody.of(function));
        }
        Set<String> empty = new HashSet<>();
        for (TensorProto tensor : model.getGraph().getInitializerList()) {
            if (tensor.getDimsList().contains(0L)) {
                empty.add(tensor.getName());
            }
        }
        List<NodeProto> oneHots = new ArrayList<>();
        for (CallableBody body : bodies) {
            for (NodeProto node : body.nodes()) {
                if (node.getOpType().equals("Constant") && node.getOutputCount() > 0 && isEmpty(node)) {
                    empty.add(node.getOutput(0));
                } else if (node.getOpType().equals("OneHot") && node.getInputCount() > 1) {
                    oneHots.add(node);
                }
            }
        }
        return oneHots.stream()
                .filter(node -> empty.contains(node.getInput(1)))
                .findFirst()
                .map(node -> "the depth '" + node.getInput(1) + "' of its OneHot '" + node.getName()
                        + "' has no elements, of which ONNX Runtime dies");
    }

    private static boolean isEmpty(NodeProto constant) {
        for (AttributeProto attribute : constant.getAttributeList()) {
            if (attribute.hasT() && attribute.getT().getDimsList().contains(0L)) {
                return true;
            }
            if (attribute.getName().startsWith("value_") && attribute.getName().endsWith("s")) {
                return attribute.getIntsCount() + attribute.getFloatsCount() + attribute.getStringsCount() == 0;
            }
        }
        return false;
    }
}
