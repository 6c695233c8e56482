package io.pepper.partition;

import io.pepper.cut.Cut;
import io.pepper.cut.Cuts;
import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import java.util.ArrayList;
import java.util.List;

/** A partitioner that takes cuts more than a number of operators apart, along the shortest path. */
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
        int[] depths = depths(cuts);
        List<Cut> chosen = new ArrayList<>();
        int last = 0;
        for (Cut cut : cuts.list()) {
            // Every path to a cut leads through the cuts before it, so that their depths differ by the length of the
            // path between them.
            int depth = depths[cut.tensors().get(0)];
            if (depth - last > distance) {
                chosen.add(cut);
                last = depth;
            }
        }
        if (chosen.isEmpty()) {
            throw new NoSuchPartitionException(
                    "no cut is more than " + distance + " operators from the inputs; " + Possible.cuts(cuts));
        }
        return Partition.of(cuts.graph(), chosen);
    }

    /**
     * Returns for each tensor the smallest number of operators on a path to it from an input of the graph, or from an
     * operator without inputs.
     */
    private static int[] depths(Cuts cuts) {
        DataflowGraph graph = cuts.graph();
        int[] depths = new int[graph.tensorCount()];
        for (int operator = 0; operator < graph.operatorCount(); operator++) {
            int depth = graph.reads(operator).stream()
                            .map(tensor -> depths[tensor])
                            .min()
                            .orElse(0)
                    + 1;
            Indices writes = graph.writes(operator);
            for (int i = 0; i < writes.size(); i++) {
                depths[writes.get(i)] = depth;
            }
        }
        return depths;
    }
}
