package io.pepper.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a builder was given, in its order, with tensors numbered as they were first named. */
final class GraphDraft {
    static final int NOBODY = -1;
    static final int GRAPH_INPUT = -2;

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
    private final Map<String, Integer> tensorIds = new HashMap<>();
    private final Set<String> outputNames = new HashSet<>();

    GraphDraft() {
        readOffsets.add(0);
        writeOffsets.add(0);
    }

    void addInput(String name) {
        int tensor = tensor(name);
        claim(tensor, GRAPH_INPUT);
        inputs.add(tensor);
    }

    void addOperator(String name, String type, List<String> read, List<String> written) {
        int operator = operatorNames.size();
        operatorNames.add(name);
        operatorTypes.add(type);
        for (String tensor : read) {
            reads.add(tensor(tensor));
        }
        readOffsets.add(reads.size());
        for (String tensor : written) {
            int id = tensor(tensor);
            claim(id, operator);
            writes.add(id);
        }
        writeOffsets.add(writes.size());
    }

    void addOutput(String name) {
        int tensor = tensor(name);
        if (!outputNames.add(name)) {
            throw new IllegalArgumentException("tensor '" + name + "' is named as an output twice");
        }
        outputs.add(tensor);
    }

    String label(int operator) {
        return DataflowGraph.label(operatorNames.get(operator), operatorTypes.get(operator), operator);
    }

    private int tensor(String name) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a tensor needs a name, found an empty one");
        }
        Integer known = tensorIds.putIfAbsent(name, tensorNames.size());
        if (known != null) {
            return known;
        }
        tensorNames.add(name);
        producers.add(NOBODY);
        return tensorNames.size() - 1;
    }

    private void claim(int tensor, int producer) {
        int earlier = producers.get(tensor);
        if (earlier != NOBODY) {
            throw new InvalidGraphException("tensor '" + tensorNames.get(tensor) + "' has two producers: "
                    + producerLabel(earlier) + " and " + producerLabel(producer));
        }
        producers.set(tensor, producer);
    }

    private String producerLabel(int producer) {
        return producer == GRAPH_INPUT ? "the graph's inputs" : "operator '" + label(producer) + "'";
    }
}
