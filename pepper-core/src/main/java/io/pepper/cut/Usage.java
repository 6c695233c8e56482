package io.pepper.cut;

import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;

/** The operators and tensors of a graph that its outputs need. */
final class Usage {
    private final DataflowGraph graph;
    private final boolean[] operators;
    private final boolean[] tensors;
    private final boolean[] outputs;

    Usage(DataflowGraph graph) {
        this.graph = graph;
        operators = new boolean[graph.operatorCount()];
        tensors = new boolean[graph.tensorCount()];
        outputs = new boolean[graph.tensorCount()];
        Indices results = graph.outputs();
        for (int i = 0; i < results.size(); i++) {
            outputs[results.get(i)] = true;
            tensors[results.get(i)] = true;
        }
        Indices used = graph.usedOperators();
        for (int i = 0; i < used.size(); i++) {
            operators[used.get(i)] = true;
            Indices reads = graph.reads(used.get(i));
            for (int read = 0; read < reads.size(); read++) {
                tensors[reads.get(read)] = true;
            }
        }
    }

    DataflowGraph graph() {
        return graph;
    }

    boolean isOperatorUsed(int operator) {
        return operators[operator];
    }

    boolean isTensorUsed(int tensor) {
        return tensors[tensor];
    }

    boolean isOutput(int tensor) {
        return outputs[tensor];
    }
}
