package io.pepper.cut;

import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The cuts of a dataflow graph. They are nested: the operators before a cut include those before all earlier cuts.
 *
 * <p><b>At a single tensor</b>: those tensors that lie on every path from an input of the graph to an output, with at
 * least one operator on either side. All other operators that an output needs are either before or after such a tensor,
 * so that only this tensor must travel. The search finds all of these cuts, in O(operators + tensors + edges): they are
 * exactly the {@linkplain Bridges bridges} from an operator to its tensor in the graph with a source connected to the
 * starts of paths and a sink connected to the outputs ({@code docs/decisions} has the argument). An output of the graph
 * that operators read can also be such a tensor, the last of all. Operators after it make only by-products, so that it
 * is not listed; {@link #at} returns it by name.
 *
 * <p><b>Wider</b>, on {@linkplain CutOptions#withMaxWidth request}: between neighbouring cuts at a single tensor,
 * operators are put into a topological order with few live bytes (a beam search, exact if its beam holds all possible
 * sets of operators that have run). The tensors that are alive after an operator cross the cut there, including inputs
 * of the graph that are read later. Of the cuts that are narrow enough, those are listed that no cut nearby dominates:
 * one that is as narrow and that no more bytes cross. Without sizes, every tensor counts the same. This takes
 * O(operators × beam × reads per operator) time, where the beam is at most 256, and at most 2<sup>25</sup> steps:
 * {@link #effort} states whether they were enough.
 *
 * <p><b>Shared tensors</b>, on {@linkplain CutOptions#withShared request}: they, and tensors that are cheaply computed
 * from them alone, do not count as crossing ({@link SharedTensors}). Operators whose results lead to outputs only by way
 * of shared tensors run as soon as they can, and are not divided from what they read.
 *
 * <p>Operators that no output needs are ignored. Paths start at inputs, and at operators that read nothing or only
 * shared tensors. An input that is also an output prevents no cut.
 *
 * <p>Immutable and therefore thread-safe. The same graph and options always result in the same cuts.
 *
 * <pre>{@code
 * for (Cut cut : Cuts.of(graph, CutOptions.DEFAULTS.withMaxWidth(2)).list()) {
 *     System.out.println(cut);
 * }
 * }</pre>
 */
public final class Cuts {
    private final DataflowGraph graph;
    private final List<Cut> list;
    private final @Nullable Cut[] atTensor;
    private final SharedTensors sharing;
    private final Usage usage;
    private final CutOptions options;
    private final int usedOperatorCount;
    private final SearchEffort effort;

    private Cuts(DataflowGraph graph, CutList found) {
        this.graph = graph;
        list = cuttable(found.cuts, found.options);
        atTensor = found.atTensor;
        sharing = found.sharing;
        usage = found.usage;
        options = found.options;
        usedOperatorCount = found.usedOperatorCount;
        effort = found.effort;
    }

    private static List<Cut> cuttable(List<Cut> cuts, CutOptions options) {
        List<Cut> kept = new ArrayList<>(cuts.size());
        for (Cut cut : cuts) {
            boolean may = true;
            for (int i = 0; i < cut.tensors().size(); i++) {
                may &= !options.isUncuttable(cut.tensors().get(i));
            }
            if (may) {
                kept.add(cut);
            }
        }
        return List.copyOf(kept);
    }

    /**
     * Returns all cuts at a single tensor.
     *
     * @param graph the graph
     * @return its cuts
     */
    public static Cuts of(DataflowGraph graph) {
        return of(graph, CutOptions.DEFAULTS);
    }

    /**
     * Returns all cuts at a single tensor, and wider ones on request.
     *
     * @param graph the graph
     * @param options the options of the search
     * @return its cuts
     * @throws IllegalArgumentException if a shared name is no tensor of the graph, or that of a value that no part can pass
     *     on
     * @throws ArithmeticException if the sizes of tensors add up to more than {@link Long#MAX_VALUE}, or those of
     *     shared tensors to more than 2<sup>53</sup>
     */
    public static Cuts of(DataflowGraph graph, CutOptions options) {
        return new Cuts(graph, new CutList(graph, options));
    }

    /**
     * Returns the graph of the cuts.
     *
     * @return the graph
     */
    public DataflowGraph graph() {
        return graph;
    }

    /**
     * Returns all cuts except those at an output of the graph.
     *
     * @return the cuts in topological order: operators before a cut are before all later cuts
     */
    public List<Cut> list() {
        return list;
    }

    /**
     * Returns the number of listed cuts.
     *
     * @return 0 or more
     */
    public int size() {
        return list.size();
    }

    /**
     * Returns one of the cuts.
     *
     * @param i its index in topological order, 0 to {@code size() - 1}
     * @return the cut
     * @throws IndexOutOfBoundsException if the index is out of range
     */
    public Cut get(int i) {
        return list.get(i);
    }

    /**
     * Returns the cut at a tensor, which may be an output of the graph that operators read, or {@linkplain
     * CutOptions#withUncuttable uncuttable}.
     *
     * @param tensorName the tensor's name
     * @return the cut; empty if the graph cannot be cut at this tensor alone, if its value is {@linkplain
     *     CutOptions#withImmovable immovable}, or if there is no such tensor
     */
    public Optional<Cut> at(String tensorName) {
        OptionalInt tensor = graph.tensor(tensorName);
        return tensor.isEmpty()
                ? Optional.empty()
                : Optional.ofNullable(atTensor[tensor.getAsInt()])
                        .filter(cut -> !options.isImmovable(cut.tensors().get(0)));
    }

    /**
     * Returns the options of the search.
     *
     * @return the options
     */
    public CutOptions options() {
        return options;
    }

    /**
     * Returns the smallest groups of operators that no cut may divide: operators connected by tensors that should
     * {@linkplain CutOptions#isUncuttable stay within a part}, and the operators between them. Takes O(operators +
     * edges).
     *
     * @return groups of ascending indices, in an order in which each group reads only from earlier groups; without
     *     operators that no output needs
     */
    public List<Indices> indivisible() {
        return IndivisibleGroups.of(usage, options);
    }

    /**
     * Returns the effort of the search for the order of wider cuts. The cuts at single tensors are always complete.
     *
     * @return the effort; without steps if no wider cuts were requested. If the budget ended the search, narrower cuts
     *     may exist
     */
    public SearchEffort effort() {
        return effort;
    }

    /**
     * Returns the tensors that both sides of each cut share.
     *
     * @return the shared tensors; empty unless requested
     */
    public SharedTensors sharing() {
        return sharing;
    }

    /**
     * Returns whether an output of the graph needs an operator.
     *
     * @param operator the operator's index
     * @return true if one does
     */
    public boolean isUsed(int operator) {
        return usage.isOperatorUsed(operator);
    }

    /**
     * Returns the number of operators that outputs of the graph need.
     *
     * @return 0 or more
     */
    public int usedOperatorCount() {
        return usedOperatorCount;
    }

    /** Returns whether an operator is on a path from inputs to outputs: used, and not shared. */
    boolean isOnPath(int operator) {
        return usage.isOperatorUsed(operator) && !sharing.isShared(operator);
    }

    /** Sets the positions of shared operators to those of the operators that need them. */
    void settleShared(int... places) {
        sharing.settle(usage, places);
    }

    Usage usage() {
        return usage;
    }

    OptionalLong bytes(Indices tensors) {
        return CutList.bytes(options, tensors);
    }

    @Override
    public String toString() {
        return "Cuts" + list;
    }
}
