package io.pepper.onnx.internal.model;

import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.SparseTensorProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A graph into which the operators of a body or a function are inserted, under unique names. */
final class GraphSplice {
    private final GraphProto graph;
    private final NameCounts names = new NameCounts();
    private final Set<String> operatorNames = new HashSet<>();
    private final List<TensorProto> initializers = new ArrayList<>();
    private final List<SparseTensorProto> sparse = new ArrayList<>();
    private final List<ValueInfoProto> values = new ArrayList<>();

    GraphSplice(GraphProto graph) {
        this.graph = graph;
        names.add(graph, 1);
        graph.getNodeList().forEach(node -> operatorNames.add(node.getName()));
    }

    /** Returns the counts of tensor names in the graph. */
    NameCounts names() {
        return names;
    }

    /** Reserves the names in the bodies of operators. */
    void addNamesInBodies(List<NodeProto> nodes) {
        for (NodeProto node : nodes) {
            for (AttributeProto attribute : node.getAttributeList()) {
                if (attribute.hasG()) {
                    names.add(attribute.getG(), 1);
                }
                attribute.getGraphsList().forEach(inner -> names.add(inner, 1));
            }
        }
    }

    void add(TensorProto initializer) {
        initializers.add(initializer);
    }

    void add(SparseTensorProto initializer) {
        sparse.add(initializer);
    }

    void add(ValueInfoProto value) {
        values.add(value);
    }

    /**
     * Renames the producers of a body's outputs to the names of the outputs outside.
     *
     * @param inner the outputs of the body
     * @param outer their names outside; empty for unused ones
     * @param made the tensors that operators of the body produce
     * @param renamed receives the new names
     * @return operators that copy the outputs that cannot be renamed: inputs, and values that are returned twice
     */
    static List<NodeProto> outputs(
            List<String> inner, List<String> outer, Set<String> made, Map<String, String> renamed) {
        List<NodeProto> copies = new ArrayList<>();
        for (int i = 0; i < inner.size() && i < outer.size(); i++) {
            if (outer.get(i).isEmpty()) {
                continue;
            }
            if (made.contains(inner.get(i)) && !renamed.containsKey(inner.get(i))) {
                renamed.put(inner.get(i), outer.get(i));
            } else {
                copies.add(NodeProto.newBuilder()
                        .setOpType("Identity")
                        .addInput(inner.get(i))
                        .addOutput(outer.get(i))
                        .build());
            }
        }
        return copies;
    }

    /** ONNX Runtime refuses two operators of the same name in a graph, which operators of different bodies may have. */
    NodeProto named(NodeProto node) {
        if (node.getName().isEmpty() || operatorNames.add(node.getName())) {
            return node;
        }
        int number = operatorNames.size();
        while (!operatorNames.add(node.getName() + "_" + number)) {
            number++;
        }
        return node.toBuilder().setName(node.getName() + "_" + number).build();
    }

    /** Returns the graph with other operators, and everything that was added. */
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
