package io.pepper.partition;

import io.pepper.cut.Cut;
import io.pepper.cut.Cuts;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A partitioner that makes a chain of parts from nested cuts, optimally within limits. Immutable and thread-safe.
 *
 * <p>The number of parts is {@linkplain #withParts given}, or the smallest that the {@linkplain #withLimit limits}
 * allow. The cuts make parts {@linkplain #balancing of costs as equal as possible} (by default, of numbers of
 * operators), or let {@linkplain #withFewestBytes the fewest bytes} cross.
 *
 * <pre>{@code
 * Partitioner partitioner = Partitioner.chain()
 *         .withLimit("bytes of weights", model.weights(), 50_000_000)
 *         .balancing(costs.flops());
 * }</pre>
 */
public final class ChainPartitioner implements Partitioner {
    static final ChainPartitioner DEFAULT =
            new ChainPartitioner(OptionalInt.empty(), List.of(), Optional.of(OperatorCosts.count()));

    private final OptionalInt parts;
    private final List<Limit> limits;

    /** The costs to balance; empty to let the fewest bytes cross. */
    private final Optional<OperatorCosts> balanced;

    private ChainPartitioner(OptionalInt parts, List<Limit> limits, Optional<OperatorCosts> balanced) {
        this.parts = parts;
        this.limits = limits;
        this.balanced = balanced;
    }

    /**
     * Returns this partitioner with a number of parts.
     *
     * @param count the number of parts, 1 or more
     * @return the new partitioner
     * @throws IllegalArgumentException if {@code count} is less than 1
     */
    public ChainPartitioner withParts(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("1 part or more is needed, found " + count);
        }
        return new ChainPartitioner(OptionalInt.of(count), limits, balanced);
    }

    /**
     * Returns this partitioner with a further limit on each part.
     *
     * @param what the limited quantity, in words for messages, for instance {@code bytes of weights}
     * @param costs the amount that operators take
     * @param most the largest amount for the operators of a part together, 0 or more
     * @return the new partitioner
     * @throws IllegalArgumentException if {@code most} is negative
     */
    public ChainPartitioner withLimit(String what, OperatorCosts costs, long most) {
        List<Limit> more = new ArrayList<>(limits);
        more.add(new Limit(Objects.requireNonNull(what), Objects.requireNonNull(costs), most));
        return new ChainPartitioner(parts, List.copyOf(more), balanced);
    }

    /**
     * Returns this partitioner with parts as equal as possible: the largest cost of a part is minimal; among such
     * choices, the sum of the squares of the costs is minimal; among these, the last cut is the earliest, then the last
     * but one, and so on. {@link Partitioner#balanced} states time and memory.
     *
     * @param costs the costs to balance
     * @return the new partitioner
     */
    public ChainPartitioner balancing(OperatorCosts costs) {
        return new ChainPartitioner(parts, limits, Optional.of(costs));
    }

    /**
     * Returns this partitioner with the fewest crossing bytes: the sum of the bytes of the chosen cuts is minimal,
     * where a tensor that crosses several cuts counts at each; among such choices, the last part is the longest, then
     * the last but one, and so on. The cuts must know their bytes ({@link io.pepper.cut.CutOptions#withTensorBytes}).
     * Takes O(parts × cuts) time and memory, plus the time for adding up limits.
     *
     * @return the new partitioner
     */
    public ChainPartitioner withFewestBytes() {
        return new ChainPartitioner(parts, limits, Optional.empty());
    }

    @Override
    public Partition partition(Cuts cuts) {
        Blocks blocks = new Blocks(cuts);
        refuseTooLarge(cuts, blocks);
        OperatorCosts unlimited = balanced.orElseGet(OperatorCosts::count);
        boolean limited = !limits.isEmpty();
        OperatorCosts.Accumulator costs =
                limited ? new LimitedCosts(unlimited, limits).accumulator() : new GrowingCosts(unlimited.accumulator());
        BalancedChoice choice = new BalancedChoice(blocks, costs, limited ? LimitedCosts.WITHIN : Long.MAX_VALUE);
        int fewest = choice.fewestParts();
        int count = parts.orElse(fewest);
        if (count > blocks.count()) {
            throw new NoSuchPartitionException(
                    count + " parts asked, " + blocks.count() + " possible: " + Possible.cuts(cuts));
        }
        if (count < fewest) {
            throw new NoSuchPartitionException(count + " parts asked, " + fewest + " needed to have in none more than "
                    + String.join(
                            ", nor ",
                            limits.stream().map(l -> l.most() + " " + l.what()).toList()));
        }
        int[] chosen = balanced.isPresent() ? choice.choose(count) : fewestBytes(cuts, blocks, costs, count);
        List<Cut> taken = new ArrayList<>(chosen.length);
        for (int cut : chosen) {
            taken.add(cuts.get(cut));
        }
        return Partition.of(cuts.graph(), taken);
    }

    private int[] fewestBytes(Cuts cuts, Blocks blocks, OperatorCosts.Accumulator costs, int count) {
        int[] earliest = limits.isEmpty() ? new int[blocks.count() + 1] : FewestBytes.earliest(blocks, costs);
        return new FewestBytes(cuts, earliest).choose(count);
    }

    private void refuseTooLarge(Cuts cuts, Blocks blocks) {
        for (Limit limit : limits) {
            OperatorCosts.Accumulator costs = limit.costs().accumulator();
            for (int block = 0; block < blocks.count(); block++) {
                costs.clear();
                long cost = blocks.add(block, costs);
                if (cost > limit.most()) {
                    List<Cut> around = cuts.list().subList(Math.max(0, block - 1), Math.min(cuts.size(), block + 1));
                    String where = around.isEmpty() ? "" : " (around " + Possible.names(around) + ")";
                    throw new NoSuchPartitionException(
                            "the smallest piece" + where + " has " + cost + " " + limit.what() + ", where at most "
                                    + limit.most() + " are allowed; wider cuts may divide it");
                }
            }
        }
    }
}
