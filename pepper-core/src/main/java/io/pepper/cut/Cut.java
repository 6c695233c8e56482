package io.pepper.cut;

import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import java.util.BitSet;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * A cut of a dataflow graph: a set of operators that contains, with each operator, all operators that it needs, and the
 * tensors that cross from this set to the other operators. Operators that no output of the graph needs are on neither
 * side.
 *
 * <p>Where tensors are {@linkplain SharedTensors shared}, these and the tensors carried along for them do not count as
 * crossing. An operator that is computed on both sides counts as before the cut.
 *
 * <p>Immutable and therefore thread-safe. Cuts are compared by identity.
 */
public final class Cut {
    private final DataflowGraph graph;
    private final SharedTensors sharing;
    private final Indices tensors;
    private final OptionalLong bytes;
    private final CutSides sides;

    Cut(DataflowGraph graph, SharedTensors sharing, Indices tensors, OptionalLong bytes, CutSides sides) {
        this.graph = graph;
        this.sharing = sharing;
        this.tensors = tensors;
        this.bytes = bytes;
        this.sides = sides;
    }

    /**
     * Returns the graph of the cut.
     *
     * @return the graph
     */
    public DataflowGraph graph() {
        return graph;
    }

    /**
     * Returns the tensors that both sides of the cut share.
     *
     * @return the shared tensors; the same object for all cuts of one search
     */
    public SharedTensors sharing() {
        return sharing;
    }

    /**
     * Returns the crossing tensors: results of operators before the cut, or inputs of the graph, that operators after
     * the cut read; without shared tensors.
     *
     * @return indices of tensors, ascending
     */
    public Indices tensors() {
        return tensors;
    }

    /**
     * Returns the shared tensors that travel to the operators after the cut, besides the crossing tensors: shared inputs,
     * and shared results that are computed before the cut.
     *
     * @return indices of tensors, ascending
     */
    public Indices carried() {
        BitSet again = recomputedAfter();
        return Indices.of(sharing.all().stream()
                .filter(tensor -> graph.producer(tensor).stream()
                        .allMatch(producer -> isBefore(producer) && !again.get(producer)))
                .filter(tensor ->
                        graph.readers(tensor).stream().anyMatch(reader -> isAfter(reader) || again.get(reader)))
                .toArray());
    }

    /**
     * Returns the operators before the cut that are recomputed after it. The loop visits readers after the operators
     * that they read from.
     */
    private BitSet recomputedAfter() {
        BitSet again = new BitSet();
        for (int i = sharing.recomputed().size() - 1; i >= 0; i--) {
            int operator = sharing.recomputed().get(i);
            again.set(
                    operator,
                    graph.writes(operator).stream()
                            .flatMap(tensor -> graph.readers(tensor).stream())
                            .anyMatch(reader -> isAfter(reader) || again.get(reader)));
        }
        return again;
    }

    /**
     * Returns the number of crossing tensors.
     *
     * @return 1 or more; 0 only for a {@link MinimumCut} between unconnected operators
     */
    public int width() {
        return tensors.size();
    }

    /**
     * Returns the bytes that cross.
     *
     * @return the bytes of {@link #tensors()}; empty if a size is unknown
     */
    public OptionalLong bytes() {
        return bytes;
    }

    /**
     * Returns the operators after the cut that read a crossing tensor.
     *
     * @return indices of operators, ascending and distinct
     */
    public Indices readers() {
        return Indices.of(tensors.stream()
                .flatMap(tensor -> graph.readers(tensor).stream())
                .filter(this::isAfter)
                .sorted()
                .distinct()
                .toArray());
    }

    /**
     * Returns whether an operator is on the side of the inputs.
     *
     * @param operator the operator's index
     * @return true if it is before the cut; false if it is after, or unused
     */
    public boolean isBefore(int operator) {
        return sides.isBefore(operator);
    }

    /**
     * Returns whether an operator is on the side of the outputs.
     *
     * @param operator the operator's index
     * @return true if it is after the cut; false if it is before, or unused
     */
    public boolean isAfter(int operator) {
        return sides.isAfter(operator);
    }

    /**
     * Returns the number of operators before the cut.
     *
     * @return 1 or more
     */
    public int operatorsBefore() {
        return sides.operatorsBefore();
    }

    /**
     * Returns the number of operators after the cut.
     *
     * @return 1 or more
     */
    public int operatorsAfter() {
        return sides.operatorsAfter();
    }

    /** For instance {@code cut at 'relu5' (12 operators before, 40 after)}. */
    @Override
    public String toString() {
        String names = tensors.stream().mapToObj(graph::tensorName).collect(Collectors.joining("', '", "'", "'"));
        return "cut at " + names + " (" + operatorsBefore() + " operators before, " + operatorsAfter() + " after)";
    }
}
