package io.pepper.cut;

import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * The tensors that the parts of a graph share: inputs, or results of operators. Operators that cheaply compute from
 * shared tensors alone are shared, too. Of all shared tensors, some are <em>carried</em> along to each part that needs
 * them, and the operators between those and their readers are <em>recomputed</em> in each part. The carried tensors are
 * chosen to have the fewest bytes in total (a minimum cut between the shared tensors and their readers).
 *
 * <p>A shared result is computed once, in the first part that needs it, unless its operator may be recomputed and reads
 * only shared tensors itself.
 *
 * <p>Immutable and therefore thread-safe.
 */
public final class SharedTensors {
    private final Indices tensors;
    private final Indices carried;
    private final Indices recomputed;

    /** The shared operators: they depend only on shared tensors, and run in the first part that needs their results. */
    private final boolean[] apartOperators;

    private final boolean[] apartTensors;
    private final Indices all;

    /** For each shared tensor, the shared results of operators on paths from which it follows. */
    private final int[][] origins;

    SharedTensors(
            Indices tensors,
            Indices carried,
            Indices recomputed,
            boolean[] apartOperators,
            boolean[] apartTensors,
            int[][] origins) {
        this.tensors = tensors;
        this.carried = carried;
        this.recomputed = recomputed;
        this.apartOperators = apartOperators;
        this.apartTensors = apartTensors;
        all = Indices.of(IntStream.range(0, apartTensors.length)
                .filter(tensor -> apartTensors[tensor])
                .toArray());
        this.origins = origins;
    }

    static SharedTensors none(DataflowGraph graph) {
        return new SharedTensors(
                Indices.of(),
                Indices.of(),
                Indices.of(),
                new boolean[graph.operatorCount()],
                new boolean[graph.tensorCount()],
                new int[graph.tensorCount()][0]);
    }

    /**
     * Returns the tensors that were named to be shared: inputs of the graph, or results of operators.
     *
     * @return indices of tensors, ascending
     */
    public Indices tensors() {
        return tensors;
    }

    /**
     * Returns the tensors that travel to each part that needs them: shared inputs, or results that are computed once.
     *
     * @return indices of tensors, ascending
     */
    public Indices carried() {
        return carried;
    }

    /**
     * Returns the operators that each part recomputes.
     *
     * @return indices of operators, ascending
     */
    public Indices recomputed() {
        return recomputed;
    }

    /**
     * Returns whether two cuts have the same shared tensors, so that they can be used together.
     *
     * @param other the shared tensors of another cut of the same graph
     * @return true if the shared tensors, carried tensors and recomputed operators are equal
     */
    public boolean isSameAs(SharedTensors other) {
        return tensors.equals(other.tensors) && carried.equals(other.carried) && recomputed.equals(other.recomputed);
    }

    /** Returns whether an operator is shared, so that it is on no path from inputs to outputs. */
    boolean isShared(int operator) {
        return apartOperators[operator];
    }

    /** Returns whether a tensor is shared, so that it does not count as crossing. */
    boolean isSharedTensor(int tensor) {
        return apartTensors[tensor];
    }

    /** Returns all shared tensors: named ones, and those computed from them. */
    Indices all() {
        return all;
    }

    /** Returns whether a tensor is a shared result of an operator on a path from inputs to outputs. */
    boolean isMadeOnPath(int tensor) {
        return origins[tensor].length == 1 && origins[tensor][0] == tensor;
    }

    /**
     * Returns the tensors whose producers must run before an operator: those that it reads and, instead of a shared
     * tensor, the shared results on paths from which it follows.
     */
    int[] awaited(DataflowGraph graph, int operator) {
        return graph.reads(operator).stream()
                .flatMap(read -> apartTensors[read] ? Arrays.stream(origins[read]) : IntStream.of(read))
                .distinct()
                .toArray();
    }

    /** Returns a shared tensor that an operator on a path computes; empty if there is none. */
    OptionalInt anyMadeOnPath() {
        return tensors.stream().filter(this::isMadeOnPath).findFirst();
    }

    /**
     * Sets the position of each shared operator to that of the first operator that needs its results. Without one, as if
     * an output alone needs them, the operator runs as soon as it can.
     *
     * @param places the position of each operator; -1 if unused
     */
    void settle(Usage usage, int[] places) {
        if (tensors.isEmpty()) {
            return;
        }
        DataflowGraph graph = usage.graph();
        for (int operator = places.length - 1; operator >= 0; operator--) {
            if (apartOperators[operator]) {
                int earliest = Arrays.stream(awaited(graph, operator))
                        .flatMap(tensor -> graph.producer(tensor).stream())
                        .map(producer -> places[producer])
                        .max()
                        .orElse(0);
                places[operator] = graph.writes(operator).stream()
                        .flatMap(tensor -> graph.readers(tensor).stream())
                        .filter(usage::isOperatorUsed)
                        .map(reader -> places[reader])
                        .min()
                        .orElse(earliest);
            }
        }
    }

    /** Returns the shared tensors of a graph, with the tensors to carry and the operators to recompute. */
    static SharedTensors of(Usage usage, CutOptions options) {
        return options.shared().isEmpty() ? none(usage.graph()) : new SharedTensorsSearch(usage, options).find();
    }

    /** Returns the bytes of tensors; all are estimates if the size of one of them is unknown. */
    static long[] weights(DataflowGraph graph, CutOptions options, List<Integer> tensors) {
        long[] weights = new long[tensors.size()];
        for (int i = 0; i < weights.length; i++) {
            OptionalLong bytes = options.tensorBytes(tensors.get(i));
            if (bytes.isEmpty()) {
                Arrays.setAll(weights, tensor -> options.estimatedBytes(tensors.get(tensor)));
                return weights;
            }
            weights[i] = bytes.getAsLong();
        }
        return weights;
    }

    @Override
    public String toString() {
        return "SharedTensors[" + tensors + ", carried " + carried + ", recomputed " + recomputed + "]";
    }
}
