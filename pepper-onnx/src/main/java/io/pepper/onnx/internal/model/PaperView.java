package io.pepper.onnx.internal.model;

import io.pepper.cut.PaperBridges;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A main graph as the original PEPPER sees it: its nodes in file order, including constants, without bodies. */
public final class PaperView {
    private PaperView() {}

    /**
     * Returns the bridges that the original finds.
     *
     * @param graph the main graph
     * @return its bridges
     */
    public static PaperBridges bridges(GraphProto graph) {
        List<PaperBridges.Operator> operators = new ArrayList<>(graph.getNodeCount());
        graph.getNodeList()
                .forEach(node -> operators.add(
                        new PaperBridges.Operator(node.getName(), node.getInputList(), node.getOutputList())));
        Set<String> inputs = new LinkedHashSet<>();
        graph.getInputList().stream().map(ValueInfoProto::getName).forEach(inputs::add);
        graph.getInitializerList().forEach(initializer -> inputs.add(initializer.getName()));
        List<String> outputs =
                graph.getOutputList().stream().map(ValueInfoProto::getName).toList();
        return PaperBridges.of(operators, List.copyOf(inputs), outputs);
    }
}
