package io.pepper.partition;

/**
 * A choice of the ends of parts that minimises the sum of the squares of their costs: dynamic programming over the
 * number of parts and the number of blocks in them, within the reach of the bound. Among equal sums, the last cut is
 * the earliest, then the last but one, and so on.
 */
final class LeastSquares {
    /*
     * Blocks are in the outer loop and parts in the inner one, so that the cost of each window is added up once for all
     * parts. BestStart finds the start of a part.
     */
    private final Blocks blocks;
    private final OperatorCosts.Accumulator costs;
    private final long bound;
    private final Reach reach;
    private final SquareSums[] sums;
    private final BestStart search;

    LeastSquares(Blocks blocks, OperatorCosts.Accumulator costs, long bound, Reach reach) {
        this.blocks = blocks;
        this.costs = costs;
        this.bound = bound;
        this.reach = reach;
        sums = new SquareSums[reach.parts() + 1];
        for (int part = 0; part <= reach.parts(); part++) {
            sums[part] = new SquareSums(reach.first(part), reach.width(part));
        }
        sums[0].add(0, 0, 0);
        search = new BestStart(blocks.count());
    }

    /** Returns the indices of the chosen cuts. Cut i is between block i and block i + 1. */
    int[] choose() {
        int parts = reach.parts();
        int lowest = 1;
        for (int end = 1; end <= blocks.count(); end++) {
            while (reach.last(lowest) < end) {
                lowest++;
            }
            if (reach.first(lowest) <= end) {
                int from = addUp(end, reach.first(lowest - 1));
                for (int part = lowest; part <= parts && reach.first(part) <= end; part++) {
                    int low = Math.max(from, reach.first(part - 1));
                    int high = Math.min(end - 1, reach.last(part - 1));
                    search.addBest(low, high, sums[part - 1], sums[part]);
                }
            }
        }
        int[] chosen = new int[parts - 1];
        int end = blocks.count();
        for (int part = parts; part > 1; part--) {
            end = sums[part].start(end);
            chosen[part - 2] = end - 1;
        }
        return chosen;
    }

    /**
     * Passes the costs of the windows that end here to the search, back to a position or to the bound. Returns the
     * first start.
     */
    private int addUp(int end, int earliest) {
        costs.clear();
        int start = end;
        while (start > earliest) {
            long cost = blocks.add(start - 1, costs);
            if (cost > bound) {
                break;
            }
            start--;
            search.setCost(start, cost);
        }
        return start;
    }
}
