package io.pepper.partition;

import io.pepper.cut.Cut;
import io.pepper.cut.Cuts;
import java.util.ArrayList;
import java.util.List;

/** Takes cuts that are more than a number of operators apart. */
final class MinimumDistance implements Partitioner {
    private final int distance;

    MinimumDistance(int distance) {
        if (distance < 0) {
            throw new IllegalArgumentException("a distance of 0 or more is needed, found " + distance);
        }
        this.distance = distance;
    }

    @Override
    public Partition partition(Cuts cuts) {
        List<Cut> chosen = new ArrayList<>();
        int last = 0;
        for (Cut cut : cuts.list()) {
            if (cut.operatorsBefore() - last > distance) {
                chosen.add(cut);
                last = cut.operatorsBefore();
            }
        }
        if (chosen.isEmpty()) {
            throw new NoSuchPartitionException(
                    "no cut has more than " + distance + " operators before it; " + Possible.cuts(cuts));
        }
        return Partition.of(cuts.graph(), chosen);
    }
}
