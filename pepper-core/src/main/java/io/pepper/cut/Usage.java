package io.pepper.cut;

import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;

/** What of a graph its outputs need. */
final class Usage {
    private final DataflowGraph graph;
    private final boolean[] operators;
    private final boolean[] tensors;
    private final boolean[] outputs;

    /** Backwards from the outputs: readers come after what they read. */
    Usage(DataflowGraph graph) {
        this.graph = graph;
        operators = new boolean[graph.operatorCount()];
        tensors = new boolean[graph.tensorCount()];
        outputs = new boolean[graph.tensorCount()];
        graph.outputs().stream().forEach(tensor -> outputs[tensor] = true);
        graph.outputs().stream().forEach(tensor -> tensors[tensor] = true);
        for (int operator = graph.operatorCount() - 1; operator >= 0; operator--) {
            Indices writes = graph.writes(operator);
            for (int i = 0; i < writes.size(); i++) {
                operators[operator] |= tensors[writes.get(i)];
            }
            if (operators[operator]) {
                Indices reads = graph.reads(operator);
                for (int i = 0; i < reads.size(); i++) {
                    tensors[reads.get(i)] = true;
                }
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
