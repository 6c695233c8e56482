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
        graph.outputs().stream().forEach(tensor -> outputs[tensor] = true);
        graph.outputs().stream().forEach(tensor -> tensors[tensor] = true);
        graph.usedOperators().stream().forEach(operator -> {
            operators[operator] = true;
            Indices reads = graph.reads(operator);
            for (int i = 0; i < reads.size(); i++) {
                tensors[reads.get(i)] = true;
            }
        });
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
