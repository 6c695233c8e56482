package io.pepper.plan;

import io.pepper.plan.Segments.Flow;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The flows between segments with their bytes. Immutable; tables of the same segments share one. */
final class Topology {
    private final int segments;
    private final List<Flow> flows;
    private final boolean chain;
    private final double[] bytes;

    /** By segment, the flows that it reads and those that it produces. */
    private final int[][] reads;

    private final int[][] produces;

    private Topology(int segments, List<Flow> flows, boolean chain) {
        this.segments = segments;
        this.flows = List.copyOf(flows);
        this.chain = chain;
        this.bytes = flows.stream().mapToDouble(Flow::bytes).toArray();
        List<List<Integer>> readBy = lists(segments);
        List<List<Integer>> producedBy = lists(segments);
        for (int i = 0; i < flows.size(); i++) {
            Flow flow = flows.get(i);
            int flowing = i;
            check(flow.producer());
            if (flow.producer() != Flow.INPUT) {
                producedBy.get(flow.producer()).add(flowing);
            }
            flow.readers().forEach(reader -> {
                check(reader);
                readBy.get(reader).add(flowing);
            });
        }
        this.reads = arrays(readBy);
        this.produces = arrays(producedBy);
    }

    private void check(int segment) {
        if (segment >= segments) {
            throw new IllegalArgumentException("there is no segment " + segment + " of " + segments);
        }
    }

    private static List<List<Integer>> lists(int count) {
        return IntStream.range(0, count)
                .<List<Integer>>mapToObj(i -> new ArrayList<>())
                .toList();
    }

    private static int[][] arrays(List<List<Integer>> lists) {
        return lists.stream()
                .map(list -> list.stream().mapToInt(Integer::intValue).toArray())
                .toArray(int[][]::new);
    }

    static Topology of(int segments, List<Flow> flows) {
        return new Topology(segments, flows, Flow.areOfChain(segments, flows));
    }

    /** Returns the topology of a chain, from the bytes that cross its cuts: one number more than segments. */
    static Topology chain(double... cutBytes) {
        return new Topology(cutBytes.length - 1, Flow.ofChain(cutBytes), true);
    }

    /** Returns the same flows with other sizes. */
    Topology withBytes(double... sizes) {
        return new Topology(
                segments,
                IntStream.range(0, sizes.length)
                        .mapToObj(i -> resized(flows.get(i), sizes[i]))
                        .toList(),
                chain);
    }

    /** Returns whether another topology has the same flows, apart from their sizes. */
    boolean isLike(Topology other) {
        return segments == other.segments
                && flows.stream()
                        .map(flow -> resized(flow, 0))
                        .toList()
                        .equals(other.flows.stream()
                                .map(flow -> resized(flow, 0))
                                .toList());
    }

    private static Flow resized(Flow flow, double bytes) {
        return new Flow(flow.producer(), flow.readers(), flow.isOutput(), bytes);
    }

    int segments() {
        return segments;
    }

    List<Flow> flows() {
        return flows;
    }

    Flow flow(int index) {
        return flows.get(index);
    }

    /** Returns whether each segment feeds only the next one. The flow of a cut then has the index of the cut. */
    boolean isChain() {
        return chain;
    }

    /** Returns the bytes by flow. Callers must not change the array. */
    double[] bytes() {
        return bytes;
    }

    /** Returns the flows that a segment reads. Callers must not change the array. */
    int[] reads(int segment) {
        return reads[segment];
    }

    /** Returns the flows that a segment produces. Callers must not change the array. */
    int[] produces(int segment) {
        return produces[segment];
    }
}
