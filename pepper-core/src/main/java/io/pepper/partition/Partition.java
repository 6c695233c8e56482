package io.pepper.partition;

import io.pepper.cut.Cut;
import io.pepper.graph.DataflowGraph;
import java.util.List;
import java.util.OptionalInt;

/**
 * A graph divided into segments: each operator that an output needs is in exactly one, and a segment reads only from those
 * before it. Memory is O(operators + tensors between segments). Immutable and therefore thread-safe.
 */
public final class Partition {
    private final DataflowGraph graph;
    private final List<Cut> cuts;
    private final int[] segmentOf;
    private final List<Segment> segments;

    private Partition(DataflowGraph graph, List<Cut> cuts, int[] segmentOf) {
        this.graph = graph;
        this.cuts = cuts;
        this.segmentOf = segmentOf;
        this.segments = new Segmentation(graph, segmentOf, cuts.size() + 1).segments();
    }

    /**
     * The whole graph as one segment.
     *
     * @param graph the graph
     * @return a partition without cuts
     */
    public static Partition whole(DataflowGraph graph) {
        return of(graph, List.of());
    }

    /**
     * Divides a graph at some cuts, in O(edges + operators log cuts).
     *
     * @param graph the graph
     * @param cuts cuts of the graph, each with all that is before the one before it and more; may be none
     * @return the partition, of one segment more than there are cuts
     * @throws IllegalArgumentException if a cut is of another graph, or not after the one before it
     */
    public static Partition of(DataflowGraph graph, List<Cut> cuts) {
        List<Cut> checked = List.copyOf(cuts);
        for (int i = 0; i < checked.size(); i++) {
            if (checked.get(i).graph() != graph) {
                throw new IllegalArgumentException("the " + checked.get(i) + " is of another graph");
            }
            if (i > 0 && checked.get(i).operatorsBefore() <= checked.get(i - 1).operatorsBefore()) {
                throw new IllegalArgumentException("the " + checked.get(i) + " is not after the " + checked.get(i - 1));
            }
        }
        boolean[] used = Segmentation.usedOperators(graph);
        int[] segmentOf = new int[graph.operatorCount()];
        for (int operator = 0; operator < segmentOf.length; operator++) {
            segmentOf[operator] = used[operator] ? cutsBefore(checked, operator) : -1;
        }
        return new Partition(graph, checked, segmentOf);
    }

    /** How many of the cuts an operator comes after: they are nested, so that halving finds it. */
    private static int cutsBefore(List<Cut> cuts, int operator) {
        int low = 0;
        int high = cuts.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (cuts.get(middle).isBefore(operator)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /**
     * The graph that is divided.
     *
     * @return the graph
     */
    public DataflowGraph graph() {
        return graph;
    }

    /**
     * Where it is divided.
     *
     * @return the cuts in order, one fewer than segments
     */
    public List<Cut> cuts() {
        return cuts;
    }

    /**
     * The pieces.
     *
     * @return the segments in an order in which each comes after those that it reads from
     */
    public List<Segment> segments() {
        return segments;
    }

    /**
     * The segment that an operator is in.
     *
     * @param operator the operator's index
     * @return the segment's index, empty if no output needs the operator
     */
    public OptionalInt segmentOf(int operator) {
        return segmentOf[operator] < 0 ? OptionalInt.empty() : OptionalInt.of(segmentOf[operator]);
    }

    @Override
    public String toString() {
        return "Partition[" + segments.size() + " segments, " + cuts + "]";
    }
}
