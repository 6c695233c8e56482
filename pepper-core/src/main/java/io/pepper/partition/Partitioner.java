package io.pepper.partition;

import io.pepper.cut.Cuts;
import java.util.Arrays;
import java.util.List;

/**
 * Chooses among the cuts of a graph. The partitioners made here are immutable, thread-safe, and always choose the same.
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
     * Divides a graph.
     *
     * @param cuts the cuts to choose from
     * @return the partition
     * @throws NoSuchPartitionException if the graph has none of the kind asked for
     */
    Partition partition(Cuts cuts);

    /**
     * Takes every cut.
     *
     * @return the partitioner
     */
    static Partitioner everyCut() {
        return cuts -> Partition.of(cuts.graph(), cuts.list());
    }

    /**
     * Takes cuts at named tensors.
     *
     * @param tensors names of tensors, in any order
     * @return a partitioner that refuses names at which the graph cannot be cut, and says where it can be
     * @throws IllegalArgumentException if no name is given, or one twice
     */
    static Partitioner atTensors(String... tensors) {
        return atTensors(Arrays.asList(tensors));
    }

    /**
     * Takes cuts at named tensors.
     *
     * @param tensors names of tensors, in any order
     * @return a partitioner that refuses names at which the graph cannot be cut, and says where it can be
     * @throws IllegalArgumentException if no name is given, or one twice
     */
    static Partitioner atTensors(List<String> tensors) {
        return new NamedCuts(tensors);
    }

    /**
     * Takes, from the inputs on, each cut that is more than a number of operators from the last one taken, or from the inputs,
     * along the shortest way: the rule of the original, without dropping the last cut that it chooses.
     *
     * @param operators the distance, 0 or more; the original's default is {@link #DEFAULT_MINIMUM_DISTANCE}
     * @return a partitioner that refuses graphs in which no cut is that far from the inputs
     * @throws IllegalArgumentException if the distance is negative
     */
    static Partitioner minimumDistance(int operators) {
        return new MinimumDistance(operators);
    }

    /**
     * Makes a number of parts as equal as can be: the largest cost of a part is the smallest possible; among such choices the
     * sum of the squares of the costs is the smallest (exactly, up to 2<sup>127</sup>, and beyond that all sums count as
     * equal); among such, the last cut is the earliest, then the last but one, and so on.
     *
     * <p>The bottleneck is found by halving and the choice by dynamic programming over the cuts at which parts can end within
     * it. With n cuts, of which at most w lie within the reach of one part, it takes O(operators × (log cost + w)) time for
     * costs and O(parts × n × w) at worst for the choice, of which bounds leave out most. Memory is O(operators) and 36 bytes
     * for each pair of a part and a cut where it can end. If there are more than 2<sup>23</sup> such pairs, or more than
     * 2<sup>28</sup> stretches between cuts to add up for them, as where nearly all costs are the same shared ones, only the
     * bottleneck is optimal: each part is then as long as it may be.
     *
     * <p>The partitioner throws {@link IllegalArgumentException} if an operator has no cost, or if costs shrink or depend on
     * the order of operators so that no choice is left; and {@link ArithmeticException} if the cost of all operators is more
     * than {@link Long#MAX_VALUE}.
     *
     * @param parts how many, 1 or more
     * @param costs what to balance
     * @return a partitioner that refuses graphs with too few cuts
     * @throws IllegalArgumentException if {@code parts} is less than 1
     */
    static Partitioner balanced(int parts, OperatorCosts costs) {
        return chain().withParts(parts).balancing(costs);
    }

    /**
     * Makes parts one after the other, as few as limits allow or as many as asked for, balanced or between few bytes.
     *
     * @return a partitioner without limits, to be told what is wanted; as it is, it makes one part
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
     * <p>The bottleneck is found by halving; each try cuts off the costliest branches from the leaves on (Kundu and Misra, "A
     * linear tree partitioning algorithm", 1977). Takes O(operators + components × log components × log cost) time. The widths
     * of the given cuts do not matter, only what they share.
     *
     * @param parts how many, 1 or more
     * @param costs what to balance
     * @return a partitioner that refuses graphs with too few components
     * @throws IllegalArgumentException if {@code parts} is less than 1
     */
    static Partitioner tree(int parts, OperatorCosts costs) {
        return new TreePartitioner(parts, costs);
    }
}
