package io.pepper.cut;

import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import java.util.BitSet;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * A cut of a dataflow graph: a set of operators that holds, with each operator, all that it needs; and the tensors that
 * cross from these to the rest. Operators that no output of the graph needs stand on neither side.
 *
 * <p>Where inputs of the graph are {@linkplain SharedInputs shared}, they and what is carried along for them do not count as
 * crossing; an operator that is computed on both sides counts as before the cut.
 *
 * <p>Immutable and therefore thread-safe. Two cuts are equal if they are the same object.
 */
public final class Cut {
    private final DataflowGraph graph;
    private final SharedInputs sharing;
    private final Indices tensors;
    private final OptionalLong bytes;
    private final CutSides sides;

    Cut(DataflowGraph graph, SharedInputs sharing, Indices tensors, OptionalLong bytes, CutSides sides) {
        this.graph = graph;
        this.sharing = sharing;
        this.tensors = tensors;
        this.bytes = bytes;
        this.sides = sides;
    }

    /**
     * The graph that is cut.
     *
     * @return the graph
     */
    public DataflowGraph graph() {
        return graph;
    }

    /**
     * Returns what both sides of the cut share.
     *
     * @return the same for all cuts that were found together
     */
    public SharedInputs sharing() {
        return sharing;
    }

    /**
     * The tensors that cross: made before the cut, or inputs of the graph, and read after it; without those that are shared.
     *
     * @return indices of tensors, ascending
     */
    public Indices tensors() {
        return tensors;
    }

    /**
     * The shared tensors that travel to the operators after the cut, beside those that cross.
     *
     * @return indices of tensors, ascending
     */
    public Indices carried() {
        BitSet again = recomputedAfter();
        return Indices.of(sharing.carried().stream()
                .filter(tensor ->
                        graph.readers(tensor).stream().anyMatch(reader -> isAfter(reader) || again.get(reader)))
                .toArray());
    }

    /** The operators before the cut that are computed again after it: readers come after what they read. */
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
     * @return the bytes of {@link #tensors()}, empty if the size of one is not known
     */
    public OptionalLong bytes() {
        return bytes;
    }

    /**
     * The operators after the cut that read a tensor that crosses it.
     *
     * @return indices of operators, ascending, each once
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
