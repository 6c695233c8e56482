package io.pepper.onnx;

import io.pepper.cost.Workload;
import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import io.pepper.partition.Partition;
import io.pepper.partition.Segment;
import io.pepper.plan.Branches;
import io.pepper.plan.GraphPlacement;
import io.pepper.plan.SegmentGraph;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The segments of a partition, to be planned with where they need not be one after the other: towers that meet, heads that part.
 * Immutable and therefore thread-safe.
 *
 * <pre>{@code
 * ModelCosts costs = model.costs(model.shapes());
 * Partition towers = Partitioner.tree(4, costs.flops()).partition(model.cuts(costs.cutOptions()));
 * ModelBranches branches = costs.branches(towers);
 * GraphPlacement placement = GraphPlanner.of(cluster, costModel.graph(branches)).plan();
 * }</pre>
 */
public final class ModelBranches implements Branches {
    private final DataflowGraph graph;
    private final Partition partition;
    private final List<Workload> works;
    private final List<String> names = new ArrayList<>();
    private final List<SegmentGraph.Tensor> tensors = new ArrayList<>();

    ModelBranches(DataflowGraph graph, ModelCosts costs, Partition partition) {
        if (partition.graph() != graph) {
            throw new IllegalArgumentException("the partition is of another graph");
        }
        this.graph = graph;
        this.partition = partition;
        this.works = partition.segments().stream().map(costs::workload).toList();
        collect(costs);
    }

    private void collect(ModelCosts costs) {
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
        readers.forEach((tensor, reading) -> {
            OptionalLong bytes = costs.shapes().bytes(tensor);
            if (bytes.isEmpty()) {
                throw costs.unknown(graph.tensorName(tensor));
            }
            OptionalInt producer = graph.producer(tensor);
            int maker = producer.isPresent()
                    ? partition.segmentOf(producer.getAsInt()).orElse(SegmentGraph.INPUT)
                    : SegmentGraph.INPUT;
            tensors.add(new SegmentGraph.Tensor(maker, reading, outputs.contains(tensor), (double) bytes.getAsLong()));
            names.add(graph.tensorName(tensor));
        });
    }

    void check(OnnxModel model, GraphPlacement placement) {
        if (model.graph() != graph) {
            throw new IllegalArgumentException("the segments are of another model than " + model.name());
        }
        if (placement.steps().size() != segments()) {
            throw new IllegalArgumentException(
                    "the placement is of " + placement.steps().size() + " segments, not " + segments());
        }
    }

    /**
     * The segments.
     *
     * @return the partition
     */
    public Partition partition() {
        return partition;
    }

    @Override
    public int segments() {
        return works.size();
    }

    @Override
    public Workload workload(int segment) {
        return works.get(segment);
    }

    @Override
    public List<SegmentGraph.Tensor> tensors() {
        return Collections.unmodifiableList(tensors);
    }

    /**
     * What a tensor is called.
     *
     * @param tensor its place among the {@link #tensors}
     * @return its name in the model
     */
    public String tensorName(int tensor) {
        return names.get(tensor);
    }
}
