package io.pepper.partition;

import io.pepper.cut.Cut;
import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntUnaryOperator;

/**
 * A division of a graph into segments. Each operator that an output needs is in exactly one segment, and a segment
 * reads only from earlier segments. Where tensors are shared, later segments may recompute operators. Memory is
 * O(operators + tensors between segments). Immutable and therefore thread-safe.
 */
public final class Partition {
    private final DataflowGraph graph;
    private final List<Cut> cuts;
    private final int[] segmentOf;
    private final List<Segment> segments;

    /** True if each cut is between a segment and the next one. */
    private final boolean chain;

    private Partition(DataflowGraph graph, List<Cut> cuts, int[] segmentOf, int count, boolean chain) {
        this.chain = chain;
        this.graph = graph;
        this.cuts = cuts;
        this.segmentOf = segmentOf;
        Indices recomputed =
                cuts.isEmpty() ? Indices.of() : cuts.get(0).sharing().recomputed();
        this.segments = new Segmentation(graph, recomputed, segmentOf, count).segments();
    }

    /**
     * Returns a partition into segments that need not be a chain.
     *
     * @param cuts cuts of the graph, one for each pair of segments that are linked
     * @param segmentOf the segment of each operator, after all segments that it reads from; -1 if no output needs the
     *     operator
     * @param count the number of segments
     */
    static Partition of(DataflowGraph graph, List<Cut> cuts, int[] segmentOf, int count) {
        return new Partition(graph, List.copyOf(cuts), segmentOf, count, false);
    }

    /**
     * Returns the whole graph as one segment.
     *
     * @param graph the graph
     * @return a partition without cuts
     */
    public static Partition whole(DataflowGraph graph) {
        return of(graph, List.of());
    }

    /**
     * Returns a partition from the segment of each operator, in O(edges) time. Segments need not be a chain; the
     * partition has no {@linkplain #cuts cuts}.
     *
     * @param graph the graph
     * @param segmentOf a function from the index of an operator that an output needs to the index of its segment, from
     *     0
     * @param count the number of segments
     * @return the partition
     * @throws IllegalArgumentException if a segment index is out of range, or if a segment has no operator or reads
     *     from a later segment
     */
    public static Partition of(DataflowGraph graph, IntUnaryOperator segmentOf, int count) {
        int[] segments = new int[graph.operatorCount()];
        Arrays.fill(segments, -1);
        BitSet filled = new BitSet();
        for (int operator : graph.usedOperators()) {
            int segment = segmentOf.applyAsInt(operator);
            if (segment < 0 || segment >= count) {
                throw new IllegalArgumentException(
                        "operator '" + graph.operatorLabel(operator) + "' is in segment " + segment + " of " + count);
            }
            segments[operator] = segment;
            filled.set(segment);
        }
        if (filled.cardinality() < count) {
            throw new IllegalArgumentException("segment " + filled.nextClearBit(0) + " has no operator");
        }
        for (int operator : graph.usedOperators()) {
            for (int tensor : graph.reads(operator)) {
                OptionalInt producer = graph.producer(tensor);
                if (producer.isPresent() && segments[producer.getAsInt()] > segments[operator]) {
                    throw new IllegalArgumentException("segment " + segments[operator] + " reads '"
                            + graph.tensorName(tensor) + "' from segment " + segments[producer.getAsInt()]
                            + ", which is after it");
                }
            }
        }
        return new Partition(graph, List.of(), segments, count, false);
    }

    /**
     * Returns a partition at some cuts, in O(edges + operators log cuts) time. Shared tensors are those of the cuts.
     *
     * @param graph the graph
     * @param cuts nested cuts of the graph from one search, in order; may be empty
     * @return the partition, with one more segment than cuts
     * @throws IllegalArgumentException if a cut is of another graph, does not come after its predecessor, or was found
     *     with other shared tensors
     */
    public static Partition of(DataflowGraph graph, List<Cut> cuts) {
        List<Cut> checked = List.copyOf(cuts);
        for (int i = 0; i < checked.size(); i++) {
            if (checked.get(i).graph() != graph) {
                throw new IllegalArgumentException("the " + checked.get(i) + " is of another graph");
            }
            if (!checked.get(i).sharing().isSameAs(checked.get(0).sharing())) {
                throw new IllegalArgumentException(
                        "the " + checked.get(i) + " shares other tensors than the " + checked.get(0));
            }
            if (i > 0 && checked.get(i).operatorsBefore() <= checked.get(i - 1).operatorsBefore()) {
                throw new IllegalArgumentException("the " + checked.get(i) + " is not after the " + checked.get(i - 1));
            }
        }
        int[] segmentOf = new int[graph.operatorCount()];
        Arrays.fill(segmentOf, -1);
        graph.usedOperators().stream().forEach(operator -> segmentOf[operator] = cutsBefore(checked, operator));
        refuseCrossed(graph, checked, segmentOf);
        return new Partition(graph, checked, segmentOf, checked.size() + 1, true);
    }

    /**
     * Refuses cuts that cross each other. Cuts from one search are nested, but others may cross: some operator is then
     * before the later cut and not before the earlier one.
     */
    private static void refuseCrossed(DataflowGraph graph, List<Cut> cuts, int... segmentOf) {
        int[] sizes = new int[cuts.size() + 1];
        for (int segment : segmentOf) {
            if (segment >= 0) {
                sizes[segment]++;
            }
        }
        int before = 0;
        for (int i = 0; i < cuts.size(); i++) {
            before += sizes[i];
            if (cuts.get(i).operatorsBefore() != before) {
                throw crossed(cuts, i);
            }
        }
        for (int operator = 0; operator < segmentOf.length; operator++) {
            int segment = segmentOf[operator];
            boolean ordered = segment < 0
                    || graph.reads(operator).stream()
                            .flatMap(tensor -> graph.producer(tensor).stream())
                            .allMatch(producer -> segmentOf[producer] <= segment);
            if (!ordered) {
                throw crossed(cuts, segment);
            }
        }
    }

    private static IllegalArgumentException crossed(List<Cut> cuts, int cut) {
        int other = cut == 0 ? Math.min(1, cuts.size() - 1) : cut - 1;
        return new IllegalArgumentException("the " + cuts.get(cut) + " crosses the " + cuts.get(other));
    }

    /** Returns the number of cuts before an operator. Cuts are nested, so that a binary search finds it. */
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
     * Returns the partition with joined neighbouring segments, in O(edges) time.
     *
     * @param ends the end of each joined segment, as the index of the segment after it, ascending; the last end is the
     *     number of segments
     * @return a partition with a segment for each end
     * @throws IllegalArgumentException if the ends do not ascend to the number of segments
     */
    public Partition joined(List<Integer> ends) {
        int[] groupOf = new int[segments.size()];
        int from = 0;
        for (int group = 0; group < ends.size(); group++) {
            int end = ends.get(group);
            if (end <= from || end > groupOf.length) {
                throw new IllegalArgumentException("the ends " + ends + " do not ascend to " + groupOf.length);
            }
            Arrays.fill(groupOf, from, end, group);
            from = end;
        }
        if (from < groupOf.length) {
            throw new IllegalArgumentException("the ends " + ends + " do not ascend to " + groupOf.length);
        }
        int[] joined = Arrays.stream(segmentOf)
                .map(segment -> segment < 0 ? segment : groupOf[segment])
                .toArray();
        List<Cut> kept = new ArrayList<>();
        for (int i = 0; i < cuts.size(); i++) {
            if (chain ? groupOf[i] != groupOf[i + 1] : crosses(cuts.get(i), joined)) {
                kept.add(cuts.get(i));
            }
        }
        return new Partition(graph, List.copyOf(kept), joined, ends.size(), chain);
    }

    private boolean crosses(Cut cut, int... joined) {
        return cut.tensors().stream().anyMatch(tensor -> {
            OptionalInt producer = graph.producer(tensor);
            return producer.isPresent()
                    && graph.readers(tensor).stream()
                            .anyMatch(reader -> joined[reader] >= 0 && joined[reader] != joined[producer.getAsInt()]);
        });
    }

    /**
     * Returns the divided graph.
     *
     * @return the graph
     */
    public DataflowGraph graph() {
        return graph;
    }

    /**
     * Returns the cuts between the segments.
     *
     * @return the cuts; for a chain, in order and one fewer than segments, otherwise one for each tensor that links two
     *     branches
     */
    public List<Cut> cuts() {
        return cuts;
    }

    /**
     * Returns the segments.
     *
     * @return the segments in an order in which each comes after those that it reads from
     */
    public List<Segment> segments() {
        return segments;
    }

    /**
     * Returns the segment of an operator.
     *
     * @param operator the operator's index
     * @return the segment's index; empty if no output needs the operator
     */
    public OptionalInt segmentOf(int operator) {
        return segmentOf[operator] < 0 ? OptionalInt.empty() : OptionalInt.of(segmentOf[operator]);
    }

    /**
     * Returns the segment of an operator by the operator's name.
     *
     * @param operator the operator's name in the model
     * @return the segment's index, from 0
     * @throws IllegalArgumentException if no segment, or several, have an operator of that name
     */
    public int segmentOf(String operator) {
        List<Integer> found = new ArrayList<>();
        for (int index = 0; index < segmentOf.length; index++) {
            if (segmentOf[index] >= 0 && graph.operatorName(index).equals(operator)) {
                found.add(segmentOf[index]);
            }
        }
        if (found.size() != 1) {
            throw new IllegalArgumentException("'" + operator + "' is the name of an operator in "
                    + (found.isEmpty() ? "no segment" : found.size() + " places"));
        }
        return found.get(0);
    }

    @Override
    public String toString() {
        return "Partition[" + segments.size() + " segments, " + cuts + "]";
    }
}
