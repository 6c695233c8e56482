package io.pepper.export.internal;

import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * An equivalent variant of a model, with an Identity operator wherever an operator reads a chosen tensor across a cut.
 * The tensor and the result of Identity are also outputs.
 *
 * <p>Where ONNX Runtime has no 16-bit kernel, as on most CPUs, it computes 16-bit floating point in 32 bits and passes
 * the wider numbers on within a model, also without optimisation. Between parts they are rounded to what the model
 * states; within the part that produces them they are not. Identity works on 16 bits, so that the variant rounds the
 * tensors for their readers across a cut, too. As outputs, the tensors have the same neighbours as in the parts.
 * Otherwise ONNX Runtime would run Identity on 32 bits among its own operators.
 */
public final class RoundedModel {
    private static final String SUFFIX = "_rounded";

    private final Map<String, String> rounded = new TreeMap<>();
    private final List<Reader> readers;

    /**
     * The part that reads tensors across a cut.
     *
     * @param operators its operators, each identified by its first output
     * @param tensors the tensors that it reads and that must be rounded for it
     */
    public record Reader(Set<String> operators, Set<String> tensors) {
        /**
         * Returns the reader of a part.
         *
         * @param part the part
         * @param tensors the tensors that must be rounded for it
         * @return the reader
         */
        public static Reader of(ModelProto part, Set<String> tensors) {
            Set<String> operators = new HashSet<>();
            part.getGraph().getNodeList().forEach(node -> operators.add(firstOutput(node)));
            return new Reader(operators, tensors);
        }
    }

    private RoundedModel(List<Reader> readers) {
        this.readers = readers;
    }

    /**
     * Returns the variant of a model.
     *
     * @param model the model, with or without its large payloads
     * @param readers the parts that read tensors across a cut; operators of the main graph must produce these tensors
     * @return the variant
     */
    public static ModelProto of(ModelProto model, List<Reader> readers) {
        return new RoundedModel(readers).variant(model);
    }

    private static String firstOutput(NodeProto node) {
        return node.getOutputList().stream()
                .filter(output -> !output.isEmpty())
                .findFirst()
                .orElse("");
    }

    private ModelProto variant(ModelProto model) {
        GraphProto graph = model.getGraph();
        Set<String> taken = names(graph);
        readers.forEach(reader ->
                reader.tensors().forEach(tensor -> rounded.computeIfAbsent(tensor, none -> unused(tensor, taken))));
        GraphProto.Builder variant = graph.toBuilder().clearNode();
        for (NodeProto node : graph.getNodeList()) {
            variant.addNode(rounding(node));
            for (String output : new LinkedHashSet<>(node.getOutputList())) {
                String to = rounded.get(output);
                if (to != null) {
                    variant.addNode(NodeProto.newBuilder()
                            .setOpType("Identity")
                            .addInput(output)
                            .addOutput(to));
                }
            }
        }
        Set<String> outputs = new HashSet<>();
        graph.getOutputList().forEach(output -> outputs.add(output.getName()));
        rounded.forEach((tensor, to) -> {
            if (!outputs.contains(tensor)) {
                variant.addOutput(ValueInfoProto.newBuilder().setName(tensor));
            }
            variant.addOutput(ValueInfoProto.newBuilder().setName(to));
        });
        return model.toBuilder().setGraph(variant).build();
    }

    /** Returns the operator with the rounded tensors that it reads across a cut. */
    private NodeProto rounding(NodeProto node) {
        String name = firstOutput(node);
        Map<String, String> renamed = new HashMap<>();
        for (Reader reader : readers) {
            if (reader.operators().contains(name)) {
                reader.tensors().forEach(tensor -> renamed.put(tensor, rounded.getOrDefault(tensor, tensor)));
            }
        }
        return renamed.isEmpty() ? node : renamed(node, renamed);
    }

    /** Recursive: the reader of models bounds the nesting of bodies. */
    private static NodeProto renamed(NodeProto node, Map<String, String> names) {
        NodeProto.Builder changed = node.toBuilder();
        for (int i = 0; i < node.getInputCount(); i++) {
            changed.setInput(i, names.getOrDefault(node.getInput(i), node.getInput(i)));
        }
        for (int i = 0; i < node.getAttributeCount(); i++) {
            AttributeProto attribute = node.getAttribute(i);
            if (attribute.hasG() || attribute.getGraphsCount() > 0) {
                AttributeProto.Builder bodies = attribute.toBuilder().clearGraphs();
                if (attribute.hasG()) {
                    bodies.setG(renamed(attribute.getG(), names));
                }
                attribute.getGraphsList().forEach(body -> bodies.addGraphs(renamed(body, names)));
                changed.setAttribute(i, bodies);
            }
        }
        return changed.build();
    }

    /** Names that the body itself defines are different values and stay. */
    private static GraphProto renamed(GraphProto body, Map<String, String> names) {
        Map<String, String> captured = new HashMap<>(names);
        captured.keySet().removeAll(defined(body));
        GraphProto.Builder changed = body.toBuilder().clearNode();
        body.getNodeList().forEach(node -> changed.addNode(renamed(node, captured)));
        return changed.build();
    }

    private static Set<String> defined(GraphProto graph) {
        Set<String> names = new HashSet<>();
        graph.getInputList().forEach(input -> names.add(input.getName()));
        graph.getInitializerList().forEach(tensor -> names.add(tensor.getName()));
        graph.getSparseInitializerList()
                .forEach(tensor -> names.add(tensor.getValues().getName()));
        graph.getNodeList().forEach(node -> names.addAll(node.getOutputList()));
        return names;
    }

    /** Returns all names that the graph or a body in it defines. */
    private static Set<String> names(GraphProto graph) {
        Set<String> names = new HashSet<>();
        Deque<GraphProto> open = new ArrayDeque<>(List.of(graph));
        while (!open.isEmpty()) {
            GraphProto next = open.remove();
            names.addAll(defined(next));
            for (NodeProto node : next.getNodeList()) {
                for (AttributeProto attribute : node.getAttributeList()) {
                    if (attribute.hasG()) {
                        open.add(attribute.getG());
                    }
                    open.addAll(attribute.getGraphsList());
                }
            }
        }
        return names;
    }

    private static String unused(String tensor, Set<String> taken) {
        String name = tensor;
        do {
            name += SUFFIX;
        } while (!taken.add(name));
        return name;
    }
}
