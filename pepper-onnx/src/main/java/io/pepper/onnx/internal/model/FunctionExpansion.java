package io.pepper.onnx.internal.model;

import io.pepper.onnx.internal.proto.AttributeProto;
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
 * How many operators a model has when each call of a function is replaced by what the function holds, as ONNX Runtime does
 * when it opens a model. A few small functions that call each other many times are more than any machine can hold.
 */
public final class FunctionExpansion {
    /** More than any known model has, and still opened in seconds. */
    public static final long MOST_OPERATORS = 200_000;

    private final Map<FunctionId, List<NodeProto>> functions = new HashMap<>();
    private final Map<FunctionId, Long> sizes = new HashMap<>();

    private FunctionExpansion(ModelProto model) {
        model.getFunctionsList().forEach(function -> functions.put(FunctionId.of(function), function.getNodeList()));
    }

    /**
     * Why a model must not be handed to ONNX Runtime.
     *
     * @param model a model none of whose functions calls itself, directly or through others
     * @return that its functions expand to too many operators, if so
     */
    public static Optional<String> refusal(ModelProto model) {
        if (model.getFunctionsCount() == 0) {
            return Optional.empty();
        }
        long operators = new FunctionExpansion(model).operators(model.getGraph().getNodeList());
        return operators <= MOST_OPERATORS
                ? Optional.empty()
                : Optional.of("its functions expand to more than " + MOST_OPERATORS + " operators");
    }

    /** Counts callees before their callers, without recursion. */
    private long operators(List<NodeProto> nodes) {
        Deque<FunctionId> open = new ArrayDeque<>(calls(nodes).keySet());
        Set<FunctionId> entered = new HashSet<>();
        while (!open.isEmpty()) {
            FunctionId id = open.pop();
            if (!sizes.containsKey(id)) {
                List<NodeProto> inside = functions.getOrDefault(id, List.of());
                Map<FunctionId, Long> calls = calls(inside);
                if (entered.add(id)) {
                    open.push(id);
                    calls.keySet().stream()
                            .filter(called -> !sizes.containsKey(called))
                            .forEach(open::push);
                } else {
                    sizes.put(id, size(inside, calls));
                }
            }
        }
        return size(nodes, calls(nodes));
    }

    /** The number of operators with those of the functions that they call; beyond the limit it does not matter how many. */
    private long size(List<NodeProto> nodes, Map<FunctionId, Long> calls) {
        long size = nodes.size();
        for (Map.Entry<FunctionId, Long> call : calls.entrySet()) {
            long each = sizes.getOrDefault(call.getKey(), 0L);
            size += Math.min(each, MOST_OPERATORS + 1) * call.getValue();
        }
        return Math.min(size, MOST_OPERATORS + 1);
    }

    /** The functions that operators and their bodies call, with how often. */
    private Map<FunctionId, Long> calls(List<NodeProto> nodes) {
        Map<FunctionId, Long> calls = new HashMap<>();
        Deque<List<NodeProto>> open = new ArrayDeque<>(List.of(nodes));
        while (!open.isEmpty()) {
            for (NodeProto node : open.pop()) {
                FunctionId id = FunctionId.of(node);
                if (functions.containsKey(id)) {
                    calls.merge(id, 1L, Long::sum);
                }
                for (AttributeProto attribute : node.getAttributeList()) {
                    open.push(attribute.getG().getNodeList());
                    attribute.getGraphsList().forEach(body -> open.push(body.getNodeList()));
                }
            }
        }
        return calls;
    }
}
