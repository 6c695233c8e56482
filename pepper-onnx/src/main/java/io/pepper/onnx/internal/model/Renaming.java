package io.pepper.onnx.internal.model;

import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.NodeProto;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** The renaming of tensors in operators and in what their bodies capture. The reader bounds the nesting of bodies. */
final class Renaming {
    private final Map<String, String> names;
    private final UnaryOperator<String> free;

    /**
     * Creates a renaming.
     *
     * @param names the new names by the old ones
     * @param free returns an unused name, for tensors of a body that collide with a new name
     */
    Renaming(Map<String, String> names, UnaryOperator<String> free) {
        this.names = names;
        this.free = free;
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

    /** Tensors that a body defines keep their names, unless they would hide a captured one under its new name. */
    private GraphProto captured(GraphProto body) {
        Map<String, String> inside = new HashMap<>(names);
        Set<String> defined = defined(body);
        inside.keySet().removeAll(defined);
        if (inside.isEmpty()) {
            return body;
        }
        Set<String> taken = new HashSet<>(inside.values());
        for (String name : defined) {
            if (taken.contains(name)) {
                inside.put(name, free.apply(name));
            }
        }
        return new Renaming(inside, free).renamed(body);
    }

    private static Set<String> defined(GraphProto body) {
        Set<String> defined = new HashSet<>();
        body.getInputList().forEach(input -> defined.add(input.getName()));
        body.getInitializerList().forEach(tensor -> defined.add(tensor.getName()));
        body.getSparseInitializerList()
                .forEach(tensor -> defined.add(tensor.getValues().getName()));
        body.getNodeList().forEach(node -> defined.addAll(node.getOutputList()));
        defined.remove("");
        return defined;
    }

    private GraphProto renamed(GraphProto body) {
        GraphProto.Builder renamed = body.toBuilder();
        renamed.getInputBuilderList().forEach(input -> input.setName(of(input.getName())));
        renamed.getOutputBuilderList().forEach(output -> output.setName(of(output.getName())));
        renamed.getValueInfoBuilderList().forEach(value -> value.setName(of(value.getName())));
        renamed.getInitializerBuilderList().forEach(tensor -> tensor.setName(of(tensor.getName())));
        renamed.getSparseInitializerBuilderList().forEach(tensor -> tensor.getValuesBuilder()
                .setName(of(tensor.getValues().getName())));
        for (int i = 0; i < body.getNodeCount(); i++) {
            renamed.setNode(i, of(body.getNode(i)));
        }
        return renamed.build();
    }
}
