package io.pepper.cut;

import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The cuts of a dataflow graph, each with all that is before the one before it and more.
 *
 * <p><b>At a single tensor</b>: those tensors that lie on every path from an input of the graph to an output, with at least
 * one operator on either side. All else that an output needs is either before or after such a tensor, so that it is the only
 * thing that has to travel. All of these are found, in O(operators + tensors + edges): they are exactly the
 * {@linkplain Bridges bridges} from an operator to its tensor in the graph with a source joined to where paths begin and a
 * sink joined to the outputs ({@code docs/decisions} has the argument). An output of the graph that is read further on can be
 * such a tensor too, the last of all. What follows it makes only by-products, so it is not listed; {@link #at} gives it by
 * name.
 *
 * <p><b>Wider</b>, where {@linkplain CutOptions#withMaxWidth asked for}: between neighbouring cuts at a single tensor,
 * operators are put into a topological order in which few bytes are alive (a beam search, exact where its beam holds all sets
 * of operators that may have run). The cut after an operator carries the tensors that are alive there, inputs of the graph
 * that are read later included. Of the cuts that are narrow enough, those are listed that have no other near that is as
 * narrow and carries no more bytes. Without sizes, every tensor counts the same. This takes O(operators × beam × reads of
 * one) time, where the beam is at most 256, and no more than 2<sup>25</sup> steps: {@link #effort} says whether they were enough.
 *
 * <p><b>Shared inputs</b>, where {@linkplain CutOptions#withShared asked for}, and what is cheaply computed from them alone, do
 * not count as crossing: see {@link SharedInputs}.
 *
 * <p>Operators that no output needs are set aside. An operator that reads nothing, or shared tensors only, is where paths
 * begin, as an input is. An input that is at the same time an output passes by, and hinders no cut.
 *
 * <p>Immutable and therefore thread-safe. The same graph and options always give the same cuts.
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
    private final Map<String, Cut> byTensor;
    private final SharedInputs sharing;
    private final Usage usage;
    private final CutOptions options;
    private final int usedOperatorCount;
    private final SearchEffort effort;

    private Cuts(DataflowGraph graph, CutList found) {
        this.graph = graph;
        list = cuttable(found.cuts, found.options);
        byTensor = found.byTensor;
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
     * Finds all cuts at a single tensor.
     *
     * @param graph the graph
     * @return its cuts
     */
    public static Cuts of(DataflowGraph graph) {
        return of(graph, CutOptions.DEFAULTS);
    }

    /**
     * Finds all cuts at a single tensor, and wider ones if they are asked for.
     *
     * @param graph the graph
     * @param options which cuts to look for
     * @return its cuts
     * @throws IllegalArgumentException if an input that is to be shared is none of the graph's
     * @throws ArithmeticException if the sizes of tensors add up to more than {@link Long#MAX_VALUE}, or those of shared
     *     tensors to more than 2<sup>53</sup>
     */
    public static Cuts of(DataflowGraph graph, CutOptions options) {
        return new Cuts(graph, new CutList(graph, options));
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
     * All cuts but those at an output of the graph.
     *
     * @return the cuts in topological order: what is before one is before all that follow
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
     * The cut at a tensor, which may be an output of the graph that is read further on, or
     * {@linkplain CutOptions#withUncuttable uncuttable}.
     *
     * @param tensorName the tensor's name
     * @return the cut, empty if the graph cannot be cut at this tensor alone, if its value is
     *     {@linkplain CutOptions#withImmovable immovable}, or if there is no such tensor
     */
    public Optional<Cut> at(String tensorName) {
        return Optional.ofNullable(byTensor.get(tensorName))
                .filter(cut -> !options.isImmovable(cut.tensors().get(0)));
    }

    /**
     * Returns the options by which these cuts were found.
     *
     * @return the options
     */
    public CutOptions options() {
        return options;
    }

    /**
     * The smallest groups of operators that no way of cutting divides: operators joined by tensors that should
     * {@linkplain CutOptions#isUncuttable stay within a part}, and what lies between such operators. Takes O(operators + edges).
     *
     * @return groups of indices, ascending, in an order in which each group reads only from those before it; without operators
     *     that no output needs
     */
    public List<Indices> indivisible() {
        return IndivisibleGroups.of(usage, options);
    }

    /**
     * Returns the effort of the search for the order along which wider cuts lie. The cuts at single tensors are always
     * complete.
     *
     * @return no steps unless wider cuts were asked for; if the budget ended the search, narrower cuts may exist
     */
    public SearchEffort effort() {
        return effort;
    }

    /**
     * Returns what the two sides of each cut share.
     *
     * @return nothing, unless inputs of the graph were to be shared
     */
    public SharedInputs sharing() {
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
    boolean isWorking(int operator) {
        return usage.isOperatorUsed(operator) && !sharing.isApart(operator);
    }

    /** Gives shared operators the places of those that need them. */
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
