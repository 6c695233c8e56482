package io.pepper.cut;

import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;

/**
 * Some operators of a graph, and the tensors that are alive while they run one after another. A tensor is alive from
 * its production, or from the start if it comes from elsewhere, until its last reader has run, or to the end if it is
 * kept. Operators and tensors have local numbers.
 */
final class LiveProblem {
    private final int[] operators;
    private final int[][] reads;
    private final int[][] writes;
    private final int[][] readers;
    private final int[][] successors;
    private final int[][] predecessors;

    /**
     * The previous twin of each operator. Twins run in their original order, as if each read from the one before it.
     */
    private final int[] previousTwins;

    private final boolean[] kept;
    private final long[] weights;
    private final long startWeight;

    /**
     * Creates a problem.
     *
     * @param graph the graph
     * @param operators indices of operators in a topological order
     * @param readsOf the tensors that an operator must find
     * @param counts whether a tensor counts at all
     * @param isKept whether a tensor stays alive to the end
     * @param weight the weight of a tensor
     */
    LiveProblem(
            DataflowGraph graph,
            int[] operators,
            IntFunction<Indices> readsOf,
            IntPredicate counts,
            IntPredicate isKept,
            IntToLongFunction weight) {
        this.operators = operators;
        Map<Integer, Integer> numbers = new HashMap<>();
        reads = new int[operators.length][];
        writes = new int[operators.length][];
        for (int i = 0; i < operators.length; i++) {
            reads[i] = numbered(readsOf.apply(operators[i]), counts, numbers);
            writes[i] = numbered(graph.writes(operators[i]), counts, numbers);
        }
        kept = new boolean[numbers.size()];
        weights = new long[numbers.size()];
        numbers.forEach((tensor, number) -> {
            kept[number] = isKept.test(tensor);
            weights[number] = weight.applyAsLong(tensor);
        });
        int[] makers = new int[numbers.size()];
        Arrays.fill(makers, -1);
        for (int i = 0; i < operators.length; i++) {
            for (int tensor : writes[i]) {
                makers[tensor] = i;
            }
        }
        readers = readers();
        previousTwins = new LiveTwins(reads, writes, readers, makers, kept, weights).previous();
        successors = new int[operators.length][];
        predecessors = new int[operators.length][];
        for (int i = 0; i < operators.length; i++) {
            successors[i] = Arrays.stream(writes[i])
                    .flatMap(tensor -> Arrays.stream(readers[tensor]))
                    .distinct()
                    .toArray();
            predecessors[i] = IntStream.concat(
                            IntStream.of(previousTwins[i]),
                            Arrays.stream(reads[i]).map(tensor -> makers[tensor]))
                    .filter(before -> before >= 0)
                    .distinct()
                    .toArray();
        }
        for (int i = 0; i < operators.length; i++) {
            if (previousTwins[i] >= 0) {
                int[] after = successors[previousTwins[i]];
                successors[previousTwins[i]] = IntStream.concat(Arrays.stream(after), IntStream.of(i))
                        .distinct()
                        .toArray();
            }
        }
        long start = 0;
        for (int tensor = 0; tensor < makers.length; tensor++) {
            start += makers[tensor] < 0 ? weights[tensor] : 0;
        }
        startWeight = start;
    }

    private static int[] numbered(Indices tensors, IntPredicate counts, Map<Integer, Integer> numbers) {
        return tensors.stream()
                .filter(counts)
                .distinct()
                .map(tensor -> {
                    Integer number = numbers.putIfAbsent(tensor, numbers.size());
                    return number == null ? numbers.size() - 1 : number;
                })
                .toArray();
    }

    private int[][] readers() {
        int[] counts = new int[weights.length];
        for (int[] row : reads) {
            for (int tensor : row) {
                counts[tensor]++;
            }
        }
        int[][] found = new int[weights.length][];
        Arrays.setAll(found, tensor -> new int[counts[tensor]]);
        for (int i = reads.length - 1; i >= 0; i--) {
            for (int tensor : reads[i]) {
                found[tensor][--counts[tensor]] = i;
            }
        }
        return found;
    }

    int size() {
        return operators.length;
    }

    /** Returns the operator with a local number. */
    int operator(int number) {
        return operators[number];
    }

    /** Returns the bytes alive before the first operator: all tensors that come from outside. */
    long startWeight() {
        return startWeight;
    }

    /** Returns the bytes of the tensors that an operator makes, read or not. */
    long madeWeight(int number) {
        long sum = 0;
        for (int tensor : writes[number]) {
            sum += weights[tensor];
        }
        return sum;
    }

    /** Returns the bytes that an operator frees: tensors without any further reader. */
    long freedWeight(int number, IntPredicate isDone) {
        long sum = 0;
        for (int tensor : reads[number]) {
            sum += !kept[tensor] && isLastReader(tensor, number, isDone) ? weights[tensor] : 0;
        }
        for (int tensor : writes[number]) {
            sum += !kept[tensor] && readers[tensor].length == 0 ? weights[tensor] : 0;
        }
        return sum;
    }

    private boolean isLastReader(int tensor, int number, IntPredicate isDone) {
        // Operators usually run in about their original order: the last readers are tested first.
        for (int i = readers[tensor].length - 1; i >= 0; i--) {
            int reader = readers[tensor][i];
            if (reader != number && !isDone.test(reader)) {
                return false;
            }
        }
        return true;
    }

    /** Returns the operators that read the results of an operator, and its next twin. */
    int[] successors(int number) {
        return successors[number];
    }

    /** Returns the operators whose results an operator reads, and its previous twin. */
    int[] predecessors(int number) {
        return predecessors[number];
    }
}
