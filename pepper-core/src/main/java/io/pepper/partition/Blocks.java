package io.pepper.partition;

import io.pepper.cut.Cuts;
import io.pepper.graph.Indices;

/** The operators between each two neighbouring cuts: the units of which parts consist. */
final class Blocks {
    private final Partition finest;

    Blocks(Cuts cuts) {
        finest = Partition.of(cuts.graph(), cuts.list());
    }

    int count() {
        return finest.segments().size();
    }

    /** Adds the operators of a block, and returns the new cost. */
    long add(int block, OperatorCosts.Accumulator costs) {
        Indices operators = finest.segments().get(block).operators();
        long cost = 0;
        for (int i = 0; i < operators.size(); i++) {
            cost = costs.add(operators.get(i));
        }
        return cost;
    }
}
