package io.pepper.onnx.internal.model;

import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.SparseTensorProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Puts the operators of a branch in the place of an {@code If}. Names that the branch defines are kept where nothing else has them, and get
 * a number otherwise; what gives an output of the branch gets the name of the output of the {@code If}.
 */
final class IfInlining {
    private final GraphProto graph;
    private final NameCounts names = new NameCounts();
    private final Set<String> operatorNames = new HashSet<>();
    private final List<TensorProto> initializers = new ArrayList<>();
    private final List<SparseTensorProto> sparse = new ArrayList<>();
    private final List<ValueInfoProto> values = new ArrayList<>();

    IfInlining(GraphProto graph) {
        this.graph = graph;
        names.add(graph, 1);
        graph.getNodeList().forEach(node -> operatorNames.add(node.getName()));
    }

    static boolean isIf(NodeProto node) {
        return node.getOpType().equals("If") && FunctionId.of(node).domain().isEmpty() && node.getInputCount() == 1;
    }

    /** The operators that replace an {@code If}. */
    List<NodeProto> branch(NodeProto node, boolean condition) {
        GraphProto taken = GraphProto.getDefaultInstance();
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.hasG()) {
                names.add(attribute.getG(), -1);
                taken = attribute.getName().equals(condition ? "then_branch" : "else_branch")
                        ? attribute.getG()
                        : taken;
            }
        }
        Set<String> made = new HashSet<>();
        taken.getNodeList().forEach(inner -> made.addAll(inner.getOutputList()));
        made.remove("");
        Map<String, String> renamed = new HashMap<>();
        List<NodeProto> copies = new ArrayList<>();
        for (int i = 0; i < node.getOutputCount() && i < taken.getOutputCount(); i++) {
            String inner = taken.getOutput(i).getName();
            String outer = node.getOutput(i);
            if (!outer.isEmpty() && made.contains(inner) && !renamed.containsKey(inner)) {
                renamed.put(inner, outer);
            } else if (!outer.isEmpty()) {
                copies.add(NodeProto.newBuilder()
                        .setOpType("Identity")
                        .addInput(inner)
                        .addOutput(outer)
                        .build());
            }
        }
        for (String name : defined(taken)) {
            renamed.computeIfAbsent(name, names::free);
        }
        return inlined(taken, copies, renamed);
    }

    private List<NodeProto> inlined(GraphProto taken, List<NodeProto> copies, Map<String, String> renamed) {
        Renaming renaming = new Renaming(renamed);
        taken.getInitializerList()
                .forEach(tensor -> initializers.add(tensor.toBuilder()
                        .setName(renaming.of(tensor.getName()))
                        .build()));
        taken.getSparseInitializerList()
                .forEach(tensor -> sparse.add(tensor.toBuilder()
                        .setValues(tensor.getValues().toBuilder()
                                .setName(renaming.of(tensor.getValues().getName())))
                        .build()));
        taken.getValueInfoList()
                .forEach(value -> values.add(
                        value.toBuilder().setName(renaming.of(value.getName())).build()));
        List<NodeProto> nodes = new ArrayList<>();
        taken.getNodeList().forEach(inner -> nodes.add(named(renaming.of(inner))));
        copies.forEach(copy -> nodes.add(renaming.of(copy)));
        return nodes;
    }

    /** ONNX Runtime refuses two operators of one name in a graph, which those of different bodies may have. */
    private NodeProto named(NodeProto node) {
        if (node.getName().isEmpty() || operatorNames.add(node.getName())) {
            return node;
        }
        int number = operatorNames.size();
        while (!operatorNames.add(node.getName() + "_" + number)) {
            number++;
        }
        return node.toBuilder().setName(node.getName() + "_" + number).build();
    }

    private static List<String> defined(GraphProto body) {
        List<String> names = new ArrayList<>();
        body.getInitializerList().forEach(tensor -> names.add(tensor.getName()));
        body.getSparseInitializerList()
                .forEach(tensor -> names.add(tensor.getValues().getName()));
        body.getNodeList().forEach(node -> names.addAll(node.getOutputList()));
        names.removeIf(String::isEmpty);
        return names;
    }

    /** The graph with other operators, and what was inlined. */
    GraphProto with(List<NodeProto> nodes) {
        Set<String> stated = new HashSet<>();
        graph.getInputList().forEach(value -> stated.add(value.getName()));
        graph.getOutputList().forEach(value -> stated.add(value.getName()));
        graph.getValueInfoList().forEach(value -> stated.add(value.getName()));
        return graph.toBuilder()
                .clearNode()
                .addAllNode(nodes)
                .addAllInitializer(initializers)
                .addAllSparseInitializer(sparse)
                .addAllValueInfo(values.stream()
                        .filter(value -> stated.add(value.getName()))
                        .toList())
                .build();
    }
}
