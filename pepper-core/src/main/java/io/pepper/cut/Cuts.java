package io.pepper.cut;

import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The cuts of a dataflow graph at a single tensor: those tensors that lie on every path from an input of the graph to an
 * output, with at least one operator on either side. All else that an output needs is either before or after such a tensor,
 * so that it is the only thing that has to travel.
 *
 * <p>An output of the graph that is read further on can be such a tensor too, the last of all. What follows it makes only
 * by-products, so it is not listed; {@link #at} gives it by name.
 *
 * <p>Operators that no output needs are set aside. An operator that reads nothing is where paths begin, as an input is. An
 * input that is at the same time an output passes by, and hinders no cut. The cuts are then exactly the {@linkplain Bridges
 * bridges} from an operator to its tensor in the graph with a source joined to where paths begin and a sink joined to the
 * outputs: {@code docs/decisions} has the argument.
 *
 * <p>Time and memory are O(operators + tensors + edges), however many cuts there are. Immutable and therefore thread-safe.
 *
 * <pre>{@code
 * for (Cut cut : Cuts.of(graph).list()) {
 *     System.out.println(cut);
 * }
 * }</pre>
 */
public final class Cuts {
    private final DataflowGraph graph;
    private final List<Cut> list;
    private final Map<String, Cut> byTensor = new HashMap<>();
    private final int[] places;
    private final int usedOperatorCount;

    private Cuts(DataflowGraph graph, CutSearch search) {
        this.graph = graph;
        this.places = search.places();
        int[] operatorsAt = new int[search.cutTensors().length + 1];
        int used = 0;
        for (int place : places) {
            if (place >= 0) {
                operatorsAt[place]++;
                used++;
            }
        }
        usedOperatorCount = used;
        List<Cut> cuts = new ArrayList<>(search.cutTensors().length);
        int before = 0;
        for (int i = 0; i < search.cutTensors().length; i++) {
            before += operatorsAt[i];
            int tensor = search.cutTensors()[i];
            Cut cut = new Cut(graph, Indices.of(tensor), places, i, before, used - before);
            byTensor.put(graph.tensorName(tensor), cut);
            if (!search.isOutput(tensor)) {
                cuts.add(cut);
            }
        }
        list = List.copyOf(cuts);
    }

    /**
     * Finds all cuts at a single tensor.
     *
     * @param graph the graph
     * @return its cuts
     */
    public static Cuts of(DataflowGraph graph) {
        return new Cuts(graph, new CutSearch(graph));
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
     * All cuts but one at an output of the graph.
     *
     * @return the cuts in topological order: what is before one is before all that follow
     */
    public List<Cut> list() {
        return list;
    }

    /**
     * How many cuts are listed.
     *
     * @return 0 or more
     */
    public int size() {
        return list.size();
    }

    /**
     * One of the cuts.
     *
     * @param i its place in topological order, 0 to {@code size() - 1}
     * @return the cut
     * @throws IndexOutOfBoundsException if there is no such place
     */
    public Cut get(int i) {
        return list.get(i);
    }

    /**
     * The cut at a tensor, which may be an output of the graph that is read further on.
     *
     * @param tensorName the tensor's name
     * @return the cut, empty if the graph cannot be cut at this tensor alone, or has no such tensor
     */
    public Optional<Cut> at(String tensorName) {
        return Optional.ofNullable(byTensor.get(tensorName));
    }

    /**
     * Whether an output of the graph needs an operator.
     *
     * @param operator the operator's index
     * @return true if one does
     */
    public boolean isUsed(int operator) {
        return places[operator] >= 0;
    }

    /**
     * How many operators the outputs of the graph need.
     *
     * @return 0 or more
     */
    public int usedOperatorCount() {
        return usedOperatorCount;
    }

    @Override
    public String toString() {
        return "Cuts" + list;
    }
}
