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
        int tensor = tensor(name);
        checkUnclaimed(tensor, () -> "the graph's inputs");
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
        int last = tensorNames.size() - 1;
        claim(written, operator, () -> "operator '" + DataflowGraph.label(name, type, operator) + "'");
        operatorNames.add(name);
        operatorTypes.add(type);
        for (int i = 0; i < read.size(); i++) {
            boolean isLast = last >= 0 && tensorNames.get(last).equals(read.get(i)); // As most often in a chain.
            reads.add(isLast ? last : tensor(read.get(i)));
        }
        readOffsets.add(reads.size());
        writeOffsets.add(writes.size());
    }

    /** Makes an operator the producer of tensors, or changes nothing. */
    private void claim(List<String> written, int operator, Supplier<String> producer) {
        if (written.size() > 1) {
            checkSeveral(written, producer);
        }
        for (int i = 0; i < written.size(); i++) {
            checkName(written.get(i));
            int id = tensor(written.get(i));
            checkUnclaimed(id, producer);
            producers.set(id, operator);
            writes.add(id);
        }
    }

    private void checkSeveral(List<String> written, Supplier<String> producer) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < written.size(); i++) {
            String name = written.get(i);
            checkName(name);
            Integer known = tensorIds.get(name);
            if (known != null) {
                checkUnclaimed(known, producer);
            }
            if (!seen.add(name)) {
                throw twoProducers(name, producer.get(), producer.get());
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

    private void checkUnclaimed(int tensor, Supplier<String> producer) {
        int earlier = producers.get(tensor);
        if (earlier != NOBODY) {
            throw twoProducers(tensorNames.get(tensor), producerLabel(earlier), producer.get());
        }
    }

    private static InvalidGraphException twoProducers(String tensor, String one, String other) {
        return new InvalidGraphException("tensor '" + tensor + "' has two producers: " + one + " and " + other);
    }

    private String producerLabel(int producer) {
        return producer == GRAPH_INPUT ? "the graph's inputs" : "operator '" + label(producer) + "'";
    }
}
