package io.pepper.onnx.internal.model;

import io.pepper.model.ElementType;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds the tensors that operators make of elements of less than 8 bits. ONNX Runtime's Java interface has no names for
 * such types, so that it does not tell the type of a tensor for which the model does not state it.
 */
final class NarrowElements {
    /** The types of operators that can make such tensors. */
    static final Set<String> MAKERS = Set.of("QuantizeLinear", "Cast");

    private static final int ZERO_POINT = 2;
    private static final int BYTE_BITS = 8;

    private final GraphProto graph;

    NarrowElements(GraphProto graph) {
        this.graph = graph;
    }

    /**
     * Returns the outputs of quantizations and casts to narrow elements. O(operators), and O(initializers) if there are
     * quantizations.
     *
     * @return names of tensors, in the order of their operators
     */
    List<String> made() {
        List<NodeProto> quantizing = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (NodeProto node : graph.getNodeList()) {
            if (node.getOpType().equals("QuantizeLinear")) {
                quantizing.add(node);
            } else if (node.getOpType().equals("Cast") && isNarrow(NodeAttributes.integer(node, "to"))) {
                names.addAll(node.getOutputList());
            }
        }
        if (quantizing.isEmpty()) {
            return names;
        }
        Map<String, Integer> constants = constants();
        for (NodeProto node : quantizing) {
            long type = node.getInputCount() > ZERO_POINT
                    ? constants.getOrDefault(node.getInput(ZERO_POINT), 0)
                    : NodeAttributes.integer(node, "output_dtype");
            if (isNarrow(type)) {
                names.addAll(node.getOutputList());
            }
        }
        return names;
    }

    private Map<String, Integer> constants() {
        Stream<Map.Entry<String, Integer>> initializers =
                graph.getInitializerList().stream().map(tensor -> Map.entry(tensor.getName(), tensor.getDataType()));
        Stream<Map.Entry<String, Integer>> made = graph.getNodeList().stream()
                .filter(node -> node.getOpType().equals("Constant") && node.getOutputCount() == 1)
                .flatMap(node ->
                        NodeAttributes.find(node, "value")
                                .map(AttributeProto::getT)
                                .map(TensorProto::getDataType)
                                .stream()
                                .map(type -> Map.entry(node.getOutput(0), type)));
        return Stream.concat(initializers, made)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (first, second) -> first));
    }

    private static boolean isNarrow(long code) {
        return ElementType.ofCode((int) code)
                .filter(type -> type.bits() > 0 && type.bits() < BYTE_BITS)
                .isPresent();
    }
}
