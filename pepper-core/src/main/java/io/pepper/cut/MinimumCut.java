package io.pepper.cut;

import io.pepper.cut.internal.TensorNetwork;
import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * A search for the cheapest cut between two places of a dataflow graph: of all sets that contain, with each operator,
 * all operators that it needs, and that contain some given operators but not others, one that the fewest bytes leave.
 *
 * <p>A tensor counts once for all its readers; an input of the graph counts if it is read after the cut. This is a
 * minimum cut between a source and a sink (Ford and Fulkerson, "Maximal flow through a network", 1956), found by
 * JGraphT's push-relabel algorithm in O(V<sup>2</sup> √E) time, with V = operators + 2 × tensors. Among several
 * cheapest cuts, the result is the one with the fewest operators before it.
 *
 * <p>Immutable and therefore thread-safe, if the sizes are.
 *
 * <pre>{@code
 * Optional<Cut> cheapest = MinimumCut.of(graph, shapes::bytes).betweenOperators(12, 80);
 * }</pre>
 */
public final class MinimumCut {
    private final DataflowGraph graph;
    private final Usage usage;
    private final CutOptions options;
    private final SharedTensors sharing;
    private final long[] weights;

    private MinimumCut(Usage usage, CutOptions options, SharedTensors sharing) {
        this.graph = usage.graph();
        this.usage = usage;
        this.options = options;
        this.sharing = sharing;
        weights = new long[graph.tensorCount()];
        for (int tensor = 0; tensor < weights.length; tensor++) {
            if (flows(tensor)) {
                OptionalLong size = options.tensorBytes(tensor);
                if (size.isEmpty()) {
                    throw new IllegalArgumentException(
                            "the size of tensor '" + graph.tensorName(tensor) + "' is not known");
                }
                weights[tensor] = size.getAsLong();
            }
        }
    }

    /**
     * Returns a search in a graph.
     *
     * @param graph the graph
     * @param bytes a function from the index of a tensor to its size, 0 or more
     * @return the search
     * @throws IllegalArgumentException if the size of a tensor that an output needs is unknown
     */
    public static MinimumCut of(DataflowGraph graph, IntFunction<OptionalLong> bytes) {
        return new MinimumCut(new Usage(graph), CutOptions.DEFAULTS.withTensorBytes(bytes), SharedTensors.none(graph));
    }

    /**
     * Returns a search with the options of existing cuts: their sizes, shared tensors, and tensors that should stay
     * within a part.
     *
     * @param cuts cuts of the graph that were found with the sizes of its tensors
     * @return the search; no {@linkplain CutOptions#isUncuttable uncuttable} tensor crosses its cuts
     * @throws IllegalArgumentException if the size of a tensor that an output needs is unknown
     */
    public static MinimumCut of(Cuts cuts) {
        return new MinimumCut(cuts.usage(), cuts.options(), cuts.sharing());
    }

    /**
     * Returns the cheapest cut between two operators.
     *
     * @param before the index of an operator that an output needs
     * @param after the index of an operator that an output needs
     * @return the cut; empty if {@code before} needs {@code after}, or if they are equal
     * @throws IllegalArgumentException if one of the operators is not needed by any output
     * @throws ArithmeticException if the sizes add up to more than 2<sup>53</sup>
     */
    public Optional<Cut> betweenOperators(int before, int after) {
        return between(Indices.of(before), Indices.of(after));
    }

    /**
     * Returns the cheapest cut at or after one tensor, and at or before another.
     *
     * @param from the index of a tensor; its producer, if any, is before the cut
     * @param to the index of a tensor; its readers are after the cut
     * @return the cut; empty if there is none
     * @throws IllegalArgumentException if no operator that an output needs produces {@code from} or reads {@code to}
     * @throws ArithmeticException if the sizes add up to more than 2<sup>53</sup>
     */
    public Optional<Cut> betweenTensors(int from, int to) {
        OptionalInt producer = graph.producer(from);
        Indices before = producer.isPresent() ? Indices.of(producer.getAsInt()) : Indices.of();
        int[] after =
                graph.readers(to).stream().filter(this::isOnPath).distinct().toArray();
        if (after.length == 0) {
            throw new IllegalArgumentException("no operator that an output needs reads '" + graph.tensorName(to) + "'");
        }
        return between(before, Indices.of(after));
    }

    /**
     * Returns the cheapest cut between two positions of the topological order.
     *
     * @param from the first position: all operators with a smaller index are before the cut
     * @param to the last position: all operators with this index or a larger one are after the cut
     * @return the cut; empty if one of the sides has no operator that an output needs
     * @throws IllegalArgumentException if {@code from} is more than {@code to}, or one is out of range
     * @throws ArithmeticException if the sizes add up to more than 2<sup>53</sup>
     */
    public Optional<Cut> betweenPositions(int from, int to) {
        if (from < 0 || to > graph.operatorCount() || from > to) {
            throw new IllegalArgumentException("positions " + from + " to " + to + " are not within the "
                    + graph.operatorCount() + " operators, or not in order");
        }
        return between(used(0, from), used(to, graph.operatorCount()));
    }

    private Indices used(int from, int to) {
        return Indices.of(IntStream.range(from, to).filter(this::isOnPath).toArray());
    }

    /**
     * Returns the cheapest cut with some operators before it and others after it.
     *
     * @param before the indices of operators that an output needs; may be empty
     * @param after the indices of operators that an output needs; may be empty
     * @return the cut; empty if there is none with these sides and at least one operator on each
     * @throws IllegalArgumentException if one of the operators is not needed by any output
     * @throws ArithmeticException if the sizes add up to more than 2<sup>53</sup>
     */
    public Optional<Cut> between(Indices before, Indices after) {
        before.stream().forEach(this::requireUsed);
        after.stream().forEach(this::requireUsed);
        TensorNetwork network = new TensorNetwork(graph.operatorCount(), weights);
        for (int operator = 0; operator < graph.operatorCount(); operator++) {
            if (isOnPath(operator)) {
                join(network, operator);
            }
        }
        graph.inputs().stream().filter(this::flows).forEach(network::begin);
        before.stream().forEach(network::hold);
        after.stream().forEach(network::release);
        TensorNetwork.Sides sides = network.cut();
        return sides.isImpossible() ? Optional.empty() : cut(sides);
    }

    /** Returns whether an operator is on a path from inputs to outputs. */
    private boolean isOnPath(int operator) {
        return usage.isOperatorUsed(operator) && !sharing.isShared(operator);
    }

    /** Returns whether a tensor is on a path from inputs to outputs. */
    private boolean flows(int tensor) {
        return usage.isTensorUsed(tensor) && !sharing.isSharedTensor(tensor);
    }

    private void requireUsed(int operator) {
        if (!usage.isOperatorUsed(operator)) {
            throw new IllegalArgumentException("no output needs operator " + graph.operatorLabel(operator));
        }
        if (sharing.isShared(operator)) {
            throw new IllegalArgumentException(
                    "operator " + graph.operatorLabel(operator) + " depends on shared tensors only, and is on no side");
        }
    }

    private void join(TensorNetwork network, int operator) {
        Indices reads = graph.reads(operator);
        for (int i = 0; i < reads.size(); i++) {
            if (!sharing.isSharedTensor(reads.get(i))) {
                network.read(reads.get(i), operator);
            }
        }
        for (int awaited : sharing.awaited(graph, operator)) {
            graph.producer(awaited).ifPresent(producer -> network.follow(operator, producer));
        }
        Indices writes = graph.writes(operator);
        for (int i = 0; i < writes.size(); i++) {
            network.write(operator, writes.get(i));
            if (options.isUncuttable(writes.get(i))) {
                network.keep(writes.get(i));
            }
        }
    }

    private Optional<Cut> cut(TensorNetwork.Sides found) {
        int[] places = new int[graph.operatorCount()];
        Arrays.setAll(places, operator -> found.isBefore(operator) ? 0 : 1);
        for (int operator = 0; operator < places.length; operator++) {
            places[operator] = isOnPath(operator) ? places[operator] : -1;
        }
        sharing.settle(usage, places);
        CutSides sides = CutSides.of(places, 0);
        if (sides.operatorsBefore() == 0 || sides.operatorsAfter() == 0) {
            return Optional.empty();
        }
        Indices tensors = Indices.of(IntStream.range(0, graph.tensorCount())
                .filter(tensor -> flows(tensor) && isCrossing(tensor, places))
                .toArray());
        return Optional.of(new Cut(graph, sharing, tensors, CutList.bytes(options, tensors), sides));
    }

    private boolean isCrossing(int tensor, int... places) {
        OptionalInt producer = graph.producer(tensor);
        boolean madeBefore = producer.isEmpty() || places[producer.getAsInt()] == 0;
        return madeBefore && graph.readers(tensor).stream().anyMatch(reader -> places[reader] == 1);
    }
}
