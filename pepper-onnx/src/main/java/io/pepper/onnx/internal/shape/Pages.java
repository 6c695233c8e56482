package io.pepper.onnx.internal.shape;

import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A large graph in pages of a fixed number of operators, whose inputs are the outputs of the pages before them. ONNX
 * Runtime's time grows with the square of the number of requested outputs; page by page it is linear.
 */
final class Pages {
    private static final int OPERATORS = 1_000;

    private final ModelProto model;
    private final Map<String, TensorProto> initializers = new HashMap<>();

    Pages(ModelProto model) {
        this.model = model;
        model.getGraph().getInitializerList().forEach(tensor -> initializers.put(tensor.getName(), tensor));
    }

    int count() {
        return (model.getGraph().getNodeCount() + OPERATORS - 1) / OPERATORS;
    }

    /**
     * Returns one page as a model without outputs.
     *
     * @param index the page, from 0
     * @param types the known types of the tensors before it
     */
    ModelProto page(int index, Map<String, TypeProto> types) {
        GraphProto graph = model.getGraph();
        List<NodeProto> nodes =
                graph.getNodeList().subList(index * OPERATORS, Math.min((index + 1) * OPERATORS, graph.getNodeCount()));
        GraphProto.Builder page =
                GraphProto.newBuilder().setName(graph.getName()).addAllNode(nodes);
        page.addAllSparseInitializer(graph.getSparseInitializerList());
        Set<String> names = used(nodes);
        nodes.forEach(node -> node.getOutputList().forEach(names::remove));
        for (String name : names) {
            TensorProto initializer = initializers.get(name);
            TypeProto type = types.get(name);
            if (initializer != null) {
                page.addInitializer(initializer);
            } else if (type != null) {
                page.addInput(ValueInfoProto.newBuilder().setName(name).setType(type));
            }
        }
        return model.toBuilder().setGraph(page).build();
    }

    /** Returns all names that operators, and those in their bodies, read. */
    private static Set<String> used(List<NodeProto> nodes) {
        Set<String> names = new LinkedHashSet<>();
        Deque<NodeProto> waiting = new ArrayDeque<>(nodes);
        while (!waiting.isEmpty()) {
            NodeProto node = waiting.pop();
            names.addAll(node.getInputList());
            for (AttributeProto attribute : node.getAttributeList()) {
                inside(attribute.getG(), names, waiting);
                attribute.getGraphsList().forEach(body -> inside(body, names, waiting));
            }
        }
        return names;
    }

    private static void inside(GraphProto body, Set<String> names, Deque<NodeProto> waiting) {
        body.getNodeList().forEach(waiting::push);
        body.getOutputList().forEach(output -> names.add(output.getName()));
    }
}
