package io.pepper.onnx.internal.model;

import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The values of a main graph that are sequences, maps or optionals, as far as that can be told without inference. */
public final class NoTensors {
    private static final Set<String> MAKERS = Set.of(
            "SequenceConstruct",
            "SequenceEmpty",
            "SequenceErase",
            "SequenceInsert",
            "SequenceMap",
            "SplitToSequence",
            "Optional",
            "ZipMap");

    private NoTensors() {}

    /**
     * Finds them: those whose type the model states, and those that well-known operators make. O(operators).
     *
     * @param graph the main graph
     * @return their names
     */
    public static Set<String> in(GraphProto graph) {
        Set<String> found = new HashSet<>();
        Set<String> tensors = new HashSet<>();
        for (List<ValueInfoProto> values :
                List.of(graph.getInputList(), graph.getValueInfoList(), graph.getOutputList())) {
            for (ValueInfoProto value : values) {
                if (ValueTypes.isUsable(value.getType())) {
                    (isTensor(value.getType()) ? tensors : found).add(value.getName());
                }
            }
        }
        for (NodeProto node : graph.getNodeList()) {
            boolean passesOn = node.getOpType().equals("Identity")
                    && node.getInputList().stream().anyMatch(found::contains);
            if (passesOn || MAKERS.contains(node.getOpType())) {
                node.getOutputList().stream()
                        .filter(name -> !tensors.contains(name))
                        .forEach(found::add);
            }
        }
        return found;
    }

    /**
     * Whether values of a type are tensors.
     *
     * @param type the type
     * @return false for sequences, maps, optionals and sparse tensors
     */
    public static boolean isTensor(TypeProto type) {
        return type.getValueCase() == TypeProto.ValueCase.TENSOR_TYPE;
    }
}
