package io.pepper.partition;

import io.pepper.cut.Cuts;
import io.pepper.graph.Indices;

/** The operators between neighbouring cuts, all cuts taken: what a part is made of. */
final class Blocks {
    private final Partition finest;

    Blocks(Cuts cuts) {
        finest = Partition.of(cuts.graph(), cuts.list());
    }

    int count() {
        return finest.segments().size();
    }

    /** Adds the operators of a block; the cost with them. */
    long add(int block, OperatorCosts.Accumulator costs) {
        Indices operators = finest.segments().get(block).operators();
        long cost = 0;
        for (int i = 0; i < operators.size(); i++) {
            cost = costs.add(operators.get(i));
        }
        return cost;
    }
}
