package io.pepper.onnx.internal.cost;

import io.pepper.model.ElementType;
import io.pepper.onnx.internal.model.NodeAttributes;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.NodeProto;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The initializers whose elements each hold several weights of few bits, because an operator reads them so. Immutable.
 */
final class PackedWeights {
    private static final long FOUR = 4;

    /** For each operator, the inputs that are packed: weights and zero points, but not scales. */
    private static final Map<String, int[]> INPUTS = Map.of(
            "MatMulNBits", new int[] {1, 3},
            "MatMulBnb4", new int[] {1},
            "GatherBlockQuantized", new int[] {0, 3},
            "QMoE", new int[] {2, 5, 8, 11, 12, 13});

    private final Map<String, Long> bits;

    private PackedWeights(Map<String, Long> bits) {
        this.bits = Map.copyOf(bits);
    }

    static PackedWeights of(List<NodeProto> nodes) {
        Map<String, Long> bits = new HashMap<>();
        for (NodeProto node : nodes) {
            int[] places = INPUTS.get(node.getOpType());
            if (places == null || !node.getDomain().equals(FormulaTable.MICROSOFT)) {
                continue;
            }
            String attribute = node.getOpType().equals("QMoE") ? "expert_weight_bits" : "bits";
            long each = NodeAttributes.find(node, attribute)
                    .map(AttributeProto::getI)
                    .orElse(FOUR);
            for (int place : places) {
                if (place < node.getInputCount()) {
                    bits.put(node.getInput(place), each);
                }
            }
        }
        return new PackedWeights(bits);
    }

    /** Returns the number of weights in each element of an initializer, 1 or more. */
    long perElement(String initializer, ElementType type) {
        Long each = bits.get(initializer);
        boolean isByte = type.onnxName().equals("uint8") || type.onnxName().equals("int8");
        return each == null || !isByte || each < 1 ? 1 : Math.max(1, Byte.SIZE / each);
    }
}
