package io.pepper.onnx.internal.model;

import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What ONNX Runtime has to do to open a model. It replaces each call of a function by what the function holds, so that a few small
 * functions that call each other many times are more than any machine can hold. And it looks at a body twice each time that it
 * looks at the one around it, so that a model of thirty bodies in one another, of a few kilobytes, would be opened in hours
 * (measured with 1.28: 0.4 s for 12, 4 s for 16, 12 s for 18).
 */
public final class OpeningWork {
    /** More than any known model has, and still opened in seconds. */
    public static final long MOST_OPERATORS = 200_000;

    /** Opened in seconds, too: that many operators, each counted as often as it is looked at. */
    private static final double MOST_VISITS = 1 << 18;

    /** So often each may be looked at, however many there are: bodies in bodies in bodies in bodies. */
    private static final double MOST_VISITS_EACH = 16;

    private final Map<FunctionId, List<NodeProto>> functions = new HashMap<>();
    private final Map<FunctionId, Size> sizes = new HashMap<>();

    /** How many operators there are, those of bodies and called functions with them, and how many looks these take. */
    private record Size(double operators, double visits) {
        private static final Size NONE = new Size(0, 0);

        Size plus(Size called, double looks) {
            return new Size(operators + called.operators, visits + looks * called.visits);
        }
    }

    /** Operators that are looked at so often. */
    private record Body(List<NodeProto> nodes, double looks) {}

    private OpeningWork(ModelProto model) {
        model.getFunctionsList().forEach(function -> functions.put(FunctionId.of(function), function.getNodeList()));
    }

    /**
     * Why a model must not be handed to ONNX Runtime.
     *
     * @param model a model none of whose functions calls itself, directly or through others
     * @return that its functions expand to too many operators, or its bodies are too deep in one another, if so
     */
    public static Optional<String> refusal(ModelProto model) {
        Size size = new OpeningWork(model).ofAll(model.getGraph().getNodeList());
        if (model.getFunctionsCount() > 0 && size.operators > MOST_OPERATORS) {
            return Optional.of("its functions expand to more than " + MOST_OPERATORS + " operators");
        }
        return size.visits <= Math.max(MOST_VISITS, MOST_VISITS_EACH * size.operators)
                ? Optional.empty()
                : Optional.of("its bodies are too deep in one another: ONNX Runtime would look at operators more than "
                        + (long) MOST_VISITS + " times to open it, twice as often for each level");
    }

    /** Sizes callees before their callers, without recursion. */
    private Size ofAll(List<NodeProto> nodes) {
        Deque<FunctionId> open = new ArrayDeque<>(calls(nodes));
        Set<FunctionId> entered = new HashSet<>();
        while (!open.isEmpty()) {
            FunctionId id = open.pop();
            if (!sizes.containsKey(id)) {
                List<NodeProto> inside = functions.getOrDefault(id, List.of());
                if (entered.add(id)) {
                    open.push(id);
                    calls(inside).stream()
                            .filter(called -> !sizes.containsKey(called))
                            .forEach(open::push);
                } else {
                    sizes.put(id, size(inside));
                }
            }
        }
        return size(nodes);
    }

    /** The functions that operators and their bodies call. */
    private Set<FunctionId> calls(List<NodeProto> nodes) {
        if (functions.isEmpty()) {
            return Set.of();
        }
        Set<FunctionId> calls = new HashSet<>();
        for (Body body : bodies(nodes)) {
            for (NodeProto node : body.nodes) {
                FunctionId id = FunctionId.of(node);
                if (functions.containsKey(id)) {
                    calls.add(id);
                }
            }
        }
        return calls;
    }

    /** The size of operators whose callees have been sized. */
    private Size size(List<NodeProto> nodes) {
        Size size = Size.NONE;
        for (Body body : bodies(nodes)) {
            size = size.plus(new Size(body.nodes.size(), body.nodes.size()), body.looks);
            if (!sizes.isEmpty()) {
                for (NodeProto node : body.nodes) {
                    size = size.plus(sizes.getOrDefault(FunctionId.of(node), Size.NONE), body.looks);
                }
            }
        }
        return size;
    }

    /** The operators, and those of all bodies in them, without recursion. */
    private static List<Body> bodies(List<NodeProto> nodes) {
        List<Body> bodies = new ArrayList<>(List.of(new Body(nodes, 1)));
        for (int i = 0; i < bodies.size(); i++) {
            double looks = 2 * bodies.get(i).looks;
            for (NodeProto node : bodies.get(i).nodes) {
                for (AttributeProto attribute : node.getAttributeList()) {
                    if (attribute.hasG()) {
                        bodies.add(new Body(attribute.getG().getNodeList(), looks));
                    }
                    attribute.getGraphsList().forEach(body -> bodies.add(new Body(body.getNodeList(), looks)));
                }
            }
        }
        return bodies;
    }
}
