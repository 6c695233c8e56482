package io.pepper.onnx.internal.session;

import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The uses of inputs as indices, or in comparisons with a constant. An input is followed forward through operators that
 * pass its values on. Bodies of operators are followed by the names that they capture; function calls are not.
 */
public final class IndexHints {
    private static final Set<String> PASS = Set.of(
            "Cast",
            "Identity",
            "Reshape",
            "Unsqueeze",
            "Squeeze",
            "Flatten",
            "Transpose",
            "Expand",
            "Slice",
            "Concat",
            "Tile",
            "Where",
            "Split",
            "Pad",
            "Clip",
            "Min",
            "Max",
            "Gather");

    private final ConstantFacts facts = new ConstantFacts();
    private final Map<String, List<NodeProto>> readers = new HashMap<>();

    /**
     * Reads the uses of all tensors.
     *
     * @param model a model, possibly without its large payloads
     */
    public IndexHints(ModelProto model) {
        var graphs = new ArrayDeque<GraphProto>();
        graphs.add(model.getGraph());
        while (!graphs.isEmpty()) {
            GraphProto graph = graphs.remove();
            graph.getInitializerList().forEach(tensor -> facts.constant(tensor.getName(), tensor));
            graph.getInputList().forEach(facts::declared);
            graph.getValueInfoList().forEach(facts::declared);
            for (NodeProto node : graph.getNodeList()) {
                add(node);
                for (AttributeProto attribute : node.getAttributeList()) {
                    if (attribute.hasG()) {
                        graphs.add(attribute.getG());
                    }
                    graphs.addAll(attribute.getGraphsList());
                }
            }
        }
    }

    private void add(NodeProto node) {
        facts.node(node);
        for (String input : new HashSet<>(node.getInputList())) {
            if (!input.isEmpty()) {
                readers.computeIfAbsent(input, name -> new ArrayList<>()).add(node);
            }
        }
    }

    /**
     * Returns the use of an input.
     *
     * @param input the input's name
     * @return the known use
     */
    public ValueHint of(String input) {
        ValueHint hint = ValueHint.NONE;
        Set<String> seen = new HashSet<>(Set.of(input));
        var waiting = new ArrayDeque<String>(List.of(input));
        while (!waiting.isEmpty()) {
            String tensor = waiting.remove();
            for (NodeProto node : readers.getOrDefault(tensor, List.of())) {
                for (int position = 0; position < node.getInputCount(); position++) {
                    if (node.getInput(position).equals(tensor)) {
                        hint = use(hint, node, position);
                        passOn(node, position).stream().filter(seen::add).forEach(waiting::add);
                    }
                }
            }
        }
        return hint;
    }

    private static List<String> passOn(NodeProto node, int position) {
        String type = node.getOpType();
        boolean carries =
                switch (type) {
                    case "Concat", "Min", "Max" -> true;
                    case "Where" -> position > 0;
                    default -> position == 0;
                };
        return carries && PASS.contains(type) ? node.getOutputList() : List.of();
    }

    private ValueHint use(ValueHint hint, NodeProto node, int position) {
        return switch (node.getOpType()) {
            case "Gather", "GatherElements", "Scatter", "ScatterElements", "GatherBlockQuantized" ->
                position == 1 ? below(hint, facts.size(node.getInput(0), axis(node))) : hint;
            case "GatherND", "ScatterND" -> position == 1 ? leading(hint, node) : hint;
            case "OneHot" -> position == 0 ? below(hint, facts.firstInteger(node.getInput(1))) : hint;
            case "EmbedLayerNormalization" -> embedding(hint, node, position);
            case "Split" -> position == 1 ? shared(hint, node) : hint;
            case "Equal" -> compared(hint, node, position);
            default -> hint;
        };
    }

    /** Adds the equal share of an axis that a split implies. */
    private ValueHint shared(ValueHint hint, NodeProto node) {
        long size = facts.size(node.getInput(0), axis(node)).orElse(1);
        return size % node.getOutputCount() == 0 ? hint.equalTo(size / node.getOutputCount()) : hint;
    }

    private ValueHint compared(ValueHint hint, NodeProto node, int position) {
        OptionalLong value =
                node.getInputCount() == 2 ? facts.firstInteger(node.getInput(1 - position)) : OptionalLong.empty();
        return value.isPresent() ? hint.equalTo(value.getAsLong()) : hint;
    }

    private ValueHint embedding(ValueHint hint, NodeProto node, int position) {
        int table = position == 0 ? 2 : 4;
        return position <= 1 && node.getInputCount() > table ? below(hint, facts.size(node.getInput(table), 0)) : hint;
    }

    private ValueHint leading(ValueHint hint, NodeProto node) {
        ValueHint result = hint;
        OptionalLong depth = facts.size(node.getInput(1), -1);
        for (long axis = 0; axis < depth.orElse(1); axis++) {
            result = below(result, facts.size(node.getInput(0), axis));
        }
        return result;
    }

    private static ValueHint below(ValueHint hint, OptionalLong size) {
        return size.isPresent() ? hint.below(size.getAsLong()) : hint;
    }

    private static long axis(NodeProto node) {
        return node.getAttributeList().stream()
                .filter(attribute -> attribute.getName().equals("axis"))
                .mapToLong(AttributeProto::getI)
                .findFirst()
                .orElse(0);
    }
}
