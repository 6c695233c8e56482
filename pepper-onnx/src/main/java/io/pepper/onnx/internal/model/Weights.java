package io.pepper.onnx.internal.model;

import io.pepper.partition.OperatorCosts;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.IntPredicate;

/** The bytes of constant tensors: of a whole model, of a part, and of operators that may share some. */
public final class Weights {
    private final ModelGraph graph;
    private final Map<Object, Integer> items = new HashMap<>();
    private final List<Object> keys = new ArrayList<>();
    private final List<Long> bytes = new ArrayList<>();

    private Weights(ModelGraph graph) {
        this.graph = graph;
    }

    /**
     * Returns the bytes of the tensors in nodes, initializers and functions.
     *
     * @param graph the model
     * @param nodes indices of nodes
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
     * Returns the costs of a model's operators in bytes of constant tensors. A shared tensor counts once. O(names).
     *
     * @param graph the model
     * @return costs for the operators of its dataflow graph
     */
    public static OperatorCosts costs(ModelGraph graph) {
        return costs(graph, node -> true);
    }

    /**
     * Returns the costs of a model's operators in bytes of the constant tensors of some of them. A shared tensor counts
     * once. O(names).
     *
     * @param graph the model
     * @param counts whether the constants of a node, by its index, count
     * @return costs for the operators of its dataflow graph
     */
    public static OperatorCosts costs(ModelGraph graph, IntPredicate counts) {
        Weights weights = new Weights(graph);
        int[][] itemsOf = new int[graph.dataflow().operatorCount()][];
        for (int operator = 0; operator < itemsOf.length; operator++) {
            int node = graph.node(operator);
            itemsOf[operator] = counts.test(node) ? new int[] {weights.item(node)} : new int[0];
        }
        List<int[]> itemsOfItem = new ArrayList<>();
        while (itemsOfItem.size() < weights.keys.size()) { // An item may need new items.
            itemsOfItem.add(weights.needs(weights.keys.get(itemsOfItem.size())));
        }
        return OperatorCosts.shared(
                itemsOf,
                weights.bytes.stream().mapToLong(Long::longValue).toArray(),
                itemsOfItem.toArray(int[][]::new));
    }

    /** Returns the number of an item: a node by its index, an initializer by its name, or a function. */
    private int item(Object key) {
        return items.computeIfAbsent(key, unknown -> {
            keys.add(key);
            bytes.add(size(key));
            return keys.size() - 1;
        });
    }

    private long size(Object key) {
        if (key instanceof Integer node) {
            return graph.storedBytes(node);
        }
        return key instanceof FunctionId function
                ? graph.functions().storedBytes(function)
                : graph.constants().bytes((String) key);
    }

    private int[] needs(Object key) {
        Set<Integer> found = new LinkedHashSet<>();
        if (key instanceof Integer node) {
            for (String tensor : graph.reads(node)) {
                OptionalInt maker = graph.constants().maker(tensor);
                if (maker.isPresent()) {
                    found.add(item(maker.getAsInt()));
                } else if (graph.constants().isInitializer(tensor)) {
                    found.add(item(tensor));
                }
            }
            graph.calls(node).forEach(function -> found.add(item(function)));
        } else if (key instanceof FunctionId function) {
            graph.functions().calls(function).forEach(called -> found.add(item(called)));
        }
        return found.stream().mapToInt(Integer::intValue).toArray();
    }
}
