package io.pepper.cut;

import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import java.util.BitSet;
import java.util.OptionalLong;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The live bytes while operators run in sequence. A tensor is alive from the operator that produces it, or from the
 * start if it comes from elsewhere, until its last reader has run; to the end if it is an output of the graph or is
 * read elsewhere.
 *
 * <p>{@link #of} takes the operators in the given order, in O(operators + reads) time. {@link #leastPeak} searches an
 * order with the smallest peak, which is NP-complete (Sethi, "Complete register allocation problems", 1975). It
 * searches the possible sets of operators that have run, level by level, and keeps the best of each level, in
 * O(operators × beam × reads per operator) time, where the beam is at most 256. Equal branches are started in their
 * original order, which excludes no optimum. {@link #isExact} states whether no set was dropped. The search has a
 * budget of 2<sup>22</sup> steps. If it would not suffice, the search keeps fewer sets and, if necessary, the given
 * order; {@link #effort} reports this.
 *
 * <p>Immutable and therefore thread-safe. The same graph always results in the same order.
 */
public final class Liveness {
    private final Indices order;
    private final boolean known;
    private final boolean exact;
    private final SearchEffort effort;
    private final long[] during;
    private final long[] after;

    private Liveness(LiveProblem problem, int[] numbers, boolean known, boolean exact, SearchEffort effort) {
        this.known = known;
        this.exact = exact;
        this.effort = effort;
        during = new long[numbers.length];
        after = new long[numbers.length];
        BitSet done = new BitSet(numbers.length);
        long live = problem.startWeight();
        for (int i = 0; i < numbers.length; i++) {
            during[i] = live + problem.madeWeight(numbers[i]);
            live = during[i] - problem.freedWeight(numbers[i], done::get);
            after[i] = live;
            done.set(numbers[i]);
        }
        order = Indices.of(IntStream.of(numbers).map(problem::operator).toArray());
    }

    /**
     * Returns the liveness along a given order.
     *
     * @param graph the graph
     * @param operators the operators in the order in which they run, each after the producers of its inputs
     * @param bytes a function from the index of a tensor to its size, 0 or more; empty if unknown
     * @return the liveness
     */
    public static Liveness of(DataflowGraph graph, Indices operators, IntFunction<OptionalLong> bytes) {
        Scope scope = new Scope(graph, operators, bytes);
        return new Liveness(
                scope.problem(),
                IntStream.range(0, operators.size()).toArray(),
                scope.known,
                operators.size() <= 1,
                SearchEffort.NONE);
    }

    /**
     * Returns the liveness along an order with a small peak.
     *
     * @param graph the graph
     * @param operators the operators that run, in any topological order
     * @param bytes a function from the index of a tensor to its size, 0 or more; empty if unknown
     * @return the liveness along the order with the smallest found peak
     */
    public static Liveness leastPeak(DataflowGraph graph, Indices operators, IntFunction<OptionalLong> bytes) {
        Scope scope = new Scope(graph, operators, bytes);
        LiveProblem problem = scope.problem();
        LiveOrder.Found found = LiveOrder.leastPeak(problem);
        return new Liveness(problem, found.numbers().toArray(), scope.known, found.exact(), found.effort());
    }

    /**
     * Returns the order in which the operators run.
     *
     * @return indices of operators in topological order
     */
    public Indices order() {
        return order;
    }

    /**
     * Returns whether the peak is proven to be the smallest of all orders of these operators.
     *
     * @return true if it is proven
     */
    public boolean isExact() {
        return exact;
    }

    /**
     * Returns the effort of the search for this order.
     *
     * @return the effort; without steps if the order was given
     */
    public SearchEffort effort() {
        return effort;
    }

    /**
     * Returns the bytes alive while an operator runs: its inputs, its outputs, and all tensors needed later.
     *
     * @param place the operator's position in the order
     * @return bytes; empty if the size of a tensor is unknown
     */
    public OptionalLong bytesDuring(int place) {
        return known ? OptionalLong.of(during[place]) : OptionalLong.empty();
    }

    /**
     * Returns the bytes alive after an operator has run.
     *
     * @param place the operator's position in the order
     * @return bytes; empty if the size of a tensor is unknown
     */
    public OptionalLong bytesAfter(int place) {
        return known ? OptionalLong.of(after[place]) : OptionalLong.empty();
    }

    /**
     * Returns the peak of the live bytes.
     *
     * @return bytes; 0 without operators; empty if the size of a tensor is unknown
     */
    public OptionalLong peakBytes() {
        return known
                ? OptionalLong.of(IntStream.range(0, during.length)
                        .mapToLong(i -> during[i])
                        .max()
                        .orElse(0))
                : OptionalLong.empty();
    }

    @Override
    public String toString() {
        return "Liveness[" + order.size() + " operators, peak " + peakBytes() + "]";
    }

    /** A set of operators of a graph, and whether all sizes are known. */
    private static final class Scope {
        private final DataflowGraph graph;
        private final Indices operators;
        private final IntFunction<OptionalLong> bytes;
        private final BitSet inside = new BitSet();
        private final BitSet outputs = new BitSet();
        private boolean known = true;

        Scope(DataflowGraph graph, Indices operators, IntFunction<OptionalLong> bytes) {
            this.graph = graph;
            this.operators = operators;
            this.bytes = bytes;
            operators.stream().forEach(inside::set);
            graph.outputs().stream().forEach(outputs::set);
        }

        LiveProblem problem() {
            return new LiveProblem(
                    graph, operators.toArray(), graph::reads, tensor -> true, this::isKept, this::weight);
        }

        private boolean isKept(int tensor) {
            boolean made = graph.producer(tensor).isPresent()
                    && inside.get(graph.producer(tensor).getAsInt());
            return made
                    && (outputs.get(tensor) || graph.readers(tensor).stream().anyMatch(r -> !inside.get(r)));
        }

        private long weight(int tensor) {
            OptionalLong size = bytes.apply(tensor);
            known &= size.isPresent();
            return size.orElse(0);
        }
    }
}
