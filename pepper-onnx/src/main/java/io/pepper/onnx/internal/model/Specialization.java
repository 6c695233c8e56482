package io.pepper.onnx.internal.model;

import io.pepper.onnx.MalformedModelException;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model with some inputs set to values: they become constants, and each {@code If} of the main graph that they decide is replaced by the
 * operators of its branch. Inlined operators are those of the file, each once, so that nothing grows. O(levels × operators).
 */
public final class Specialization {
    private Specialization() {}

    /**
     * Specialises a model.
     *
     * @param source what to call the model in messages
     * @param model the model
     * @param values values by the name of an input
     * @return the same model if there are no values
     * @throws MalformedModelException if an input cannot be set
     * @throws IllegalArgumentException if there is no such input, or the value is none of its type
     */
    public static ModelProto of(String source, ModelProto model, Map<String, String> values)
            throws MalformedModelException {
        if (values.isEmpty()) {
            return model;
        }
        GraphProto.Builder graph = model.getGraph().toBuilder().clearInput();
        Map<String, TensorProto> set = new LinkedHashMap<>();
        for (ValueInfoProto input : model.getGraph().getInputList()) {
            String value = values.get(input.getName());
            if (value == null) {
                graph.addInput(input);
            } else {
                set.put(input.getName(), KnownInputs.tensor(source, input, value));
            }
        }
        for (String name : values.keySet()) {
            if (!set.containsKey(name)) {
                List<String> names = model.getGraph().getInputList().stream()
                        .map(ValueInfoProto::getName)
                        .toList();
                throw new IllegalArgumentException("no input '" + name + "' to set; the model has " + names);
            }
        }
        List<TensorProto> others = graph.getInitializerList().stream()
                .filter(tensor -> !set.containsKey(tensor.getName()))
                .toList();
        graph.clearInitializer().addAllInitializer(others).addAllInitializer(set.values());
        return model.toBuilder().setGraph(inlined(graph.build(), set.values())).build();
    }

    private static GraphProto inlined(GraphProto start, Iterable<TensorProto> set) {
        GraphProto graph = start;
        boolean found = true;
        while (found) {
            found = false;
            Map<String, Boolean> known = KnownInputs.conditions(graph, set);
            IfInlining inlining = new IfInlining(graph);
            List<NodeProto> nodes = new ArrayList<>();
            for (NodeProto node : graph.getNodeList()) {
                Optional<Boolean> condition =
                        IfInlining.isIf(node) ? Optional.ofNullable(known.get(node.getInput(0))) : Optional.empty();
                if (condition.isPresent()) {
                    nodes.addAll(inlining.branch(node, condition.get()));
                    found = true;
                } else {
                    nodes.add(node);
                }
            }
            graph = inlining.with(nodes);
        }
        return graph;
    }
}
