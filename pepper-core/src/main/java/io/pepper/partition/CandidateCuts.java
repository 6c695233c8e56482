package io.pepper.partition;

import io.pepper.cut.Cut;
import io.pepper.cut.Cuts;
import io.pepper.graph.DataflowGraph;
import java.util.ArrayList;
import java.util.List;

/**
 * A selection of a few of many cuts for planning. The model is divided into stretches of equal cost; in each stretch,
 * the cut with the fewest bytes is kept, or the first of several such cuts. Deterministic; O(operators + cuts).
 */
public final class CandidateCuts {
    private static final int MAX_STRETCHES = 1 << 20;

    private CandidateCuts() {}

    /**
     * Returns a selection of cuts.
     *
     * @param cuts all cuts
     * @param costs the costs by which stretches are equal, such as the arithmetic
     * @param most the maximum number of cuts, 1 or more; all cuts are kept if there are no more
     * @return the selected cuts in their order
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
        // Cuts lie close together where there is little to compute. The number of stretches is as large as possible
        // without exceeding the maximum number of cuts.
        int fits = most;
        int tooMany = MAX_STRETCHES;
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
            // Without costs, stretches have equal numbers of cuts.
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
