package io.pepper.onnx.internal.shape;

import io.pepper.onnx.internal.proto.NodeProto;
import java.util.List;

/**
 * Operators of which ONNX Runtime infers no shapes, or wrong ones, written as others of the right ones. Where these may be sizes they
 * compute the same.
 */
final class Substitutes {
    private static final long COMPARISONS = 12;
    private static final long COMPARISONS_INFERRED = 16;

    private final long opset;

    /**
     * Prepares.
     *
     * @param opset the version of ONNX's own operators
     */
    Substitutes(long opset) {
        this.opset = opset;
    }

    /** The operators to ask about for one; the operator itself where nothing is wrong with it. */
    List<NodeProto> of(NodeProto node) {
        boolean own = node.getDomain().isEmpty() || node.getDomain().equals("ai.onnx");
        boolean binary = own && node.getInputCount() == 2 && node.getOutputCount() == 1;
        boolean gap = opset >= COMPARISONS && opset < COMPARISONS_INFERRED;
        return switch (binary ? node.getOpType() : "") {
            case "LessOrEqual" -> gap ? orEqual("Less", node) : List.of(node);
            case "GreaterOrEqual" -> gap ? orEqual("Greater", node) : List.of(node);
            case "PRelu" -> List.of(operator("Mul", node.getInputList(), node.getOutput(0)));
            default -> List.of(node);
        };
    }

    /** As the specification defines it. */
    private static List<NodeProto> orEqual(String comparison, NodeProto node) {
        String strict = between(node, 0);
        String equal = between(node, 1);
        return List.of(
                operator(comparison, node.getInputList(), strict),
                operator("Equal", node.getInputList(), equal),
                operator("Or", List.of(strict, equal), node.getOutput(0)));
    }

    private static String between(NodeProto node, int number) {
        return "pepper/within/" + node.getOutput(0) + "/" + number;
    }

    private static NodeProto operator(String type, List<String> inputs, String output) {
        return NodeProto.newBuilder()
                .setOpType(type)
                .addAllInput(inputs)
                .addOutput(output)
                .build();
    }
}
