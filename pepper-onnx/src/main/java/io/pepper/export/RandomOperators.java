package io.pepper.export;

import io.pepper.onnx.internal.model.FunctionId;
import io.pepper.onnx.internal.model.Repeatability;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.FunctionProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The random operators of a model, including those in bodies and functions, and the outputs that depend on them.
 * O(model) for each output.
 */
final class RandomOperators {
    private final Map<String, NodeProto> makers = new HashMap<>();
    private final Map<FunctionId, FunctionProto> functions = new HashMap<>();

    RandomOperators(ModelProto model) {
        model.getFunctionsList().forEach(function -> functions.put(FunctionId.of(function), function));
        model.getGraph().getNodeList().forEach(node -> node.getOutputList()
                .forEach(output -> makers.put(output, node)));
    }

    /**
     * Returns the nearest operator of the main graph that an output depends on and that is or contains a random
     * operator; empty if there is none.
     */
    Optional<String> before(String output) {
        Set<String> seen = new HashSet<>(Set.of(output));
        Deque<String> waiting = new ArrayDeque<>(seen);
        while (!waiting.isEmpty()) {
            NodeProto node = makers.get(waiting.remove());
            if (node == null) {
                continue;
            }
            Set<String> reads = new HashSet<>();
            Optional<String> random = random(node, reads);
            if (random.isPresent()) {
                return random;
            }
            reads.stream().filter(seen::add).forEach(waiting::add);
        }
        return Optional.empty();
    }

    /** Returns the random operator that an operator is or contains; collects the names that it and its bodies read. */
    private Optional<String> random(NodeProto main, Set<String> reads) {
        Deque<NodeProto> open = new ArrayDeque<>(List.of(main));
        Set<FunctionId> called = new HashSet<>();
        while (!open.isEmpty()) {
            NodeProto node = open.remove();
            FunctionProto function = functions.get(FunctionId.of(node));
            if (function != null) {
                if (called.add(FunctionId.of(function))) {
                    open.addAll(function.getNodeList());
                }
            } else if (Repeatability.drawsNumbers(node)) {
                return Optional.of(node.equals(main) ? described(main) : node.getOpType() + " in " + described(main));
            }
            reads.addAll(node.getInputList());
            for (AttributeProto attribute : node.getAttributeList()) {
                open.addAll(attribute.getG().getNodeList());
                attribute.getGraphsList().forEach(body -> open.addAll(body.getNodeList()));
                attribute.getG().getOutputList().forEach(result -> reads.add(result.getName()));
                attribute.getGraphsList().forEach(body -> body.getOutputList()
                        .forEach(out -> reads.add(out.getName())));
            }
        }
        return Optional.empty();
    }

    private static String described(NodeProto node) {
        return node.getOpType() + (node.getName().isEmpty() ? "" : " '" + node.getName() + "'");
    }
}
