package io.pepper.cut;

import io.pepper.graph.DataflowGraph;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** All sets of operators of a small graph that hold, with each operator, all that it needs: by trying every one. */
public final class ClosedSets {
    private final DataflowGraph graph;
    private final int[] operators;

    private ClosedSets(DataflowGraph graph, int... operators) {
        this.graph = graph;
        this.operators = operators;
    }

    /** Of the operators that an output needs, those that are not left out. */
    public static ClosedSets of(DataflowGraph graph, IntPredicate isLeftOut) {
        BitSet needed = needed(graph);
        return new ClosedSets(
                graph, needed.stream().filter(o -> !isLeftOut.test(o)).toArray());
    }

    /** The operators that an output needs. */
    public static BitSet needed(DataflowGraph graph) {
        BitSet needed = new BitSet();
        List<Integer> open = new ArrayList<>();
        graph.outputs().forEach(open::add);
        while (!open.isEmpty()) {
            graph.producer(open.remove(open.size() - 1)).ifPresent(producer -> {
                if (!needed.get(producer)) {
                    needed.set(producer);
                    graph.reads(producer).forEach(open::add);
                }
            });
        }
        return needed;
    }

    public int size() {
        return operators.length;
    }

    /** The place of an operator, or -1. */
    int bit(int operator) {
        return IntStream.range(0, operators.length)
                .filter(i -> operators[i] == operator)
                .findFirst()
                .orElse(-1);
    }

    int operator(int bit) {
        return operators[bit];
    }

    boolean holds(int set, int operator) {
        int bit = bit(operator);
        return bit >= 0 && (set >> bit & 1) == 1;
    }

    boolean isClosed(int set) {
        for (int bit = 0; bit < operators.length; bit++) {
            if ((set >> bit & 1) == 1) {
                for (int tensor : graph.reads(operators[bit])) {
                    int producer = graph.producer(tensor).orElse(-1);
                    if (producer >= 0 && bit(producer) >= 0 && !holds(set, producer)) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /** The tensors that are made in a set, or given, and read by others. */
    int[] crossing(int set, IntPredicate isLeftOut) {
        return IntStream.range(0, graph.tensorCount())
                .filter(tensor -> !isLeftOut.test(tensor))
                .filter(tensor -> graph.producer(tensor).isEmpty()
                        || holds(set, graph.producer(tensor).getAsInt()))
                .filter(tensor -> graph.readers(tensor).stream().anyMatch(r -> bit(r) >= 0 && !holds(set, r)))
                .toArray();
    }
}
