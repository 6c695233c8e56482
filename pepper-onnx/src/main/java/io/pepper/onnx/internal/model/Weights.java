package io.pepper.onnx.internal.model;

import io.pepper.partition.OperatorCosts;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The bytes of constant tensors: of a whole model, of a part, and of operators that may share some. */
public final class Weights {
    private final ModelGraph graph;
    private final Map<Object, Integer> items = new HashMap<>();
    private final List<Long> bytes = new ArrayList<>();

    private Weights(ModelGraph graph) {
        this.graph = graph;
    }

    /**
     * The bytes of the tensors that stand in some nodes, initializers and functions.
     *
     * @param graph the model
     * @param nodes places of nodes
     * @param initializers names of initializers
     * @param functions functions of the model
     * @return the sum
     */
    public static long bytes(
            ModelGraph graph, Collection<Integer> nodes, Set<String> initializers, Set<FunctionId> functions) {
        long sum = 0;
        for (int node : nodes) {
            sum = Math.addExact(sum, graph.storedBytes(node));
        }
        for (String initializer : initializers) {
            sum = Math.addExact(sum, graph.constants().bytes(initializer));
        }
        for (FunctionId function : functions) {
            sum = Math.addExact(sum, graph.functions().storedBytes(function));
        }
        return sum;
    }

    /**
     * The costs of a model's operators in bytes of constant tensors, where what several operators share counts once.
     *
     * @param graph the model
     * @return costs for the operators of its dataflow graph
     */
    public static OperatorCosts costs(ModelGraph graph) {
        Weights weights = new Weights(graph);
        int[][] itemsOf = new int[graph.dataflow().operatorCount()][];
        for (int operator = 0; operator < itemsOf.length; operator++) {
            itemsOf[operator] = weights.itemsOf(graph.node(operator));
        }
        return OperatorCosts.shared(
                itemsOf, weights.bytes.stream().mapToLong(Long::longValue).toArray());
    }

    private int[] itemsOf(int node) {
        List<Integer> found = new ArrayList<>();
        Constants.Needed needed = graph.constants().neededFor(graph.reads(node));
        needed.initializers().forEach(name -> add(found, name, graph.constants().bytes(name)));
        needed.nodes().set(node);
        Set<FunctionId> calls = new LinkedHashSet<>();
        needed.nodes().stream().forEach(n -> {
            add(found, n, graph.storedBytes(n));
            calls.addAll(graph.calls(n));
        });
        graph.functions()
                .closure(calls)
                .forEach(function -> add(found, function, graph.functions().storedBytes(function)));
        return found.stream().mapToInt(Integer::intValue).toArray();
    }

    private void add(List<Integer> found, Object key, long size) {
        if (size > 0) {
            Integer item = items.putIfAbsent(key, bytes.size());
            if (item == null) {
                item = bytes.size();
                bytes.add(size);
            }
            found.add(item);
        }
    }
}
