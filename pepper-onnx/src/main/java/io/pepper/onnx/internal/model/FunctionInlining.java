package io.pepper.onnx.internal.model;

import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.FunctionProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.OperatorSetIdProto;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The inlining of functions that make up most of a graph: exporters may write a whole model as one function, inside of
 * which there are no cuts. A function is inlined if the main graph calls it once, if it has more operators (including
 * bodies) than the rest of the main graph, and if it uses the model's operator sets, because ONNX Runtime does not
 * accept others as the function states them. Functions that it calls follow. Each is inlined at most once, so that
 * nothing grows. O(levels × operators).
 */
final class FunctionInlining {
    private final Map<FunctionId, FunctionProto> functions = new HashMap<>();
    private final Map<String, Long> versions = new HashMap<>();
    private final ModelProto.Builder model;

    private FunctionInlining(ModelProto model) {
        this.model = model.toBuilder();
        model.getFunctionsList().forEach(function -> functions.put(FunctionId.of(function), function));
        model.getOpsetImportList().forEach(set -> versions.put(domain(set), set.getVersion()));
    }

    /**
     * Inlines the functions that make up most of a model.
     *
     * @param model the model
     * @return the new model; empty if no function makes up most of it
     */
    static Optional<ModelProto> of(ModelProto model) {
        if (model.getFunctionsCount() == 0) {
            return Optional.empty();
        }
        FunctionInlining inlining = new FunctionInlining(model);
        boolean any = false;
        OptionalInt call = inlining.call();
        while (call.isPresent()) {
            inlining.inline(call.getAsInt());
            any = true;
            call = inlining.call();
        }
        return any ? Optional.of(inlining.model.build()) : Optional.empty();
    }

    private static String domain(OperatorSetIdProto set) {
        return set.getDomain().equals("ai.onnx") ? "" : set.getDomain();
    }

    /**
     * Returns why functions that make up most of a model are single operators in it.
     *
     * @param model a model in which nothing more can be inlined
     * @return a clause for each function, with its name
     */
    static List<String> obstacles(ModelProto model) {
        FunctionInlining left = new FunctionInlining(model);
        List<String> reasons = new ArrayList<>();
        long operators = left.operators();
        Set<FunctionProto> seen = new HashSet<>();
        for (int at = 0; at < model.getGraph().getNodeCount() && !left.functions.isEmpty(); at++) {
            FunctionProto called =
                    left.functions.get(FunctionId.of(model.getGraph().getNode(at)));
            if (called != null && isMost(called, operators) && seen.add(called)) {
                reasons.add("the function '" + called.getName() + "' is most of the model and is not opened, since it "
                        + left.obstacle(called));
            }
        }
        return reasons;
    }

    private String obstacle(FunctionProto called) {
        Optional<OperatorSetIdProto> set = conflict(called);
        return set.isPresent()
                ? "has version " + set.get().getVersion() + " of the operator set '"
                        + (domain(set.get()).isEmpty() ? "ai.onnx" : domain(set.get()))
                        + "', where the model has " + versions.get(domain(set.get()))
                : "is called more than once";
    }

    private long operators() {
        return model.getGraph().getNodeList().stream()
                .mapToLong(FunctionInlining::operators)
                .sum();
    }

    /** Returns the index of the call to inline next. */
    private OptionalInt call() {
        Map<FunctionId, Integer> calls = new HashMap<>();
        long operators = operators();
        for (NodeProto node : model.getGraph().getNodeList()) {
            calls.merge(FunctionId.of(node), 1, Integer::sum);
        }
        for (int at = 0; at < model.getGraph().getNodeCount(); at++) {
            NodeProto node = model.getGraph().getNode(at);
            FunctionProto called = functions.get(FunctionId.of(node));
            if (called != null
                    && calls.getOrDefault(FunctionId.of(node), 0) == 1
                    && isMost(called, operators)
                    && conflict(called).isEmpty()) {
                return OptionalInt.of(at);
            }
        }
        return OptionalInt.empty();
    }

    /**
     * Returns whether a function has more operators than the rest of a main graph with the given number of operators,
     * including the call.
     */
    private static boolean isMost(FunctionProto called, long operators) {
        long inside = called.getNodeList().stream()
                .mapToLong(FunctionInlining::operators)
                .sum();
        return inside > 1 && inside > operators - 1;
    }

    /** Returns the number of operators including those in bodies. */
    private static long operators(NodeProto node) {
        long operators = 0;
        Deque<NodeProto> open = new ArrayDeque<>(List.of(node));
        while (!open.isEmpty()) {
            NodeProto next = open.pop();
            operators += next.getOpType().equals("Constant") ? 0 : 1;
            for (AttributeProto attribute : next.getAttributeList()) {
                if (attribute.hasG()) {
                    attribute.getG().getNodeList().forEach(open::push);
                }
                attribute.getGraphsList().forEach(body -> body.getNodeList().forEach(open::push));
            }
        }
        return operators;
    }

    /** Returns an operator set for which the function states another version than the model. */
    private Optional<OperatorSetIdProto> conflict(FunctionProto function) {
        return function.getOpsetImportList().stream()
                .filter(set -> versions.getOrDefault(domain(set), set.getVersion()) != set.getVersion())
                .findFirst();
    }

    private void inline(int at) {
        NodeProto call = model.getGraph().getNode(at);
        FunctionProto function = functions.remove(FunctionId.of(call));
        for (OperatorSetIdProto set : function.getOpsetImportList()) {
            if (versions.putIfAbsent(domain(set), set.getVersion()) == null) {
                model.addOpsetImport(set);
            }
        }
        GraphSplice splice = new GraphSplice(model.getGraph());
        List<NodeProto> nodes = new ArrayList<>(model.getGraph().getNodeList());
        nodes.remove(at);
        nodes.addAll(at, body(function, call, splice));
        model.setGraph(splice.with(nodes));
    }

    private static List<NodeProto> body(FunctionProto function, NodeProto call, GraphSplice splice) {
        Set<String> made = made(function, splice);
        Map<String, String> renamed = new HashMap<>();
        List<NodeProto> copies = signature(function, call, made, renamed);
        made.stream().sorted().forEach(name -> renamed.computeIfAbsent(name, splice.names()::free));
        Renaming renaming = new Renaming(renamed, splice.names()::free);
        Map<String, AttributeProto> given = new HashMap<>();
        function.getAttributeProtoList().forEach(attribute -> given.put(attribute.getName(), attribute));
        call.getAttributeList().forEach(attribute -> given.put(attribute.getName(), attribute));
        List<NodeProto> nodes = new ArrayList<>();
        function.getNodeList().forEach(node -> nodes.add(splice.named(renaming.of(Attributes.filled(node, given)))));
        copies.forEach(copy -> nodes.add(renaming.of(copy)));
        function.getValueInfoList().stream()
                .filter(value -> made.contains(value.getName()))
                .forEach(value -> splice.add(
                        value.toBuilder().setName(renaming.of(value.getName())).build()));
        return nodes;
    }

    /** Returns the tensors that the operators of a function produce, and reserves the names in its bodies. */
    private static Set<String> made(FunctionProto function, GraphSplice splice) {
        splice.addNamesInBodies(function.getNodeList());
        Set<String> made = new HashSet<>();
        function.getNodeList().forEach(node -> made.addAll(node.getOutputList()));
        made.remove("");
        return made;
    }

    /**
     * Gives inputs and outputs the names of the call; returns the operators that copy values without a name of their
     * own.
     */
    private static List<NodeProto> signature(
            FunctionProto function, NodeProto call, Set<String> made, Map<String, String> renamed) {
        for (int i = 0; i < function.getInputCount(); i++) {
            renamed.put(function.getInput(i), i < call.getInputCount() ? call.getInput(i) : "");
        }
        return GraphSplice.outputs(function.getOutputList(), call.getOutputList(), made, renamed);
    }

    /** The attributes of operators in a function that refer to attributes of its call. */
    private static final class Attributes {
        private Attributes() {}

        /** An attribute that refers to a missing one is left out, as the specification requires. */
        static NodeProto filled(NodeProto node, Map<String, AttributeProto> given) {
            NodeProto.Builder filled = node.toBuilder().clearAttribute();
            for (AttributeProto attribute : node.getAttributeList()) {
                if (attribute.getRefAttrName().isEmpty()) {
                    filled.addAttribute(filled(attribute, given));
                } else if (given.containsKey(attribute.getRefAttrName())) {
                    filled.addAttribute(
                            given.get(attribute.getRefAttrName()).toBuilder().setName(attribute.getName()));
                }
            }
            return filled.build();
        }

        private static AttributeProto filled(AttributeProto attribute, Map<String, AttributeProto> given) {
            if (!attribute.hasG() && attribute.getGraphsCount() == 0) {
                return attribute;
            }
            AttributeProto.Builder filled = attribute.toBuilder();
            if (attribute.hasG()) {
                filled.setG(filled(attribute.getG(), given));
            }
            for (int i = 0; i < attribute.getGraphsCount(); i++) {
                filled.setGraphs(i, filled(attribute.getGraphs(i), given));
            }
            return filled.build();
        }

        private static GraphProto filled(GraphProto body, Map<String, AttributeProto> given) {
            GraphProto.Builder filled = body.toBuilder().clearNode();
            body.getNodeList().forEach(node -> filled.addNode(filled(node, given)));
            return filled.build();
        }
    }
}
