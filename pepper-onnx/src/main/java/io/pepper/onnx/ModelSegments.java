package io.pepper.onnx;

import io.pepper.cut.Cut;
import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import io.pepper.partition.Partition;
import io.pepper.partition.Segment;
import io.pepper.plan.PlacedPart;
import io.pepper.plan.Placement;
import io.pepper.plan.Segments;
import io.pepper.workload.Workload;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The segments of a model, for planning: the chain between some of its cuts, or the graph of the segments of any
 * partition, such as towers that meet and heads that separate. The workload of a run of segments is computed on first
 * use, in O(edges), and kept. Thread-safe.
 *
 * <pre>{@code
 * ModelCosts costs = model.costs(model.shapes());
 * Cuts cuts = model.cuts(costs.cutOptions());
 * ModelSegments chain = costs.segments(CandidateCuts.choose(cuts, costs.flops(), 20));
 * ModelSegments towers = costs.segments(Partitioner.tree(4, costs.flops()).partition(cuts));
 * }</pre>
 */
public final class ModelSegments implements Segments {
    private final ModelCosts costs;
    private final Partition partition;
    private final List<Flow> flows;

    /** The tensors of each flow. */
    private final List<List<String>> tensors;

    private final Map<Run, Workload> works = new ConcurrentHashMap<>();

    private record Run(int from, int to) {}

    private ModelSegments(ModelCosts costs, Partition partition, List<Flow> flows, List<List<String>> tensors) {
        this.costs = costs;
        this.partition = partition;
        this.flows = Collections.unmodifiableList(flows);
        this.tensors = tensors;
    }

    /** Returns a chain, in which the tensors at a cut are one flow. */
    static ModelSegments between(DataflowGraph graph, ModelCosts costs, List<Cut> cuts) {
        Partition partition = Partition.of(graph, cuts); // Refuses cuts that are not in order.
        List<Indices> crossing = new ArrayList<>();
        crossing.add(graph.inputs());
        for (Cut cut : partition.cuts()) {
            crossing.add(Indices.of(Stream.of(cut.tensors(), cut.carried())
                    .flatMapToInt(Indices::stream)
                    .toArray()));
        }
        crossing.add(graph.outputs());
        double[] bytes = crossing.stream()
                .mapToDouble(all -> all.stream()
                        .mapToDouble(tensor -> bytes(graph, costs, tensor))
                        .sum())
                .toArray();
        List<List<String>> names = crossing.stream()
                .map(all -> all.stream().mapToObj(graph::tensorName).toList())
                .toList();
        return new ModelSegments(costs, partition, Flow.ofChain(bytes), names);
    }

    /** Returns a graph, in which each tensor between segments is a flow. */
    static ModelSegments of(DataflowGraph graph, ModelCosts costs, Partition partition) {
        if (partition.graph() != graph) {
            throw new IllegalArgumentException("the partition is of another graph");
        }
        TreeMap<Integer, List<Integer>> readers = new TreeMap<>();
        for (Segment segment : partition.segments()) {
            for (int tensor : segment.inputs()) {
                readers.computeIfAbsent(tensor, none -> new ArrayList<>()).add(segment.index());
            }
            for (int tensor : segment.outputs()) {
                readers.computeIfAbsent(tensor, none -> new ArrayList<>());
            }
        }
        Indices outputs = graph.outputs();
        List<Flow> flows = new ArrayList<>();
        List<List<String>> names = new ArrayList<>();
        readers.forEach((tensor, reading) -> {
            OptionalInt producer = graph.producer(tensor);
            int segment = producer.isPresent()
                    ? partition.segmentOf(producer.getAsInt()).orElse(Flow.INPUT)
                    : Flow.INPUT;
            flows.add(new Flow(segment, reading, outputs.contains(tensor), bytes(graph, costs, tensor)));
            names.add(List.of(graph.tensorName(tensor)));
        });
        return new ModelSegments(costs, partition, flows, names);
    }

    private static double bytes(DataflowGraph graph, ModelCosts costs, int tensor) {
        OptionalLong bytes = costs.shapes().bytes(tensor);
        if (bytes.isEmpty()) {
            throw costs.unknown(graph.tensorName(tensor));
        }
        return (double) bytes.getAsLong();
    }

    /**
     * Requires that these are the segments of a model and of a placement.
     *
     * @param model the model
     * @param placement a placement of segments
     * @throws IllegalArgumentException if the segments belong to another model, or the placement has another number of
     *     segments
     */
    public void requireOf(OnnxModel model, Placement placement) {
        if (model.graph() != partition.graph()) {
            throw new IllegalArgumentException("the segments are of another model than " + model.name());
        }
        partition(placement); // Refuses a placement of other segments.
    }

    /**
     * Returns the partition in which each segment is a part.
     *
     * @return a partition of the model's graph
     */
    public Partition partition() {
        return partition;
    }

    @Override
    public int count() {
        return partition.segments().size();
    }

    /**
     * Returns the segment of an operator, so that it can be {@linkplain io.pepper.plan.Constraints#withPin pinned}.
     *
     * @param operator the operator's name in the model
     * @return the segment's index, from 0
     * @throws IllegalArgumentException if no segment, or more than one, has an operator of that name
     */
    public int segmentOf(String operator) {
        return partition.segmentOf(operator);
    }

    @Override
    public Workload workload(int from, int to) {
        if (from < 0 || to <= from || to > count()) {
            throw new IndexOutOfBoundsException(
                    "no run from segment " + from + " to " + to + " of " + count() + " segments");
        }
        return works.computeIfAbsent(new Run(from, to), run -> costs.workload(segment(run)));
    }

    private Segment segment(Run run) {
        if (run.to - run.from == 1) {
            return partition.segments().get(run.from);
        }
        List<Integer> ends = Stream.of(run.from, run.to, count())
                .filter(end -> end > 0)
                .distinct()
                .toList();
        return partition.joined(ends).segments().get(run.from > 0 ? 1 : 0);
    }

    @Override
    public List<Flow> flows() {
        return flows;
    }

    /**
     * Returns the tensors of a flow.
     *
     * @param flow the flow's index in {@link #flows}
     * @return the names of its tensors in the model
     */
    public List<String> tensors(int flow) {
        return tensors.get(flow);
    }

    /**
     * Returns the parts of the model in a placement.
     *
     * @param placement a placement of these segments
     * @return a partition of the model's graph, with a segment for each part
     * @throws IllegalArgumentException if the placement has another number of segments
     */
    public Partition partition(Placement placement) {
        List<Integer> ends = placement.parts().stream().map(PlacedPart::to).toList();
        int last = ends.get(ends.size() - 1);
        if (last != count()) {
            throw new IllegalArgumentException("the placement is of " + last + " segments, not " + count());
        }
        return partition.joined(ends);
    }
}
