package io.pepper.partition;

import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Makes segments of an assignment of operators to them. */
final class Segmentation {
    private final DataflowGraph graph;
    private final int[] segmentOf;
    private final int count;
    private final boolean[] isOutput;

    Segmentation(DataflowGraph graph, int[] segmentOf, int count) {
        this.graph = graph;
        this.segmentOf = segmentOf;
        this.count = count;
        isOutput = new boolean[graph.tensorCount()];
        graph.outputs().stream().forEach(tensor -> isOutput[tensor] = true);
    }

    /** The operators that an output needs. */
    static boolean[] usedOperators(DataflowGraph graph) {
        boolean[] wanted = new boolean[graph.tensorCount()];
        graph.outputs().stream().forEach(tensor -> wanted[tensor] = true);
        boolean[] used = new boolean[graph.operatorCount()];
        for (int operator = used.length - 1; operator >= 0; operator--) {
            used[operator] = graph.writes(operator).stream().anyMatch(tensor -> wanted[tensor]);
            if (used[operator]) {
                graph.reads(operator).stream().forEach(tensor -> wanted[tensor] = true);
            }
        }
        return used;
    }

    List<Segment> segments() {
        int[] sizes = new int[count];
        for (int segment : segmentOf) {
            if (segment >= 0) {
                sizes[segment]++;
            }
        }
        int[][] operators = new int[count][];
        Arrays.setAll(operators, segment -> new int[sizes[segment]]);
        for (int operator = segmentOf.length - 1; operator >= 0; operator--) {
            int segment = segmentOf[operator];
            if (segment >= 0) {
                operators[segment][--sizes[segment]] = operator;
            }
        }
        List<Segment> segments = new ArrayList<>(count);
        for (int segment = 0; segment < count; segment++) {
            segments.add(segment(segment, operators[segment]));
        }
        return List.copyOf(segments);
    }

    private Segment segment(int index, int[] operators) {
        int[] inputs = Arrays.stream(operators)
                .flatMap(operator -> graph.reads(operator).stream())
                .filter(tensor -> graph.producer(tensor).isEmpty()
                        || segmentOf[graph.producer(tensor).getAsInt()] != index)
                .sorted()
                .distinct()
                .toArray();
        int[] outputs = Arrays.stream(operators)
                .flatMap(operator -> graph.writes(operator).stream())
                .filter(tensor -> isOutput[tensor] || isReadElsewhere(tensor, index))
                .sorted()
                .toArray();
        return new Segment(index, Indices.of(operators), Indices.of(inputs), Indices.of(outputs));
    }

    private boolean isReadElsewhere(int tensor, int index) {
        return graph.readers(tensor).stream().anyMatch(reader -> segmentOf[reader] >= 0 && segmentOf[reader] != index);
    }
}
