package io.pepper.graph;

import java.util.List;

/** Builds a chain of a million operators, given last to first: run in a JVM of its own with little memory. */
final class LongChain {
    private static final int OPERATORS = 1_000_000;

    private LongChain() {}

    public static void main(String[] arguments) {
        DataflowGraph graph = reversed(OPERATORS);
        for (int i = 0; i < OPERATORS; i++) {
            if (graph.operatorPosition(i) != OPERATORS - 1 - i || graph.reads(i).get(0) != i) {
                throw new IllegalStateException("operator " + i + " is out of place");
            }
        }
    }

    /** A chain whose operators are given in reverse, so that the first one needs all others. */
    static DataflowGraph reversed(int operators) {
        DataflowGraph.Builder builder = DataflowGraph.builder().input("t0");
        for (int i = operators - 1; i >= 0; i--) {
            builder.operator("op" + i, "Op", List.of("t" + i), List.of("t" + (i + 1)));
        }
        return builder.output("t" + operators).build();
    }
}
