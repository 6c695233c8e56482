package io.pepper.onnx.internal.model;

import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.NodeProto;
import java.util.HashMap;
import java.util.Map;

/** Gives tensors other names, in operators and in what their bodies capture. Bodies are as deep as the reader's limit allows. */
final class Renaming {
    private final Map<String, String> names;

    Renaming(Map<String, String> names) {
        this.names = names;
    }

    String of(String name) {
        return names.getOrDefault(name, name);
    }

    NodeProto of(NodeProto node) {
        NodeProto.Builder renamed = node.toBuilder();
        for (int i = 0; i < node.getInputCount(); i++) {
            renamed.setInput(i, of(node.getInput(i)));
        }
        for (int i = 0; i < node.getOutputCount(); i++) {
            renamed.setOutput(i, of(node.getOutput(i)));
        }
        for (int i = 0; i < node.getAttributeCount(); i++) {
            AttributeProto attribute = node.getAttribute(i);
            if (attribute.hasG() || attribute.getGraphsCount() > 0) {
                AttributeProto.Builder changed = attribute.toBuilder();
                if (attribute.hasG()) {
                    changed.setG(captured(attribute.getG()));
                }
                for (int body = 0; body < attribute.getGraphsCount(); body++) {
                    changed.setGraphs(body, captured(attribute.getGraphs(body)));
                }
                renamed.setAttribute(i, changed);
            }
        }
        return renamed.build();
    }

    /** What a body defines itself keeps its name. */
    private GraphProto captured(GraphProto body) {
        Map<String, String> inside = new HashMap<>(names);
        body.getInputList().forEach(input -> inside.remove(input.getName()));
        body.getInitializerList().forEach(tensor -> inside.remove(tensor.getName()));
        body.getSparseInitializerList()
                .forEach(tensor -> inside.remove(tensor.getValues().getName()));
        body.getNodeList().forEach(node -> node.getOutputList().forEach(inside::remove));
        if (inside.isEmpty()) {
            return body;
        }
        Renaming renaming = new Renaming(inside);
        GraphProto.Builder renamed = body.toBuilder();
        for (int i = 0; i < body.getNodeCount(); i++) {
            renamed.setNode(i, renaming.of(body.getNode(i)));
        }
        for (int i = 0; i < body.getOutputCount(); i++) {
            renamed.setOutput(
                    i,
                    body.getOutput(i).toBuilder()
                            .setName(renaming.of(body.getOutput(i).getName())));
        }
        return renamed.build();
    }
}
