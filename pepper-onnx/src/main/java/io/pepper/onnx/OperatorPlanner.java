package io.pepper.onnx;

import io.pepper.cluster.Cluster;
import io.pepper.cost.Measure;
import io.pepper.cost.Prediction;
import io.pepper.cost.Workload;
import io.pepper.cut.Cuts;
import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import io.pepper.partition.Partition;
import io.pepper.partition.Segment;
import io.pepper.plan.CostModel;
import io.pepper.plan.GraphPlacement;
import io.pepper.plan.GraphPlanner;
import io.pepper.plan.NoSuchPlacementException;
import io.pepper.plan.SegmentGraph;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Divides a model between two devices operator by operator, wherever that is cheapest, at cuts of any width: by minimum cuts (Hu et
 * al., "Dynamic adaptive DNN surgery", INFOCOM 2019). Pieces are predicted as a whole: an operator's time is its share of what the
 * piece between two {@linkplain Cuts cuts} takes that it lies in, and the parts that come out are predicted again as the pieces
 * that they are. Operators that {@linkplain Cuts#indivisible should stay together} do. Stateless and therefore thread-safe.
 *
 * <pre>{@code
 * OperatorPlanner.Plan plan = OperatorPlanner.plan(costs, model.cuts(), cluster, CostModel.of(cluster, predictor));
 * DeploymentExporter.export(
 *         model, plan.branches(), plan.placement(), directory, PlanOrigin.of("predictor"), ExportOptions.DEFAULTS);
 * }</pre>
 */
public final class OperatorPlanner {
    private OperatorPlanner() {}

    /**
     * A division between two devices.
     *
     * @param branches the parts, each on one device, in an order in which they can run
     * @param placement where they run, predicted as pieces; nothing is proven of these times
     * @param operatorSeconds the sum of the operators' shares and of what travels: of this it is proven that there is none less
     */
    public record Plan(ModelBranches branches, GraphPlacement placement, double operatorSeconds) {}

    /**
     * The division with the least sum of computing and sending.
     *
     * @param costs the model's costs
     * @param cuts its cuts, between which pieces are predicted
     * @param cluster two devices and their links
     * @param times predicts for them
     * @return the division; it may be all on one device
     * @throws UnknownSizeException if the size of a tensor is not known
     * @throws io.pepper.plan.NoSuchPlacementException if there is none within the memory of the devices
     * @throws IllegalArgumentException if there are not two devices
     */
    public static Plan plan(ModelCosts costs, Cuts cuts, Cluster cluster, CostModel times) {
        DataflowGraph graph = cuts.graph();
        Partition pieces = Partition.of(graph, cuts.list());
        int[] order = pieces.segments().stream()
                .flatMapToInt(piece -> piece.operators().stream())
                .toArray();
        int[] placeOf = new int[graph.operatorCount()];
        for (int place = 0; place < order.length; place++) {
            placeOf[order[place]] = place;
        }
        Partition operators = Partition.of(graph, operator -> placeOf[operator], order.length);
        Shares shares = shares(operators, pieces, costs, times, cluster);
        List<Indices> groups = cuts.indivisible();
        int[] groupOf = new int[graph.operatorCount()];
        for (int group = 0; group < groups.size(); group++) {
            for (int operator : groups.get(group)) {
                groupOf[operator] = group;
            }
        }
        ModelBranches grouped = costs.branches(Partition.of(graph, operator -> groupOf[operator], groups.size()));
        GraphPlacement cut = GraphPlanner.of(cluster, graph(grouped, cluster, shares.ofGroups(groups, placeOf)))
                .cut();
        int[] levels = levels(grouped, cut);
        int[] rank = ranks(levels);
        Partition parts = Partition.of(
                graph,
                operator -> rank[levels[groupOf[operator]]],
                Arrays.stream(rank).max().orElse(0) + 1);
        List<String> devices = new ArrayList<>();
        for (Segment part : parts.segments()) {
            devices.add(
                    cut.steps().get(groupOf[part.operators().get(0)]).device().name());
        }
        List<Plan> plans = new ArrayList<>();
        plans.add(plan(costs.branches(parts), devices, cluster, times, cut.latencySeconds()));
        ModelBranches whole = costs.branches(Partition.whole(graph));
        cluster.devices()
                .forEach(
                        device -> plans.add(plan(whole, List.of(device.name()), cluster, times, cut.latencySeconds())));
        return plans.stream()
                .filter(plan -> plan.placement.fits())
                .min(Comparator.comparingDouble(plan -> plan.placement.latencySeconds()))
                .orElseThrow(() -> new NoSuchPlacementException("no division of " + order.length + " operators on "
                        + cluster + " keeps within the memory of the devices"));
    }

    private static Plan plan(
            ModelBranches branches, List<String> devices, Cluster cluster, CostModel times, double operatorSeconds) {
        GraphPlacement placement =
                GraphPlanner.of(cluster, times.graph(branches)).evaluate(devices);
        return new Plan(branches, placement, operatorSeconds);
    }

    /** What each operator takes of the time of its piece. */
    private static Shares shares(
            Partition operators, Partition pieces, ModelCosts costs, CostModel times, Cluster cluster) {
        int devices = cluster.devices().size();
        double[][] alone = new double[operators.segments().size()][devices];
        double[][] p90 = new double[operators.segments().size()][devices];
        for (int place = 0; place < alone.length; place++) {
            Workload work = costs.workload(operators.segments().get(place));
            for (int device = 0; device < devices; device++) {
                alone[place][device] = times.predict(work, device).medianSeconds();
            }
        }
        int first = 0;
        for (Segment piece : pieces.segments()) {
            int end = first + piece.operators().size();
            for (int device = 0; device < devices; device++) {
                double sum = 0;
                for (int place = first; place < end; place++) {
                    sum += alone[place][device];
                }
                Prediction whole = times.predict(costs.workload(piece), device);
                for (int place = first; place < end; place++) {
                    double share = sum > 0 ? alone[place][device] / sum : 1.0 / (end - first);
                    alone[place][device] = share * whole.medianSeconds();
                    p90[place][device] = share * whole.p90Seconds();
                }
            }
            first = end;
        }
        return new Shares(alone, p90);
    }

    /** The median and the 0.9 quantile of times, by place and device. */
    private static final class Shares {
        private final double[][] seconds;
        private final double[][] p90;

        Shares(double[][] seconds, double[]... p90) {
            this.seconds = seconds;
            this.p90 = p90;
        }

        Shares ofGroups(List<Indices> groups, int... placeOf) {
            return new Shares(sums(groups, placeOf, seconds), sums(groups, placeOf, p90));
        }

        private static double[][] sums(List<Indices> groups, int[] placeOf, double[]... times) {
            double[][] sums = new double[groups.size()][];
            for (int group = 0; group < sums.length; group++) {
                Indices operators = groups.get(group);
                sums[group] = times[placeOf[operators.get(0)]].clone();
                for (int i = 1; i < operators.size(); i++) {
                    for (int device = 0; device < sums[group].length; device++) {
                        sums[group][device] += times[placeOf[operators.get(i)]][device];
                    }
                }
            }
            return sums;
        }
    }

    private static SegmentGraph graph(ModelBranches groups, Cluster cluster, Shares shares) {
        double[][] seconds = shares.seconds;
        SegmentGraph.Builder graph = SegmentGraph.builder(cluster.devices().size());
        for (int place = 0; place < seconds.length; place++) {
            double[] joules = new double[seconds[place].length];
            for (int device = 0; device < joules.length; device++) {
                joules[device] =
                        cluster.devices().get(device).inferenceWatts().orElse(Double.NaN) * seconds[place][device];
            }
            double weights = groups.workload(place).get(Measure.WEIGHT_BYTES);
            graph.segment(seconds[place], shares.p90[place], joules, Double.isNaN(weights) ? 0 : weights);
        }
        groups.tensors().forEach(graph::tensor);
        return graph.build();
    }

    /** How often the device changes on the way to a group at most: groups of one level are of one device. */
    private static int[] levels(ModelBranches groups, GraphPlacement cut) {
        int[] levels = new int[groups.segments()];
        DataflowGraph graph = groups.partition().graph();
        String first = cut.cluster().devices().get(0).name();
        for (Segment group : groups.partition().segments()) {
            int parity = cut.steps().get(group.index()).device().name().equals(first) ? 0 : 1;
            int level = parity;
            for (int tensor : group.inputs()) {
                if (graph.producer(tensor).isPresent()) {
                    int maker = groups.partition()
                            .segmentOf(graph.producer(tensor).getAsInt())
                            .orElseThrow();
                    int before = levels[maker];
                    level = Math.max(level, before % 2 == parity ? before : before + 1);
                }
            }
            levels[group.index()] = level;
        }
        return levels;
    }

    /** The levels that have operators, counted from 0. */
    private static int[] ranks(int... levels) {
        int[] ranks = new int[Arrays.stream(levels).max().orElse(0) + 1];
        Arrays.fill(ranks, -1);
        Arrays.stream(levels).forEach(level -> ranks[level] = 0);
        int count = 0;
        for (int level = 0; level < ranks.length; level++) {
            if (ranks[level] == 0) {
                ranks[level] = count++;
            }
        }
        return ranks;
    }
}
