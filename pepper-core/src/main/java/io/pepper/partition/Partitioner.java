package io.pepper.partition;

import io.pepper.cut.Cuts;
import java.util.Arrays;
import java.util.List;

/**
 * A rule for choosing among the cuts of a graph. The partitioners of this interface are immutable, thread-safe and
 * deterministic.
 *
 * <pre>{@code
 * Partition partition = Partitioner.balanced(3, OperatorCosts.count()).partition(Cuts.of(graph));
 * }</pre>
 */
@FunctionalInterface
public interface Partitioner {
    /** The distance of the original: {@value}. */
    int DEFAULT_MINIMUM_DISTANCE = 6;

    /**
     * Returns a partition of a graph.
     *
     * @param cuts the cuts to choose from
     * @return the partition
     * @throws NoSuchPartitionException if the graph has no partition of the requested kind
     */
    Partition partition(Cuts cuts);

    /**
     * Returns a partitioner that takes every cut.
     *
     * @return the partitioner
     */
    static Partitioner everyCut() {
        return cuts -> Partition.of(cuts.graph(), cuts.list());
    }

    /**
     * Returns a partitioner that takes the cuts at named tensors.
     *
     * @param tensors names of tensors, in any order
     * @return the partitioner, which refuses names at which the graph cannot be cut, and lists possible ones
     * @throws IllegalArgumentException if no name is given, or if a name is given twice
     */
    static Partitioner atTensors(String... tensors) {
        return atTensors(Arrays.asList(tensors));
    }

    /**
     * Returns a partitioner that takes the cuts at named tensors.
     *
     * @param tensors names of tensors, in any order
     * @return the partitioner, which refuses names at which the graph cannot be cut, and lists possible ones
     * @throws IllegalArgumentException if no name is given, or if a name is given twice
     */
    static Partitioner atTensors(List<String> tensors) {
        return new NamedCuts(tensors);
    }

    /**
     * Returns a partitioner that takes, from the inputs on, each cut that is more than a number of operators away from
     * the last taken cut, or from the inputs, along the shortest path. This is the rule of the original, except that
     * the original drops the last chosen cut.
     *
     * @param operators the distance, 0 or more; the original's default is {@link #DEFAULT_MINIMUM_DISTANCE}
     * @return the partitioner, which refuses graphs in which no cut is that far from the inputs
     * @throws IllegalArgumentException if the distance is negative
     */
    static Partitioner minimumDistance(int operators) {
        return new MinimumDistance(operators);
    }

    /**
     * Returns a partitioner that makes parts as equal as possible: the largest cost of a part is minimal; among such
     * choices, the sum of the squares of the costs is minimal (exactly up to 2<sup>127</sup>; larger sums count as
     * equal); among these, the last cut is the earliest, then the last but one, and so on.
     *
     * <p>A binary search finds the bottleneck, and dynamic programming over the possible ends of parts within it makes
     * the choice. With n cuts, of which at most w lie within the reach of one part, it takes O(operators × (log cost +
     * w)) time for costs and O(parts × n × w) for the choice in the worst case, most of which bounds avoid. Memory is
     * O(operators) and 36 bytes for each pair of a part and a cut where it can end. If there are more than
     * 2<sup>23</sup> such pairs, or more than 2<sup>28</sup> stretches between cuts to add up for them, for instance
     * because nearly all costs are shared, only the bottleneck is optimal: each part is then as long as possible.
     *
     * <p>The partitioner throws {@link IllegalArgumentException} if an operator has no cost, or if costs shrink or
     * depend on the order of operators, so that there is no valid choice; and {@link ArithmeticException} if the cost
     * of all operators is more than {@link Long#MAX_VALUE}.
     *
     * @param parts the number of parts, 1 or more
     * @param costs what to balance
     * @return the partitioner, which refuses graphs with too few cuts
     * @throws IllegalArgumentException if {@code parts} is less than 1
     */
    static Partitioner balanced(int parts, OperatorCosts costs) {
        return chain().withParts(parts).balancing(costs);
    }

    /**
     * Returns a configurable partitioner that makes a chain of parts: a given number or as few as limits allow,
     * balanced or with the fewest crossing bytes.
     *
     * @return a partitioner without limits, which makes one part unless configured further
     */
    static ChainPartitioner chain() {
        return ChainPartitioner.DEFAULT;
    }

    /**
     * Returns a partitioner along independent branches, such as two towers that meet: parts need not be a chain. If
     * costs add up, the largest cost of a part is the smallest possible for this number of parts that single tensors
     * link. Costs that operators share count once for each component of the {@linkplain io.pepper.cut.CutTree tree}.
     * Where fewer parts already reach that cost, the costliest parts are divided further as evenly as possible.
     *
     * <p>A binary search finds the bottleneck; each step cuts off the costliest branches from the leaves on (Kundu and
     * Misra, "A linear tree partitioning algorithm", 1977). Takes O(operators + components × log components × log cost)
     * time. Only the shared inputs of the given cuts matter, not their widths.
     *
     * @param parts the number of parts, 1 or more
     * @param costs what to balance
     * @return the partitioner, which refuses graphs with too few components
     * @throws IllegalArgumentException if {@code parts} is less than 1
     */
    static Partitioner tree(int parts, OperatorCosts costs) {
        return new TreePartitioner(parts, costs);
    }
}
