package io.pepper.cut;

import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/**
 * The inputs that the parts of a graph share, and the operators that cheaply compute from these inputs alone. Of these,
 * some tensors are <em>carried</em> along to each part that needs them, and the operators between those and their
 * readers are <em>recomputed</em> in each part. The carried tensors are chosen to have the fewest bytes in total (a
 * minimum cut between the shared inputs and their readers).
 *
 * <p>Immutable and therefore thread-safe.
 */
public final class SharedInputs {
    private final Indices inputs;
    private final Indices carried;
    private final Indices recomputed;

    /** The shared operators, which are cheap and depend only on shared inputs, and all shared tensors. */
    private final boolean[] apartOperators;

    private final boolean[] apartTensors;

    SharedInputs(
            Indices inputs, Indices carried, Indices recomputed, boolean[] apartOperators, boolean[] apartTensors) {
        this.inputs = inputs;
        this.carried = carried;
        this.recomputed = recomputed;
        this.apartOperators = apartOperators;
        this.apartTensors = apartTensors;
    }

    static SharedInputs none(DataflowGraph graph) {
        return new SharedInputs(
                Indices.of(),
                Indices.of(),
                Indices.of(),
                new boolean[graph.operatorCount()],
                new boolean[graph.tensorCount()]);
    }

    /**
     * Returns the shared inputs.
     *
     * @return indices of tensors, ascending
     */
    public Indices inputs() {
        return inputs;
    }

    /**
     * Returns the tensors that travel to each part that needs them: shared inputs, or results that are computed from
     * them once.
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
     * Returns whether two cuts have the same shared inputs, so that they can be used together.
     *
     * @param other the shared inputs of another cut of the same graph
     * @return true if the inputs, carried tensors and recomputed operators are equal
     */
    public boolean isSameAs(SharedInputs other) {
        return inputs.equals(other.inputs) && carried.equals(other.carried) && recomputed.equals(other.recomputed);
    }

    /** Returns whether an operator is shared, so that it is on no path from inputs to outputs. */
    boolean isShared(int operator) {
        return apartOperators[operator];
    }

    /** Returns whether a tensor is shared, so that it does not count as crossing. */
    boolean isSharedTensor(int tensor) {
        return apartTensors[tensor];
    }

    /**
     * Sets the position of each shared operator to that of the first operator that needs its results.
     *
     * @param places the position of each operator; -1 if unused
     */
    void settle(Usage usage, int[] places) {
        if (inputs.isEmpty()) {
            return;
        }
        DataflowGraph graph = usage.graph();
        for (int operator = places.length - 1; operator >= 0; operator--) {
            if (apartOperators[operator]) {
                places[operator] = graph.writes(operator).stream()
                        .flatMap(tensor -> graph.readers(tensor).stream())
                        .filter(usage::isOperatorUsed)
                        .map(reader -> places[reader])
                        .min()
                        .orElse(0);
            }
        }
    }

    /** Returns the shared inputs of a graph, with the tensors to carry and the operators to recompute. */
    static SharedInputs of(Usage usage, CutOptions options) {
        return options.shared().isEmpty() ? none(usage.graph()) : new SharedInputsSearch(usage, options).find();
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

    /** For instance {@code shares 'mask', carries 'mask_wide', recomputes 2 operators}. */
    @Override
    public String toString() {
        return "Sharing[inputs " + inputs + ", carried " + carried + ", recomputed " + recomputed + "]";
    }
}
