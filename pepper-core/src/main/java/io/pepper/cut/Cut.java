package io.pepper.cut;

import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import java.util.stream.Collectors;

/**
 * A cut of a dataflow graph: a set of operators that holds, with each operator, all that it needs; and the tensors that
 * cross from these to the rest. Operators that no output of the graph needs stand on neither side.
 *
 * <p>Immutable and therefore thread-safe. Two cuts are equal if they are the same object.
 */
public final class Cut {
    private final DataflowGraph graph;
    private final Indices tensors;
    private final int operatorsBefore;
    private final int operatorsAfter;

    /*
     * The place of each operator, -1 if no output needs it: those of a place up to the threshold are before the cut. All cuts
     * along one order share the places, so that many cuts of a large graph take little memory.
     */
    private final int[] places;
    private final int threshold;

    Cut(DataflowGraph graph, Indices tensors, int[] places, int threshold, int operatorsBefore, int operatorsAfter) {
        this.graph = graph;
        this.tensors = tensors;
        this.places = places;
        this.threshold = threshold;
        this.operatorsBefore = operatorsBefore;
        this.operatorsAfter = operatorsAfter;
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
     * The tensors that cross: made before the cut and read after it.
     *
     * @return indices of tensors, ascending
     */
    public Indices tensors() {
        return tensors;
    }

    /**
     * How many tensors cross.
     *
     * @return 1 or more
     */
    public int width() {
        return tensors.size();
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
     * Whether an operator is on the side of the inputs.
     *
     * @param operator the operator's index
     * @return true if it is before the cut; false if it is after, or unused
     */
    public boolean isBefore(int operator) {
        return places[operator] >= 0 && places[operator] <= threshold;
    }

    /**
     * Whether an operator is on the side of the outputs.
     *
     * @param operator the operator's index
     * @return true if it is after the cut; false if it is before, or unused
     */
    public boolean isAfter(int operator) {
        return places[operator] > threshold;
    }

    /**
     * How many operators are before the cut.
     *
     * @return 1 or more
     */
    public int operatorsBefore() {
        return operatorsBefore;
    }

    /**
     * How many operators are after the cut.
     *
     * @return 1 or more
     */
    public int operatorsAfter() {
        return operatorsAfter;
    }

    /** For instance {@code cut at 'relu5' (12 operators before, 40 after)}. */
    @Override
    public String toString() {
        String names = tensors.stream().mapToObj(graph::tensorName).collect(Collectors.joining("', '", "'", "'"));
        return "cut at " + names + " (" + operatorsBefore + " operators before, " + operatorsAfter + " after)";
    }
}
