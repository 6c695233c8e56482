package io.pepper.onnx;

import io.pepper.cost.Workload;
import io.pepper.cut.Cut;
import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import io.pepper.partition.Partition;
import io.pepper.plan.Pieces;
import io.pepper.plan.Placement;
import io.pepper.plan.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The segments of a model between some of its cuts, to be planned with. What runs of segments ask of a device is worked out when
 * it is first asked for, in O(operators), and kept. Thread-safe.
 *
 * <pre>{@code
 * ModelCosts costs = model.costs(model.shapes());
 * List<Cut> cuts = CandidateCuts.choose(model.cuts(costs.cutOptions()), costs.flops(), 20);
 * ModelPieces pieces = costs.pieces(cuts);
 * }</pre>
 */
public final class ModelPieces implements Pieces {
    private final DataflowGraph graph;
    private final ModelCosts costs;
    private final List<Cut> cuts;
    private final double[] cutBytes;
    private final Map<Run, Workload> works = new ConcurrentHashMap<>();

    private record Run(int from, int to) {}

    ModelPieces(DataflowGraph graph, ModelCosts costs, List<Cut> cuts) {
        this.graph = graph;
        this.costs = costs;
        this.cuts = List.copyOf(cuts);
        Partition.of(graph, cuts); // Refuses cuts that are not one after the other.
        this.cutBytes = new double[cuts.size() + 2];
        cutBytes[0] = bytes(graph.inputs());
        for (int i = 0; i < cuts.size(); i++) {
            cutBytes[i + 1] = bytes(cuts.get(i).tensors()) + bytes(cuts.get(i).carried());
        }
        cutBytes[cuts.size() + 1] = bytes(graph.outputs());
    }

    private double bytes(Indices tensors) {
        double sum = 0;
        for (int tensor : tensors) {
            OptionalLong bytes = costs.shapes().bytes(tensor);
            if (bytes.isEmpty()) {
                throw costs.unknown(graph.tensorName(tensor));
            }
            sum += (double) bytes.getAsLong();
        }
        return sum;
    }

    boolean isOf(OnnxModel model) {
        return model.graph() == graph;
    }

    /**
     * Where the segments meet.
     *
     * @return the cuts, one fewer than segments
     */
    public List<Cut> cuts() {
        return cuts;
    }

    @Override
    public int segments() {
        return cuts.size() + 1;
    }

    /**
     * The segment that an operator is in, so that it can be {@linkplain io.pepper.plan.Constraints#withPin pinned}.
     *
     * @param operator the operator's name in the model
     * @return the segment's place, from 0
     * @throws IllegalArgumentException if no segment, or several, have an operator of that name
     */
    public int segmentOf(String operator) {
        return Partition.of(graph, cuts).segmentOf(operator);
    }

    @Override
    public Workload workload(int from, int to) {
        if (from < 0 || to <= from || to > segments()) {
            throw new IndexOutOfBoundsException(
                    "no run from segment " + from + " to " + to + " of " + segments() + " segments");
        }
        return works.computeIfAbsent(new Run(from, to), run -> {
            List<Cut> around = new ArrayList<>();
            if (run.from > 0) {
                around.add(cuts.get(run.from - 1));
            }
            if (run.to < segments()) {
                around.add(cuts.get(run.to - 1));
            }
            return costs.workload(Partition.of(graph, around).segments().get(run.from > 0 ? 1 : 0));
        });
    }

    @Override
    public double cutBytes(int cut) {
        return cutBytes[cut];
    }

    /**
     * The parts that a placement makes of the model: one for each stage.
     *
     * @param placement a placement of these segments
     * @return a partition of the model's graph
     * @throws IllegalArgumentException if the placement is of another number of segments
     */
    public Partition partition(Placement placement) {
        List<Stage> stages = placement.stages();
        int last = stages.get(stages.size() - 1).to();
        if (last != segments()) {
            throw new IllegalArgumentException("the placement is of " + last + " segments, not " + segments());
        }
        return Partition.of(
                graph,
                stages.subList(1, stages.size()).stream()
                        .map(stage -> cuts.get(stage.from() - 1))
                        .toList());
    }
}
