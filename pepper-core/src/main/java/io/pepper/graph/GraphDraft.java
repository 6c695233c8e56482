package io.pepper.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The operators and tensors that were added to a builder, in their order. Tensors are numbered in the order of their
 * first mention.
 */
final class GraphDraft {
    static final int NOBODY = -1;
    static final int GRAPH_INPUT = -2;

    /** The share of a hash table that may be filled before it grows. */
    private static final double LOAD_FACTOR = 0.75;

    private static final int MAX_EXPECTED = 1 << 20;

    final List<String> operatorNames = new ArrayList<>();
    final List<String> operatorTypes = new ArrayList<>();
    final IntBuffer readOffsets = new IntBuffer();
    final IntBuffer reads = new IntBuffer();
    final IntBuffer writeOffsets = new IntBuffer();
    final IntBuffer writes = new IntBuffer();
    final List<String> tensorNames = new ArrayList<>();
    final IntBuffer producers = new IntBuffer();
    final IntBuffer inputs = new IntBuffer();
    final IntBuffer outputs = new IntBuffer();
    private final Map<String, Integer> tensorIds;
    private final Set<String> outputNames = new HashSet<>();

    GraphDraft(int tensors) {
        if (tensors < 0) {
            throw new IllegalArgumentException("a graph cannot have " + tensors + " tensors");
        }
        tensorIds = new HashMap<>((int) Math.min(tensors / LOAD_FACTOR + 1, MAX_EXPECTED));
        readOffsets.add(0);
        writeOffsets.add(0);
    }

    void addInput(String name) {
        checkName(name);
        checkUnclaimed(name, () -> "the graph's inputs");
        int tensor = tensor(name);
        producers.set(tensor, GRAPH_INPUT);
        inputs.add(tensor);
    }

    /** Adds an operator. All arguments are checked before any change, so that a refused operator leaves no trace. */
    void addOperator(String name, String type, List<String> read, List<String> written) {
        int operator = operatorNames.size();
        Objects.requireNonNull(name);
        Objects.requireNonNull(type);
        for (int i = 0; i < read.size(); i++) {
            checkName(read.get(i));
        }
        checkWritten(written, () -> "operator '" + DataflowGraph.label(name, type, operator) + "'");
        operatorNames.add(name);
        operatorTypes.add(type);
        for (int i = 0; i < read.size(); i++) {
            Integer known = tensorIds.get(read.get(i));
            reads.add(known == null ? tensor(read.get(i)) : known);
        }
        readOffsets.add(reads.size());
        for (int i = 0; i < written.size(); i++) {
            int id = tensor(written.get(i));
            producers.set(id, operator);
            writes.add(id);
        }
        writeOffsets.add(writes.size());
    }

    private void checkWritten(List<String> written, Supplier<String> producer) {
        Set<String> seen = written.size() > 1 ? new HashSet<>() : Set.of();
        for (int i = 0; i < written.size(); i++) {
            String tensor = written.get(i);
            checkName(tensor);
            checkUnclaimed(tensor, producer);
            if (written.size() > 1 && !seen.add(tensor)) {
                throw twoProducers(tensor, producer.get(), producer.get());
            }
        }
    }

    void addOutput(String name) {
        checkName(name);
        if (!outputNames.add(name)) {
            throw new IllegalArgumentException("tensor '" + name + "' is named as an output twice");
        }
        outputs.add(tensor(name));
    }

    String label(int operator) {
        return DataflowGraph.label(operatorNames.get(operator), operatorTypes.get(operator), operator);
    }

    private int tensor(String name) {
        Integer known = tensorIds.putIfAbsent(name, tensorNames.size());
        if (known != null) {
            return known;
        }
        tensorNames.add(name);
        producers.add(NOBODY);
        return tensorNames.size() - 1;
    }

    private static void checkName(String tensor) {
        if (tensor.isEmpty()) {
            throw new IllegalArgumentException("a tensor needs a name, found an empty one");
        }
    }

    private void checkUnclaimed(String tensor, Supplier<String> producer) {
        Integer known = tensorIds.get(tensor);
        int earlier = known == null ? NOBODY : producers.get(known);
        if (earlier != NOBODY) {
            throw twoProducers(tensor, producerLabel(earlier), producer.get());
        }
    }

    private static InvalidGraphException twoProducers(String tensor, String one, String other) {
        return new InvalidGraphException("tensor '" + tensor + "' has two producers: " + one + " and " + other);
    }

    private String producerLabel(int producer) {
        return producer == GRAPH_INPUT ? "the graph's inputs" : "operator '" + label(producer) + "'";
    }
}
