package io.pepper.onnx.internal.shape;

import io.pepper.onnx.internal.model.NodeAttributes;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorProto;
import java.util.List;

/**
 * Replacements of operators for which ONNX Runtime infers no shapes, or wrong ones, by operators with the right shapes.
 * Where their results may be sizes, they compute the same.
 */
final class Substitutes {
    private static final long COMPARISONS = 12;
    private static final long COMPARISONS_INFERRED = 16;

    /** The operator set from which on Max takes integers of 64 bits. */
    private static final long INTEGERS = 12;

    private static final int PAST = 3;
    private static final int TOTAL = 6;

    /**
     * Outputs of attention with a replacement: the attention, keys and values; further ones of newer versions have
     * none.
     */
    private static final int MAX_OUTPUTS = 3;

    private final long opset;

    /**
     * Creates the replacements.
     *
     * @param opset the version of ONNX's own operators
     */
    Substitutes(long opset) {
        this.opset = opset;
    }

    /** Returns the replacement of an operator; the operator itself if its inference is right. */
    List<NodeProto> of(NodeProto node) {
        boolean own = node.getDomain().isEmpty() || node.getDomain().equals("ai.onnx");
        if (node.getDomain().equals("com.microsoft")
                && node.getOpType().equals("GroupQueryAttention")
                && has(node, TOTAL)
                && node.getOutputCount() <= MAX_OUTPUTS
                && opset >= INTEGERS) {
            return presents(node);
        }
        return own && node.getOutputCount() == 1 ? standard(node) : List.of(node);
    }

    private List<NodeProto> standard(NodeProto node) {
        boolean gap = opset >= COMPARISONS && opset < COMPARISONS_INFERRED && node.getInputCount() == 2;
        NodeWriter writer = new NodeWriter(node.getOutput(0));
        switch (node.getOpType()) {
            case "LessOrEqual", "GreaterOrEqual" -> {
                if (gap) {
                    String strict = node.getOpType().replace("OrEqual", "");
                    String[] operands = {node.getInput(0), node.getInput(1)};
                    String[] both = {writer.add(strict, operands), writer.add("Equal", operands)};
                    writer.addTo(node.getOutput(0), "Or", both);
                }
            }
            case "PRelu" -> {
                if (node.getInputCount() == 2) {
                    writer.addTo(node.getOutput(0), "Mul", node.getInput(0), node.getInput(1));
                }
            }
            case "MaxUnpool" -> {
                if (has(node, 2)) {
                    expand(writer, node.getInput(0), node.getInput(2), node.getOutput(0));
                }
            }
            case "MeanVarianceNormalization" -> writer.addTo(node.getOutput(0), "Identity", node.getInput(0));
            default -> {}
        }
        return writer.nodes().isEmpty() ? List.of(node) : writer.nodes();
    }

    private static boolean has(NodeProto node, int input) {
        return input < node.getInputCount() && !node.getInput(input).isEmpty();
    }

    /**
     * Adds a tensor with the element type of one tensor and the shape that another one contains; nothing large is
     * computed for it.
     */
    private static void expand(NodeWriter writer, String elements, String shape, String output) {
        String one = writer.add("ReduceMax", elements);
        writer.with("keepdims", 0);
        writer.addTo(output, "Expand", one, shape);
    }

    /**
     * Replaces an attention that returns keys and values. If the new length is computed, ONNX Runtime infers that these
     * are as long as before, or fails; in fact they have the new length.
     */
    private static List<NodeProto> presents(NodeProto node) {
        NodeWriter writer = new NodeWriter(node.getOutput(0));
        String length = writer.add("Cast", node.getInput(TOTAL));
        writer.with("to", TensorProto.DataType.INT64.getNumber());
        String total = writer.add("Reshape", length, writer.constant(-1));
        for (int output = 1; output < node.getOutputCount(); output++) {
            if (!node.getOutput(output).isEmpty()) {
                String elements = has(node, PAST) ? node.getInput(PAST - 1 + output) : node.getInput(0);
                String shape = has(node, PAST) ? longer(writer, elements, total) : first(writer, node, total);
                expand(writer, elements, shape, node.getOutput(output));
            }
        }
        String query = node.getInput(0);
        if (has(node, 1)) {
            writer.addTo(node.getOutput(0), "Identity", query);
        } else {
            expand(writer, query, unpacked(writer, node), node.getOutput(0));
        }
        return writer.nodes();
    }

    /** Returns the shape of queries that are packed with keys and values. */
    private static String unpacked(NodeWriter writer, NodeProto node) {
        long heads = Math.max(1, NodeAttributes.integer(node, "num_heads"));
        String shape = writer.add("Shape", node.getInput(0));
        String width = writer.add("Gather", shape, writer.constant(2));
        String one =
                writer.add("Div", width, writer.constant(heads + 2 * NodeAttributes.integer(node, "kv_num_heads")));
        String[] parts = {
            writer.add("Gather", shape, writer.constant(0, 1)), writer.add("Mul", one, writer.constant(heads))
        };
        String unpacked = writer.add("Concat", parts);
        writer.with("axis", 0);
        return unpacked;
    }

    /** Returns the shape of the returned keys or values, given earlier ones. */
    private static String longer(NodeWriter writer, String past, String total) {
        String before = writer.add("Shape", past);
        String most = writer.add("Max", writer.add("Gather", before, writer.constant(2)), total);
        String shape = writer.add(
                "Concat",
                writer.add("Gather", before, writer.constant(0, 1)),
                most,
                writer.add("Gather", before, writer.constant(3)));
        writer.with("axis", 0);
        return shape;
    }

    /**
     * Returns the shape of the first returned keys or values: batch, heads, length, and the width of keys, or of all
     * together, divided by heads.
     */
    private static String first(NodeWriter writer, NodeProto node, String total) {
        long heads = Math.max(1, NodeAttributes.integer(node, "kv_num_heads"));
        long all = has(node, 1) ? heads : NodeAttributes.integer(node, "num_heads") + 2 * heads;
        String widths = writer.add("Shape", node.getInput(has(node, 1) ? 1 : 0));
        String width = writer.add("Gather", widths, writer.constant(2));
        String[] parts = {
            writer.add("Gather", widths, writer.constant(0)),
            writer.constant(heads),
            total,
            writer.add("Div", width, writer.constant(Math.max(1, all)))
        };
        String shape = writer.add("Concat", parts);
        writer.with("axis", 0);
        return shape;
    }
}
