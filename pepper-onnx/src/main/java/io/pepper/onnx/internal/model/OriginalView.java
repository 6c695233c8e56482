package io.pepper.onnx.internal.model;

import io.pepper.cut.OriginalBridges;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A main graph as the original PEPPER sees it: its nodes as they stand, constants too, bodies not looked into. */
public final class OriginalView {
    private OriginalView() {}

    /**
     * What the original finds.
     *
     * @param graph the main graph
     * @return its bridges
     */
    public static OriginalBridges bridges(GraphProto graph) {
        List<OriginalBridges.Operator> operators = new ArrayList<>(graph.getNodeCount());
        graph.getNodeList()
                .forEach(node -> operators.add(
                        new OriginalBridges.Operator(node.getName(), node.getInputList(), node.getOutputList())));
        Set<String> inputs = new LinkedHashSet<>();
        graph.getInputList().stream().map(ValueInfoProto::getName).forEach(inputs::add);
        graph.getInitializerList().forEach(initializer -> inputs.add(initializer.getName()));
        List<String> outputs =
                graph.getOutputList().stream().map(ValueInfoProto::getName).toList();
        return OriginalBridges.of(operators, List.copyOf(inputs), outputs);
    }
}
