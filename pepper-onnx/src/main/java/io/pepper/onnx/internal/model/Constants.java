package io.pepper.onnx.internal.model;

import io.pepper.onnx.internal.proto.NodeProto;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/** The constants of a main graph: initializers, and operators that depend on constants only. Immutable. */
public final class Constants {
    private final List<NodeProto> nodes;
    private final NodeFacts[] facts;
    private final Map<String, Long> initializers;
    private final Map<String, Integer> makers;
    private final int operatorCount;

    /**
     * The constants that some operators need.
     *
     * @param nodes the operators that compute them, as indices among the nodes of the main graph
     * @param initializers the names of the initializers
     */
    public record Needed(BitSet nodes, Set<String> initializers) {}

    Constants(GraphReader reader) {
        nodes = reader.model.getGraph().getNodeList();
        facts = reader.facts;
        initializers = reader.initializers;
        operatorCount = reader.facts.length - reader.dataflowNodes.length;
        makers = new HashMap<>();
        for (int node = 0; node < facts.length; node++) {
            if (reader.constantNode[node]) {
                for (String output : nodes.get(node).getOutputList()) {
                    makers.put(output, node);
                }
            }
        }
        makers.remove("");
    }

    /**
     * Returns the number of operators that compute constants.
     *
     * @return 0 or more
     */
    public int operatorCount() {
        return operatorCount;
    }

    /**
     * Returns whether a tensor is constant.
     *
     * @param tensor the tensor's name
     * @return true for initializers and outputs of constant operators
     */
    public boolean contains(String tensor) {
        return initializers.containsKey(tensor) || makers.containsKey(tensor);
    }

    /** Returns the constant operator that computes a tensor, as an index among the nodes of the main graph. */
    OptionalInt maker(String tensor) {
        Integer maker = makers.get(tensor);
        return maker == null ? OptionalInt.empty() : OptionalInt.of(maker);
    }

    boolean isInitializer(String tensor) {
        return initializers.containsKey(tensor);
    }

    /**
     * Returns the size of an initializer.
     *
     * @param name the initializer's name
     * @return its bytes
     * @throws IllegalArgumentException if there is no such initializer
     */
    public long bytes(String name) {
        Long bytes = initializers.get(name);
        if (bytes == null) {
            throw new IllegalArgumentException("no initializer '" + name + "' in this model");
        }
        return bytes;
    }

    /**
     * Returns everything that computing constants needs.
     *
     * @param tensors names of tensors; those that are not constant are skipped
     * @return the operators and initializers needed
     */
    public Needed neededFor(Collection<String> tensors) {
        BitSet operators = new BitSet(nodes.size());
        Set<String> stored = new LinkedHashSet<>();
        Deque<String> open = new ArrayDeque<>(tensors);
        while (!open.isEmpty()) {
            String tensor = open.pop();
            Integer maker = makers.get(tensor);
            if (maker == null) {
                if (initializers.containsKey(tensor)) {
                    stored.add(tensor);
                }
            } else if (!operators.get(maker)) {
                operators.set(maker);
                facts[maker].reads().forEach(open::push);
            }
        }
        return new Needed(operators, stored);
    }
}
