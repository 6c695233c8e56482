package io.pepper.partition;

import io.pepper.cut.Cut;
import io.pepper.cut.Cuts;
import java.util.ArrayList;
import java.util.List;

/** Makes parts of equal cost. */
final class Balanced implements Partitioner {
    private final int parts;
    private final OperatorCosts costs;

    Balanced(int parts, OperatorCosts costs) {
        if (parts < 1) {
            throw new IllegalArgumentException("1 part or more is needed, found " + parts);
        }
        this.parts = parts;
        this.costs = costs;
    }

    @Override
    public Partition partition(Cuts cuts) {
        if (parts > cuts.size() + 1) {
            throw new NoSuchPartitionException(
                    parts + " parts asked, " + (cuts.size() + 1) + " possible: " + Possible.cuts(cuts));
        }
        int[] chosen = new BalancedChoice(new Blocks(cuts), costs, parts).choose();
        List<Cut> taken = new ArrayList<>(chosen.length);
        for (int cut : chosen) {
            taken.add(cuts.get(cut));
        }
        return Partition.of(cuts.graph(), taken);
    }
}
