package io.pepper.onnx.internal.model;

import io.pepper.model.MalformedModelException;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The replacement of an {@code If} by the operators of its branch. Names that the branch defines are kept if they are
 * unique, and get a number otherwise. The producer of a branch's output gets the name of the {@code If}'s output.
 */
final class IfInlining {
    private final GraphSplice splice;

    IfInlining(GraphProto graph) {
        splice = new GraphSplice(graph);
    }

    static boolean isIf(NodeProto node) {
        return node.getOpType().equals("If") && FunctionId.of(node).domain().isEmpty() && node.getInputCount() == 1;
    }

    /** Returns whether the branch has more operators than the rest of the graph. */
    static boolean isMost(NodeProto node, boolean condition, GraphProto graph) {
        int inside = taken(node, condition).getNodeCount();
        return inside > 1 && inside > graph.getNodeCount() - 1;
    }

    private static GraphProto taken(NodeProto node, boolean condition) {
        String name = condition ? "then_branch" : "else_branch";
        return NodeAttributes.find(node, name).map(AttributeProto::getG).orElse(GraphProto.getDefaultInstance());
    }

    /**
     * Returns the operators that replace an {@code If}.
     *
     * @throws MalformedModelException if the branch defines a name twice
     */
    List<NodeProto> branch(String source, NodeProto node, boolean condition) throws MalformedModelException {
        GraphProto taken = taken(node, condition);
        node.getAttributeList().stream().filter(AttributeProto::hasG).forEach(attribute -> splice.names()
                .add(attribute.getG(), -1));
        refuseTwins(source, node, condition, taken);
        splice.addNamesInBodies(taken.getNodeList());
        Set<String> made = new HashSet<>();
        taken.getNodeList().forEach(inner -> made.addAll(inner.getOutputList()));
        made.remove("");
        Map<String, String> renamed = new HashMap<>();
        List<String> outputs =
                taken.getOutputList().stream().map(ValueInfoProto::getName).toList();
        List<NodeProto> copies = GraphSplice.outputs(outputs, node.getOutputList(), made, renamed);
        for (String name : defined(taken)) {
            renamed.computeIfAbsent(name, splice.names()::free);
        }
        return inlined(taken, copies, renamed);
    }

    private List<NodeProto> inlined(GraphProto taken, List<NodeProto> copies, Map<String, String> renamed) {
        Renaming renaming = new Renaming(renamed, splice.names()::free);
        taken.getInitializerList()
                .forEach(tensor -> splice.add(tensor.toBuilder()
                        .setName(renaming.of(tensor.getName()))
                        .build()));
        taken.getSparseInitializerList()
                .forEach(tensor -> splice.add(tensor.toBuilder()
                        .setValues(tensor.getValues().toBuilder()
                                .setName(renaming.of(tensor.getValues().getName())))
                        .build()));
        taken.getValueInfoList()
                .forEach(value -> splice.add(
                        value.toBuilder().setName(renaming.of(value.getName())).build()));
        List<NodeProto> nodes = new ArrayList<>();
        taken.getNodeList().forEach(inner -> nodes.add(splice.named(renaming.of(inner))));
        copies.forEach(copy -> nodes.add(renaming.of(copy)));
        return nodes;
    }

    /** Checks the branch before its names change. */
    private static void refuseTwins(String source, NodeProto node, boolean condition, GraphProto taken)
            throws MalformedModelException {
        Set<String> made = new HashSet<>();
        for (NodeProto inner : taken.getNodeList()) {
            for (String output : inner.getOutputList()) {
                if (!output.isEmpty() && !made.add(output)) {
                    throw new MalformedModelException(
                            source,
                            (condition ? "then_branch" : "else_branch") + " of If '" + name(node) + "'",
                            "tensor '" + output + "' has two producers");
                }
            }
        }
    }

    /** Returns the name of an operator, or those of its outputs if it has none. */
    static String name(NodeProto node) {
        return node.getName().isEmpty() ? String.join(", ", node.getOutputList()) : node.getName();
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

    /** Returns the graph with other operators, and everything that was inlined. */
    GraphProto with(List<NodeProto> nodes) {
        return splice.with(nodes);
    }
}
