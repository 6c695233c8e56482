package io.pepper.partition;

import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** The construction of segments from an assignment of operators to segments. */
final class Segmentation {
    private static final int[] NONE = {};

    private final DataflowGraph graph;
    private final BitSet recomputed = new BitSet();
    private final int[] segmentOf;
    private final int count;
    private final boolean[] isOutput;

    /** For each operator, the last segment examined so far that contains or recomputes it. */
    private final int[] lastHolder;

    /** By tensor: whether it is an input of a segment. */
    private final boolean[] isTaken;

    Segmentation(DataflowGraph graph, Indices recomputed, int[] segmentOf, int count) {
        this.graph = graph;
        recomputed.stream().forEach(this.recomputed::set);
        this.segmentOf = segmentOf;
        this.count = count;
        isOutput = new boolean[graph.tensorCount()];
        graph.outputs().stream().forEach(tensor -> isOutput[tensor] = true);
        lastHolder = new int[graph.operatorCount()];
        Arrays.fill(lastHolder, -1);
        isTaken = new boolean[graph.tensorCount()];
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
        List<Segment> drafts = new ArrayList<>(count);
        for (int segment = 0; segment < count; segment++) {
            drafts.add(withInputs(segment, operators[segment]));
        }
        return drafts.stream().map(this::withOutputs).toList();
    }

    private Segment withInputs(int index, int[] operators) {
        Arrays.stream(operators).forEach(operator -> lastHolder[operator] = index);
        int[] again = again(index, operators);
        Arrays.stream(again).forEach(operator -> lastHolder[operator] = index);
        int[] inputs = IntStream.concat(Arrays.stream(operators), Arrays.stream(again))
                .flatMap(operator -> graph.reads(operator).stream())
                .filter(tensor -> graph.producer(tensor).isEmpty()
                        || lastHolder[graph.producer(tensor).getAsInt()] != index)
                .sorted()
                .distinct()
                .toArray();
        Arrays.stream(inputs).forEach(tensor -> isTaken[tensor] = true);
        return new Segment(index, Indices.of(operators), Indices.of(again), Indices.of(inputs), Indices.of());
    }

    /**
     * Returns the operators of other segments that must be recomputed, by a search back from the tensors that the
     * operators read.
     */
    private int[] again(int index, int... operators) {
        if (recomputed.isEmpty()) {
            return NONE;
        }
        TreeSet<Integer> found = new TreeSet<>();
        IntPredicate isWanted = operator -> segmentOf[operator] != index && recomputed.get(operator);
        Deque<Integer> open = new ArrayDeque<>();
        Arrays.stream(operators).forEach(open::add);
        while (!open.isEmpty()) {
            graph.reads(open.pop()).stream()
                    .flatMap(tensor -> graph.producer(tensor).stream())
                    .filter(isWanted)
                    .filter(found::add)
                    .forEach(open::push);
        }
        return found.stream().mapToInt(Integer::intValue).toArray();
    }

    private Segment withOutputs(Segment draft) {
        int[] outputs = draft.operators().stream()
                .flatMap(operator -> graph.writes(operator).stream())
                .filter(tensor -> isOutput[tensor] || isTaken[tensor])
                .sorted()
                .toArray();
        return new Segment(draft.index(), draft.operators(), draft.recomputed(), draft.inputs(), Indices.of(outputs));
    }
}
