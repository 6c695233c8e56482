package io.pepper.onnx.internal.shape;

import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** The surroundings of a body: the types of the tensors of outer graphs, and the values of small constants. */
final class Environment {
    private final Map<String, TypeProto> types = new HashMap<>();
    private final Map<String, TensorProto> values = new HashMap<>();

    /** Returns the environment with the tensors of a graph. */
    Environment with(GraphProto graph, Map<String, TypeProto> known, Predicate<TensorProto> isLarge) {
        Environment inner = new Environment();
        inner.types.putAll(types);
        inner.values.putAll(values);
        known.keySet().forEach(inner.values::remove);
        inner.types.putAll(known);
        inner.addValues(graph, isLarge);
        return inner;
    }

    /** Returns the environment with the constants of a body; names that it defines hide outer ones. */
    Environment inside(GraphProto body) {
        Environment inner = new Environment();
        inner.values.putAll(values);
        body.getInputList().forEach(input -> inner.values.remove(input.getName()));
        body.getNodeList().forEach(node -> node.getOutputList().forEach(inner.values::remove));
        inner.addValues(body, tensor -> false);
        return inner;
    }

    private void addValues(GraphProto graph, Predicate<TensorProto> isLarge) {
        for (TensorProto initializer : graph.getInitializerList()) {
            if (!isLarge.test(initializer)) {
                values.put(initializer.getName(), initializer);
            }
        }
        for (NodeProto node : graph.getNodeList()) {
            if (node.getOpType().equals("Constant") && node.getOutputCount() == 1) {
                node.getAttributeList().stream()
                        .filter(attribute -> attribute.getName().equals("value") && attribute.hasT())
                        .map(AttributeProto::getT)
                        .filter(tensor -> !isLarge.test(tensor))
                        .forEach(tensor -> values.put(node.getOutput(0), tensor));
            }
        }
    }

    /** Returns the value of a constant, if it is small and in the model. */
    Optional<TensorProto> value(String tensor) {
        return Optional.ofNullable(values.get(tensor));
    }

    /**
     * Converts a body to an independent graph: its inputs have types, and captured tensors become inputs or constants.
     *
     * @param body the body
     * @param inputs the types of its inputs
     */
    GraphProto closed(GraphProto body, List<TypeProto> inputs) {
        GraphProto.Builder closed = body.toBuilder().clearInput().clearOutput();
        for (int i = 0; i < body.getInputCount(); i++) {
            ValueInfoProto input = body.getInput(i);
            TypeProto type = i < inputs.size() && inputs.get(i).getValueCase() != TypeProto.ValueCase.VALUE_NOT_SET
                    ? inputs.get(i)
                    : input.getType();
            closed.addInput(input.toBuilder().setType(type));
        }
        for (String name : captured(body)) {
            TensorProto value = values.get(name);
            TypeProto type = types.get(name);
            if (value != null) {
                closed.addInitializer(value.toBuilder().setName(name));
            } else if (type != null) {
                closed.addInput(ValueInfoProto.newBuilder().setName(name).setType(type));
            }
        }
        return closed.build();
    }

    /** Returns the names that a body, or a nested one, reads but does not define. */
    private static Set<String> captured(GraphProto body) {
        Set<String> read = new LinkedHashSet<>();
        Deque<GraphProto> open = new ArrayDeque<>(List.of(body));
        while (!open.isEmpty()) {
            GraphProto graph = open.pop();
            graph.getOutputList().forEach(output -> read.add(output.getName()));
            for (NodeProto node : graph.getNodeList()) {
                read.addAll(node.getInputList());
                for (AttributeProto attribute : node.getAttributeList()) {
                    if (attribute.hasG()) {
                        open.push(attribute.getG());
                    }
                    attribute.getGraphsList().forEach(open::push);
                }
            }
        }
        Set<String> defined = new HashSet<>();
        body.getInputList().forEach(input -> defined.add(input.getName()));
        body.getInitializerList().forEach(initializer -> defined.add(initializer.getName()));
        body.getSparseInitializerList()
                .forEach(sparse -> defined.add(sparse.getValues().getName()));
        body.getNodeList().forEach(node -> defined.addAll(node.getOutputList()));
        read.removeAll(defined);
        return read;
    }
}
