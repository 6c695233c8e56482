package io.pepper.onnx.internal.shape;

import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The rows that a Loop collects if it may run zero times. ONNX Runtime then returns no row, in the shape that the body
 * states, with 0 for each size that the body does not state. It does not use the shapes of states before the loop, so
 * that rows made of states may have fewer axes than usual.
 */
final class LoopRows {
    private static final int FIRST_STATE = 2;

    private final Map<String, NodeProto> makers = new HashMap<>();
    private final Set<String> loose = new HashSet<>();

    private LoopRows(GraphProto body) {
        body.getNodeList().forEach(node -> node.getOutputList().forEach(output -> makers.put(output, node)));
        for (int i = FIRST_STATE; i < body.getInputCount(); i++) {
            if (!isFixed(body.getInput(i))) {
                loose.add(body.getInput(i).getName());
            }
        }
    }

    /**
     * Returns the types of a Loop's outputs, without the shapes of rows that another number of iterations may change.
     *
     * @param body the body
     * @param outputs the types if the loop runs
     * @param states number of outputs that are states
     */
    static List<TypeProto> withoutTrips(GraphProto body, List<TypeProto> outputs, int states) {
        LoopRows rows = new LoopRows(body);
        for (int i = states; i < outputs.size(); i++) {
            int place = i + 1;
            if (place < body.getOutputCount() && !rows.isCertain(body.getOutput(place))) {
                outputs.set(i, Iteration.withoutShape(outputs.get(i)));
            }
        }
        return outputs;
    }

    private static boolean isFixed(ValueInfoProto value) {
        return value.getType().getTensorType().hasShape() && GraphTypes.isSettled(value.getType());
    }

    private boolean isCertain(ValueInfoProto output) {
        if (isFixed(output)) {
            return true;
        }
        Set<String> met = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(output.getName()));
        while (!open.isEmpty()) {
            String name = open.pop();
            NodeProto maker = makers.get(name);
            if (loose.contains(name)) {
                return false;
            } else if (met.add(name) && maker != null) {
                reads(maker, open);
            }
        }
        return true;
    }

    /** Adds the inputs of an operator, and those in its bodies. */
    private static void reads(NodeProto node, Deque<String> open) {
        Deque<NodeProto> nodes = new ArrayDeque<>(List.of(node));
        while (!nodes.isEmpty()) {
            NodeProto next = nodes.pop();
            next.getInputList().forEach(open::push);
            for (AttributeProto attribute : next.getAttributeList()) {
                attribute.getG().getNodeList().forEach(nodes::push);
                attribute.getG().getOutputList().forEach(output -> open.push(output.getName()));
            }
        }
    }
}
