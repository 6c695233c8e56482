package io.pepper.onnx;

import io.pepper.cluster.Cluster;
import io.pepper.cut.Cuts;
import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import io.pepper.partition.Partition;
import io.pepper.partition.Segment;
import io.pepper.plan.Constraints;
import io.pepper.plan.CostModel;
import io.pepper.plan.CostTable;
import io.pepper.plan.NoSuchPlacementException;
import io.pepper.plan.Objective;
import io.pepper.plan.PlacedPart;
import io.pepper.plan.Placement;
import io.pepper.plan.Planner;
import io.pepper.plan.Segments;
import io.pepper.workload.Prediction;
import io.pepper.workload.Workload;
import io.pepper.workload.WorkloadMeasure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A planner that divides a model between two devices operator by operator, at cuts of any width. For latency and energy
 * it finds a minimum cut (Hu et al., "Dynamic adaptive DNN surgery", INFOCOM 2019). Times are predicted for pieces: an
 * operator's time is its share of the time of the piece between two {@linkplain Cuts cuts} that contains it. The
 * resulting parts are predicted again as pieces. Operators that {@linkplain Cuts#indivisible should stay together} do
 * so. Stateless and therefore thread-safe.
 *
 * <pre>{@code
 * CostModel times = CostModel.of(cluster, predictor);
 * OperatorPlanner.Plan plan = OperatorPlanner.plan(costs, model.cuts(), cluster, times, Objective.LATENCY);
 * DeploymentExporter.export(model, plan.segments(), plan.placement(), directory, DeploymentPlan.Origin.of("predictor"));
 * }</pre>
 */
public final class OperatorPlanner {
    private OperatorPlanner() {}

    /**
     * A division between two devices.
     *
     * @param segments the parts, each on one device, in an order in which they can run
     * @param placement the devices of the parts, with costs predicted for the parts as pieces; these costs have no
     *     optimality guarantee
     * @param operatorCost the value of the objective for the operators' shares and the transfers, if the devices take
     *     turns; the relative distance to the optimum is at most {@code gap}
     * @param gap upper bound on the optimality gap of {@code operatorCost}; 0 for sums of latency and energy
     */
    public record Plan(ModelSegments segments, Placement placement, double operatorCost, double gap) {}

    /**
     * Returns the division of least cost, if the devices take turns.
     *
     * @param costs the model's costs
     * @param cuts the model's cuts, between which pieces are predicted
     * @param cluster two devices and their links
     * @param times the predicted times of the devices
     * @param objective the objective to minimise; with a weight on the period, the search is bounded
     * @return the division, which may use only one device
     * @throws io.pepper.model.UnknownSizeException if the size of a tensor is unknown
     * @throws io.pepper.plan.NoSuchPlacementException if no division fits into the memory of the devices
     * @throws IllegalArgumentException if there are not two devices, or the objective includes energy and it is unknown
     */
    public static Plan plan(ModelCosts costs, Cuts cuts, Cluster cluster, CostModel times, Objective objective) {
        if (cluster.devices().size() != 2) {
            throw new IllegalArgumentException("operators are divided between two devices, found "
                    + cluster.devices().size());
        }
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
        ModelSegments grouped = costs.segments(Partition.of(graph, operator -> groupOf[operator], groups.size()));
        CostTable table = table(grouped, cluster, shares.ofGroups(groups, placeOf));
        Placement cut = Planner.of(cluster, table).plan(objective, Constraints.NONE.withConcurrency(false));
        String[] deviceOf = deviceOf(cut, groups.size());
        int[] levels = levels(grouped, cluster, deviceOf);
        int[] rank = ranks(levels);
        Partition parts = Partition.of(
                graph,
                operator -> rank[levels[groupOf[operator]]],
                Arrays.stream(rank).max().orElse(0) + 1);
        List<String> devices = parts.segments().stream()
                .map(part -> deviceOf[groupOf[part.operators().get(0)]])
                .toList();
        List<Plan> plans = new ArrayList<>();
        plans.add(plan(costs.segments(parts), devices, times, cut));
        ModelSegments whole = costs.segments(List.of());
        cluster.devices().forEach(device -> plans.add(plan(whole, List.of(device.name()), times, cut)));
        return plans.stream()
                .filter(plan -> plan.placement.fits())
                .min(Comparator.comparingDouble(plan -> plan.placement.value()))
                .orElseThrow(() -> new NoSuchPlacementException("no division of " + order.length + " operators on "
                        + cluster + " keeps within the memory of the devices"));
    }

    private static Plan plan(ModelSegments segments, List<String> devices, CostModel times, Placement cut) {
        Placement placement =
                Planner.of(cut.cluster(), times.table(segments)).evaluate(devices, cut.objective(), Constraints.NONE);
        return new Plan(segments, placement, cut.value(), cut.gap());
    }

    private static String[] deviceOf(Placement placement, int segments) {
        String[] devices = new String[segments];
        for (PlacedPart part : placement.parts()) {
            Arrays.fill(devices, part.from(), part.to(), part.device().name());
        }
        return devices;
    }

    /** Returns each operator's share of the time of its piece. */
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

    /** The median and the 0.9 quantile of times, by index of the operator and device. */
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

    private static CostTable table(ModelSegments groups, Cluster cluster, Shares shares) {
        CostTable.Builder table =
                CostTable.bySegment(groups.count(), cluster.devices().size(), groups.flows());
        for (int group = 0; group < groups.count(); group++) {
            double weights = groups.workload(group, group + 1)
                    .get(WorkloadMeasure.WEIGHT_BYTES)
                    .orElse(0);
            table.memoryBytes(group, group + 1, weights, 0);
            for (int index = 0; index < cluster.devices().size(); index++) {
                int device = index;
                double seconds = shares.seconds[group][device];
                table.seconds(group, group + 1, device, seconds, Math.max(seconds, shares.p90[group][device]));
                OptionalDouble watts = cluster.devices().get(device).inferenceWatts();
                if (watts.isPresent()) {
                    table.joules(group, group + 1, device, watts.getAsDouble() * seconds);
                }
            }
        }
        return table.build();
    }

    /**
     * Returns for each group the largest number of device changes on a path to it. All groups of one level are on the
     * same device.
     */
    private static int[] levels(ModelSegments groups, Cluster cluster, String... deviceOf) {
        int[] levels = new int[groups.count()];
        String first = cluster.devices().get(0).name();
        for (int group = 0; group < levels.length; group++) {
            int parity = deviceOf[group].equals(first) ? 0 : 1;
            int level = parity;
            for (Segments.Flow flow : groups.flows()) {
                if (flow.producer() != Segments.Flow.INPUT && flow.readers().contains(group)) {
                    int before = levels[flow.producer()];
                    level = Math.max(level, before % 2 == parity ? before : before + 1);
                }
            }
            levels[group] = level;
        }
        return levels;
    }

    /** Returns the rank of each level among those that have operators; -1 for the others. */
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
