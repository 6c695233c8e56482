package io.pepper.cut;

import io.pepper.cut.internal.Adjacency;
import io.pepper.cut.internal.LowLink;
import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** A search for the tensors that separate inputs from outputs, and the number of them before each operator. */
final class CutSearch {
    private final Usage usage;
    private final SharedTensors sharing;
    private final DataflowGraph graph;

    /** The operators from which unshared tensors lead to an output; all others make shared tensors alone. */
    private final boolean[] leads;

    private final int[] cutTensors;
    private final int[] places;

    CutSearch(Usage usage, SharedTensors sharing) {
        this.usage = usage;
        this.sharing = sharing;
        this.graph = usage.graph();
        leads = leads();
        cutTensors = findCuts();
        places = findPlaces();
    }

    /** Returns the tensors at which the graph can be cut, in topological order. */
    int[] cutTensors() {
        return cutTensors;
    }

    /** Returns the number of cuts before each operator; -1 if no output needs it, or if it is shared. */
    int[] places() {
        return places;
    }

    /** Returns whether an operator is on a path from inputs to outputs. */
    private boolean isOnPath(int operator) {
        return usage.isOperatorUsed(operator) && !sharing.isShared(operator);
    }

    /** Returns whether a tensor is on a path from inputs to outputs. */
    private boolean flows(int tensor) {
        return usage.isTensorUsed(tensor) && !sharing.isSharedTensor(tensor);
    }

    private int[] findCuts() {
        int[] ends = LowLink.bridgeEnds(new Flow().adjacency());
        int[] found = new int[graph.tensorCount()];
        int count = 0;
        for (int tensor = 0; tensor < found.length; tensor++) {
            OptionalInt producer = graph.producer(tensor);
            if (producer.isPresent()
                    && flows(tensor)
                    && (usage.isOutput(tensor) ? hasReader(tensor) : hasLeadingReader(tensor))
                    && LowLink.isBridge(ends, graph.operatorCount() + tensor, producer.getAsInt())) {
                found[count++] = tensor;
            }
        }
        return Arrays.copyOf(found, count);
    }

    private boolean hasReader(int tensor) {
        Indices readers = graph.readers(tensor);
        for (int i = 0; i < readers.size(); i++) {
            if (isOnPath(readers.get(i))) {
                return true;
            }
        }
        return false;
    }

    private boolean hasLeadingReader(int tensor) {
        return graph.readers(tensor).stream().anyMatch(reader -> isOnPath(reader) && leads[reader]);
    }

    private boolean[] leads() {
        boolean[] found = new boolean[graph.operatorCount()];
        for (int operator = found.length - 1; operator >= 0; operator--) {
            found[operator] = isOnPath(operator)
                    && graph.writes(operator).stream()
                            .filter(this::flows)
                            .anyMatch(tensor -> usage.isOutput(tensor)
                                    || graph.readers(tensor).stream().anyMatch(reader -> found[reader]));
        }
        return found;
    }

    private int[] findPlaces() {
        int[] placeAfter = new int[graph.tensorCount()];
        for (int i = 0; i < cutTensors.length; i++) {
            placeAfter[cutTensors[i]] = i + 1;
        }
        int[] found = new int[graph.operatorCount()];
        for (int operator = 0; operator < found.length; operator++) {
            if (!usage.isOperatorUsed(operator)) {
                found[operator] = -1;
                continue;
            }
            Indices reads = graph.reads(operator);
            for (int i = 0; i < reads.size(); i++) {
                found[operator] = Math.max(found[operator], placeAfter[reads.get(i)]);
            }
            Indices writes = graph.writes(operator);
            for (int i = 0; i < writes.size(); i++) {
                placeAfter[writes.get(i)] = Math.max(placeAfter[writes.get(i)], found[operator]);
            }
            found[operator] = isOnPath(operator) ? found[operator] : -1;
        }
        return found;
    }

    /** The used part of the graph as an undirected graph with a source and a sink. */
    private final class Flow {
        private final int source = graph.operatorCount() + graph.tensorCount();
        private final int sink = source + 1;
        private final int[] ends;
        private final int[] otherEnds;
        private int count;

        Flow() {
            int awaited = IntStream.range(0, graph.operatorCount())
                    .filter(operator -> isOnPath(operator) && !leads[operator])
                    .map(operator -> sharing.awaited(graph, operator).length)
                    .sum();
            int bound = graph.edgeCount() + graph.operatorCount() + graph.tensorCount() + awaited;
            ends = new int[bound];
            otherEnds = new int[bound];
        }

        private void join(int end, int otherEnd) {
            ends[count] = end;
            otherEnds[count++] = otherEnd;
        }

        private int vertex(int tensor) {
            return graph.operatorCount() + tensor;
        }

        Adjacency adjacency() {
            for (int operator = 0; operator < graph.operatorCount(); operator++) {
                if (isOnPath(operator)) {
                    joinOperator(operator);
                }
            }
            for (int tensor = 0; tensor < graph.tensorCount(); tensor++) {
                if (sharing.isSharedTensor(tensor)) {
                    continue;
                }
                if (graph.producer(tensor).isEmpty()) {
                    if (hasReader(tensor)) {
                        join(source, vertex(tensor));
                    }
                } else if (usage.isOutput(tensor)) {
                    join(vertex(tensor), sink);
                }
            }
            return Adjacency.of(sink + 1, ends, otherEnds, count);
        }

        /**
         * Joins an operator with what it reads and writes. Shared tensors join only those that make shared tensors
         * themselves: these run as soon as they can, so that what else they read must be on the same side.
         */
        private void joinOperator(int operator) {
            Indices reads = leads[operator] ? graph.reads(operator) : Indices.of(sharing.awaited(graph, operator));
            boolean begins = true;
            for (int i = 0; i < reads.size(); i++) {
                if (!leads[operator] || !sharing.isSharedTensor(reads.get(i))) {
                    join(vertex(reads.get(i)), operator);
                    begins = false;
                }
            }
            if (begins) {
                join(source, operator);
            }
            Indices writes = graph.writes(operator);
            for (int i = 0; i < writes.size(); i++) {
                if (usage.isTensorUsed(writes.get(i))) {
                    join(operator, vertex(writes.get(i)));
                }
            }
        }
    }
}
