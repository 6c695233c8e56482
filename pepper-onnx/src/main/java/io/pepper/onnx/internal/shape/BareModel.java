package io.pepper.onnx.internal.shape;

import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.FunctionProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * A model without the shapes that it states, except those of its inputs. It lacks the value types of graphs, bodies and
 * functions, the shapes of their outputs, and those of the inputs of bodies. Nothing checks these when the model runs,
 * so that they may be outdated.
 */
final class BareModel {
    private final Deque<GraphProto.Builder> graphs = new ArrayDeque<>();

    private BareModel() {}

    /**
     * Removes stated shapes.
     *
     * @param model the model
     * @param scalars whether inputs that are stated to be scalars stay so; ONNX Runtime does not check them
     */
    static ModelProto of(ModelProto model, boolean scalars) {
        BareModel walk = new BareModel();
        ModelProto.Builder bare = model.toBuilder();
        GraphProto.Builder main = bare.getGraphBuilder();
        for (int i = 0; !scalars && i < main.getInputCount(); i++) {
            TypeProto type = main.getInput(i).getType();
            if (GraphTypes.isRanked(type) && type.getTensorType().getShape().getDimCount() == 0) {
                main.setInput(i, withoutShape(main.getInput(i)));
            }
        }
        walk.graphs.push(main);
        for (int i = 0; i < bare.getFunctionsCount(); i++) {
            FunctionProto function = bare.getFunctions(i);
            if (function.getValueInfoCount() > 0 || holdsBodies(function.getNodeList())) {
                walk.strip(bare.getFunctionsBuilder(i));
            }
        }
        while (!walk.graphs.isEmpty()) {
            walk.strip(walk.graphs.pop(), walk.graphs.isEmpty());
        }
        return bare.build();
    }

    private void strip(FunctionProto.Builder function) {
        for (int i = 0; i < function.getValueInfoCount(); i++) {
            function.setValueInfo(i, withoutShape(function.getValueInfo(i)));
        }
        for (int i = 0; i < function.getNodeCount(); i++) {
            if (holdsBodies(List.of(function.getNode(i)))) {
                addBodies(function.getNodeBuilder(i));
            }
        }
    }

    private void strip(GraphProto.Builder graph, boolean main) {
        for (int i = 0; i < graph.getValueInfoCount(); i++) {
            graph.setValueInfo(i, withoutShape(graph.getValueInfo(i)));
        }
        for (int i = 0; i < graph.getOutputCount(); i++) {
            graph.setOutput(i, withoutShape(graph.getOutput(i)));
        }
        for (int i = 0; !main && i < graph.getInputCount(); i++) {
            graph.setInput(i, withoutShape(graph.getInput(i)));
        }
        for (int i = 0; i < graph.getNodeCount(); i++) {
            if (holdsBodies(List.of(graph.getNode(i)))) {
                addBodies(graph.getNodeBuilder(i));
            }
        }
    }

    private static boolean holdsBodies(List<NodeProto> nodes) {
        return nodes.stream()
                .flatMap(node -> node.getAttributeList().stream())
                .anyMatch(attribute -> attribute.hasG() || attribute.getGraphsCount() > 0);
    }

    private void addBodies(NodeProto.Builder node) {
        for (int i = 0; i < node.getAttributeCount(); i++) {
            AttributeProto attribute = node.getAttribute(i);
            if (attribute.hasG()) {
                graphs.push(node.getAttributeBuilder(i).getGBuilder());
            }
            for (int place = 0; place < attribute.getGraphsCount(); place++) {
                graphs.push(node.getAttributeBuilder(i).getGraphsBuilder(place));
            }
        }
    }

    static ValueInfoProto withoutShape(ValueInfoProto value) {
        return value.toBuilder()
                .setType(Iteration.withoutShape(value.getType()))
                .build();
    }
}
