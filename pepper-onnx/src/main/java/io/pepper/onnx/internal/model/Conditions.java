package io.pepper.onnx.internal.model;

import io.pepper.model.ElementType;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The conditions of the {@code If}s of a main graph: their values if these follow from constants, else the inputs that
 * they depend on. Small constants are propagated through the operators of {@link SmallOperators}, and through {@code
 * And} and {@code Or} if one side decides. O(operators) for all questions together.
 */
public final class Conditions {
    /** The version of ONNX from which on initializers that are listed as inputs can be overridden. */
    private static final long OVERRIDABLE = 4;

    private final GraphProto graph;
    private final Set<FunctionId> functions = new HashSet<>();
    private final Map<String, NodeProto> makers = new HashMap<>();
    private final Map<String, ValueInfoProto> inputs = new LinkedHashMap<>();
    private final Map<String, SmallTensor> values = new HashMap<>();
    private final Map<String, Boolean> truths = new HashMap<>();
    private final Set<String> met = new HashSet<>();

    /**
     * An {@code If} that no constant decides.
     *
     * @param operator the operator's name, or that of its first output if it has none
     * @param condition the tensor of the condition
     * @param inputs the inputs of the model that the condition depends on, in their order
     * @param obstacles operators through which values cannot be propagated to the condition, and inputs that cannot be
     *     set
     * @param areTruthValues whether all inputs are truth values
     */
    public record Undecided(
            String operator, String condition, List<String> inputs, List<String> obstacles, boolean areTruthValues) {}

    private Conditions(ModelProto model) {
        graph = model.getGraph();
        model.getFunctionsList().forEach(function -> functions.add(FunctionId.of(function)));
        graph.getInputList().forEach(input -> inputs.put(input.getName(), input));
        for (TensorProto tensor : graph.getInitializerList()) {
            values.remove(tensor.getName());
            if (model.getIrVersion() < OVERRIDABLE || !inputs.containsKey(tensor.getName())) {
                SmallTensor.of(tensor).ifPresent(value -> values.put(tensor.getName(), value));
            }
        }
        for (NodeProto node : graph.getNodeList()) {
            node.getOutputList().forEach(output -> makers.put(output, node));
        }
        makers.remove("");
    }

    /**
     * Returns the conditions of a model.
     *
     * @param model the model
     * @return the conditions of its main graph
     */
    public static Conditions of(ModelProto model) {
        return new Conditions(model);
    }

    /** Returns whether a condition is true, if constants decide it. */
    Optional<Boolean> truth(String condition) {
        Deque<String> open = new ArrayDeque<>(List.of(condition));
        while (!open.isEmpty()) {
            String name = open.peek();
            NodeProto maker = makers.get(name);
            if (maker == null || !isFollowed(maker)) {
                met.add(name);
                open.pop();
            } else if (met.add(name)) {
                maker.getInputList().stream()
                        .filter(input -> !met.contains(input))
                        .forEach(open::push);
            } else {
                compute(open.pop(), maker);
            }
        }
        return one(condition).or(() -> Optional.ofNullable(truths.get(condition)));
    }

    private boolean isFollowed(NodeProto node) {
        return SmallOperators.isFollowed(node) && !functions.contains(FunctionId.of(node));
    }

    private void compute(String name, NodeProto maker) {
        if (values.containsKey(name) || truths.containsKey(name)) {
            return;
        }
        List<Optional<SmallTensor>> given = maker.getInputList().stream()
                .map(input -> Optional.ofNullable(values.get(input)))
                .toList();
        SmallOperators.of(maker, given).ifPresentOrElse(value -> values.put(name, value), () -> truth(maker)
                .ifPresent(truth -> truths.put(name, truth)));
    }

    /** Returns whether an operator gives true even if its shape or one of its inputs is unknown. */
    private Optional<Boolean> truth(NodeProto node) {
        List<Optional<Boolean>> given = node.getInputList().stream()
                .map(input -> one(input).or(() -> Optional.ofNullable(truths.get(input))))
                .toList();
        if (given.isEmpty()) {
            return Optional.empty();
        }
        return switch (node.getOpType()) {
            case "And" -> decided(given, false);
            case "Or" -> decided(given, true);
            case "Not" -> given.get(0).map(value -> !value);
            case "Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Flatten" -> given.get(0);
            default -> Optional.empty();
        };
    }

    private static Optional<Boolean> decided(List<Optional<Boolean>> given, boolean decides) {
        if (given.contains(Optional.of(decides))) {
            return Optional.of(decides);
        }
        return given.stream().allMatch(Optional::isPresent) ? Optional.of(!decides) : Optional.empty();
    }

    private Optional<Boolean> one(String name) {
        return Optional.ofNullable(values.get(name))
                .filter(value -> value.elements().length == 1)
                .map(value -> value.elements()[0] != 0);
    }

    /**
     * Returns the undecided {@code If}s of the main graph.
     *
     * @param most maximum number
     * @return the first ones, in the order of the operators
     */
    public List<Undecided> undecided(int most) {
        return graph.getNodeList().stream()
                .filter(this::isIf)
                .limit(most)
                .map(this::undecided)
                .toList();
    }

    boolean isIf(NodeProto node) {
        return IfInlining.isIf(node) && !functions.contains(FunctionId.of(node));
    }

    private Undecided undecided(NodeProto node) {
        Set<String> reached = new HashSet<>();
        Set<String> obstacles = new LinkedHashSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(node.getInput(0)));
        while (!open.isEmpty()) {
            String name = open.pop();
            NodeProto maker = makers.get(name);
            if (!reached.add(name) || values.containsKey(name)) {
                continue;
            }
            if (maker != null) {
                if (!isFollowed(maker)) {
                    obstacles.add(maker.getOpType());
                }
                reads(maker, open);
            } else if (inputs.containsKey(name) && !KnownInputs.isSmall(inputs.get(name))) {
                obstacles.add("input '" + name + "' (no flag or number)");
            }
        }
        List<String> leaves = inputs.keySet().stream().filter(reached::contains).toList();
        boolean truths = leaves.stream()
                .map(leaf -> Objects.requireNonNull(inputs.get(leaf)))
                .allMatch(leaf -> leaf.getType().getTensorType().getElemType() == ElementType.BOOL.code());
        return new Undecided(IfInlining.name(node), node.getInput(0), leaves, List.copyOf(obstacles), truths);
    }

    /** Adds the inputs of an operator and those in its bodies; names that the bodies define have no producer. */
    private static void reads(NodeProto node, Deque<String> open) {
        Deque<NodeProto> nodes = new ArrayDeque<>(List.of(node));
        while (!nodes.isEmpty()) {
            NodeProto next = nodes.pop();
            next.getInputList().forEach(open::push);
            for (AttributeProto attribute : next.getAttributeList()) {
                List<GraphProto> bodies = new ArrayList<>(attribute.getGraphsList());
                if (attribute.hasG()) {
                    bodies.add(attribute.getG());
                }
                for (GraphProto body : bodies) {
                    body.getNodeList().forEach(nodes::push);
                    body.getOutputList().forEach(output -> open.push(output.getName()));
                }
            }
        }
    }
}
