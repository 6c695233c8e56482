package io.pepper.onnx.testmodels;

import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds the tensors that cut a model by themselves the plain way: takes each tensor away, and looks whether an output
 * can still be reached from an input. O(tensors x reads). It reads the messages only and shares no code with the library.
 */
public final class CutOracle {
    private final Map<String, List<NodeProto>> readers = new HashMap<>();
    private final Map<String, NodeProto> producers = new HashMap<>();
    private final Map<NodeProto, Set<String>> reads = new HashMap<>();
    private final Set<String> inputs = new TreeSet<>();
    private final Set<String> outputs = new TreeSet<>();
    private final Set<String> varying;
    private final Set<String> needed;

    private CutOracle(GraphProto graph) {
        graph.getInputList().forEach(input -> inputs.add(input.getName()));
        graph.getInitializerList().forEach(tensor -> inputs.remove(tensor.getName()));
        graph.getOutputList().forEach(output -> outputs.add(output.getName()));
        outputs.removeAll(inputs);
        int position = 0;
        for (NodeProto original : graph.getNodeList()) {
            index(original.toBuilder().setName("#" + position++).build());
        }
        varying = reachable("");
        needed = needed();
    }

    /** The cutting tensors, from the inputs to the outputs. */
    public static List<String> cuts(ModelProto model) {
        return new CutOracle(model.getGraph()).cuts();
    }

    private List<String> cuts() {
        if (outputs.stream().noneMatch(varying::contains)) {
            return List.of();
        }
        Map<String, Integer> stillReached = new HashMap<>();
        for (String tensor : producers.keySet()) {
            if (varying.contains(tensor) && needed.contains(tensor) && isReadByUsed(tensor)) {
                Set<String> reached = reachable(tensor);
                if (outputs.stream().noneMatch(reached::contains)) {
                    stillReached.put(tensor, reached.size());
                }
            }
        }
        List<String> cuts = new ArrayList<>(stillReached.keySet());
        cuts.sort(Comparator.comparing(stillReached::get));
        return cuts;
    }

    /** What depends on the inputs when one tensor is taken away. */
    private Set<String> reachable(String without) {
        Set<String> seen = new HashSet<>(inputs);
        seen.remove(without);
        Deque<String> queue = new ArrayDeque<>(seen);
        while (!queue.isEmpty()) {
            for (NodeProto reader : readers.getOrDefault(queue.remove(), List.of())) {
                for (String output : reader.getOutputList()) {
                    if (!output.isEmpty() && !output.equals(without) && seen.add(output)) {
                        queue.add(output);
                    }
                }
            }
        }
        return seen;
    }

    /** What some output depends on. */
    private Set<String> needed() {
        Set<String> seen = new HashSet<>(outputs);
        Deque<String> queue = new ArrayDeque<>(seen);
        while (!queue.isEmpty()) {
            NodeProto producer = producers.get(queue.remove());
            for (String read : producer == null ? Set.<String>of() : reads.get(producer)) {
                if (seen.add(read)) {
                    queue.add(read);
                }
            }
        }
        return seen;
    }

    private boolean isReadByUsed(String tensor) {
        return readers.getOrDefault(tensor, List.of()).stream()
                .anyMatch(reader -> reader.getOutputList().stream().anyMatch(needed::contains));
    }

    private void index(NodeProto node) {
        Set<String> read = new TreeSet<>(node.getInputList());
        read.addAll(captures(node));
        read.remove("");
        reads.put(node, read);
        read.forEach(tensor ->
                readers.computeIfAbsent(tensor, key -> new ArrayList<>()).add(node));
        node.getOutputList().stream()
                .filter(output -> !output.isEmpty())
                .forEach(output -> producers.put(output, node));
    }

    private static Set<String> captures(NodeProto node) {
        Set<String> captured = new TreeSet<>();
        Deque<Scope> open = new ArrayDeque<>();
        bodies(node).forEach(body -> open.add(new Scope(body, definedIn(body))));
        while (!open.isEmpty()) {
            Scope scope = open.remove();
            readIn(scope.body()).stream()
                    .filter(name -> !scope.known().contains(name))
                    .forEach(captured::add);
            for (NodeProto inner : scope.body().getNodeList()) {
                for (GraphProto body : bodies(inner)) {
                    Set<String> known = definedIn(body);
                    known.addAll(scope.known());
                    open.add(new Scope(body, known));
                }
            }
        }
        return captured;
    }

    private static Set<String> readIn(GraphProto body) {
        Set<String> read = new HashSet<>();
        body.getNodeList().forEach(node -> read.addAll(node.getInputList()));
        body.getOutputList().forEach(output -> read.add(output.getName()));
        return read;
    }

    private static Set<String> definedIn(GraphProto body) {
        Set<String> names = new HashSet<>();
        body.getInputList().forEach(input -> names.add(input.getName()));
        body.getInitializerList().forEach(tensor -> names.add(tensor.getName()));
        body.getSparseInitializerList()
                .forEach(tensor -> names.add(tensor.getValues().getName()));
        body.getNodeList().forEach(node -> names.addAll(node.getOutputList()));
        return names;
    }

    private static List<GraphProto> bodies(NodeProto node) {
        List<GraphProto> bodies = new ArrayList<>();
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.hasG()) {
                bodies.add(attribute.getG());
            }
            bodies.addAll(attribute.getGraphsList());
        }
        return bodies;
    }

    private record Scope(GraphProto body, Set<String> known) {}
}
