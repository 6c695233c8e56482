package io.pepper.partition;

import io.pepper.cut.Cut;
import io.pepper.cut.Cuts;
import io.pepper.graph.DataflowGraph;
import java.util.ArrayList;
import java.util.List;

/**
 * Chooses a few of many cuts to plan with: the model is divided into stretches of equal cost, and of the cuts in each stretch the
 * one with the fewest bytes is kept, of these the first. Deterministic; O(operators + cuts).
 */
public final class CandidateCuts {
    private static final int MOST_STRETCHES = 1 << 20;

    private CandidateCuts() {}

    /**
     * Chooses.
     *
     * @param cuts all cuts
     * @param costs what to make stretches equal by, such as the arithmetic
     * @param most how many to keep at most, 1 or more; all are kept if there are no more
     * @return cuts in their order
     * @throws IllegalArgumentException if {@code most} is less than 1
     */
    public static List<Cut> choose(Cuts cuts, OperatorCosts costs, int most) {
        if (most < 1) {
            throw new IllegalArgumentException("1 cut or more is to be kept, found " + most);
        }
        List<Cut> all = cuts.list();
        if (all.size() <= most) {
            return all;
        }
        double[] before = before(cuts.graph(), all, costs);
        // Cuts lie close together where there is little to compute: as many stretches as leave no more than asked for.
        int fits = most;
        int tooMany = MOST_STRETCHES;
        while (tooMany - fits > 1) {
            int middle = (fits + tooMany) >>> 1;
            if (keep(all, before, middle).size() <= most) {
                fits = middle;
            } else {
                tooMany = middle;
            }
        }
        return keep(all, before, fits);
    }

    private static List<Cut> keep(List<Cut> all, double[] before, int stretches) {
        double whole = before[all.size()];
        List<Cut> kept = new ArrayList<>();
        int stretch = -1;
        for (int i = 0; i < all.size(); i++) {
            // Without costs there are no stretches but by number.
            double share = whole > 0 ? before[i] / whole : (double) i / all.size();
            int at = (int) Math.min(stretches - 1, Math.floor(share * stretches));
            if (at > stretch) {
                kept.add(all.get(i));
                stretch = at;
            } else if (bytes(all.get(i)) < bytes(kept.get(kept.size() - 1))) {
                kept.set(kept.size() - 1, all.get(i));
            }
        }
        return List.copyOf(kept);
    }

    private static long bytes(Cut cut) {
        return cut.bytes().orElse(Long.MAX_VALUE);
    }

    /** Returns the cost of the operators before each cut and, last, of all operators. */
    private static double[] before(DataflowGraph graph, List<Cut> cuts, OperatorCosts costs) {
        double[] sums = new double[cuts.size() + 1];
        Partition partition = Partition.of(graph, cuts);
        double sum = 0;
        for (Segment segment : partition.segments()) {
            OperatorCosts.Accumulator accumulator = costs.accumulator();
            long total = 0;
            for (int operator : segment.operators()) {
                total = accumulator.add(operator);
            }
            sum += total;
            sums[segment.index()] = sum;
        }
        return sums;
    }
}
