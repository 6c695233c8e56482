package io.pepper.examples.cli;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.DeviceState;
import io.pepper.cut.Cut;
import io.pepper.cut.Cuts;
import io.pepper.distributed.ClusterClient;
import io.pepper.export.DeploymentPlan;
import io.pepper.model.ProgressListener;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.ModelSegments;
import io.pepper.partition.CandidateCuts;
import io.pepper.partition.Partitioner;
import io.pepper.plan.Constraints;
import io.pepper.plan.CostModel;
import io.pepper.plan.CostTable;
import io.pepper.plan.Explanation;
import io.pepper.plan.Metric;
import io.pepper.plan.Phases;
import io.pepper.plan.Placement;
import io.pepper.plan.Planner;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of planning: the cluster, the predictions and the constraints. */
final class PlanOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ClusterOptions devices = new ClusterOptions();

    @ArgGroup(exclusive = true, multiplicity = "0..1")
    private Times times = new Times();

    @Mixin
    private PredictorOptions predictorFiles = new PredictorOptions();

    @Mixin
    private PrometheusOptions prometheus = new PrometheusOptions();

    @Option(
            names = "--load",
            paramLabel = "DEVICE=PERCENT",
            description = "Assume this CPU load of a device. May be repeated.")
    private Map<String, Double> loads = Map.of();

    @Option(
            names = "--candidates",
            paramLabel = "N",
            description = "Consider at most N cuts, spread over the model (default: 24).")
    private int candidates = 24;

    @Option(names = "--pessimistic", description = "Plan with 90th percentiles instead of medians.")
    private boolean pessimistic;

    @Option(names = "--max-latency", paramLabel = "SECONDS", description = "Limit the latency.")
    private Optional<Double> maxLatency = Optional.empty();

    @Option(names = "--max-period", paramLabel = "SECONDS", description = "Limit the period.")
    private Optional<Double> maxPeriod = Optional.empty();

    @Option(names = "--max-energy", paramLabel = "JOULES", description = "Limit the energy.")
    private Optional<Double> maxEnergy = Optional.empty();

    @Option(names = "--max-parts", paramLabel = "N", description = "Use at most N parts.")
    private Optional<Integer> maxParts = Optional.empty();

    @Option(names = "--max-devices", paramLabel = "N", description = "Use at most N devices.")
    private Optional<Integer> maxDevices = Optional.empty();

    @Option(names = "--min-devices", paramLabel = "N", description = "Use at least N devices.")
    private Optional<Integer> minDevices = Optional.empty();

    @Option(
            names = "--pin",
            paramLabel = "SEGMENT=DEVICE",
            description = "Run a segment, by its number from 1 or by the name of an operator in it, on a device.")
    private List<String> pins = List.of();

    @Option(
            names = "--keep-off",
            paramLabel = "SEGMENT=DEVICE",
            description = "Do not run a segment, by its number from 1 or the name of an operator in it, on a device.")
    private List<String> barred = List.of();

    @Option(names = "--forbid-hop", paramLabel = "FROM=TO", description = "Do not send from one device to another.")
    private List<String> forbidden = List.of();

    @Option(names = "--reuse", description = "Allow several separate parts on one device.")
    private boolean reuse;

    @Option(names = "--no-overlap", description = "Devices do not compute while they send or receive.")
    private boolean noOverlap;

    @Option(names = "--budget", paramLabel = "N", description = "Limit the search to N partial plans.")
    private Optional<Long> budget = Optional.empty();

    /** Everything that planning needs. */
    record Prepared(
            ModelSegments segments,
            Planner planner,
            Constraints constraints,
            Optional<CostModel> model,
            List<DeviceState> states,
            List<String> notes) {

        /** Returns why the figures of placements may be wrong, in given states of the devices. */
        List<String> caveats(List<Placement> placements, List<DeviceState> in) {
            if (model.isEmpty()) {
                return List.of();
            }
            return model.get().withStates(in).caveats(segments, placements);
        }

        /** Returns a copy with other segments of the model. */
        Prepared with(ModelSegments other, Planner itsPlanner) {
            return new Prepared(other, itsPlanner, constraints, model, states, notes);
        }
    }

    /**
     * Explains a placement, including the loads that would change it if loads can be predicted; measurements exist for
     * some loads only.
     */
    Explanation explain(Prepared prepared, Placement placement) {
        Explanation why = prepared.planner.explain(placement, prepared.constraints);
        return prepared.model.isPresent() && predictsLoads()
                ? why.withLoads(prepared.planner, prepared.model.get(), prepared.segments)
                : why;
    }

    /** Returns whether times are known for any load of a device. */
    boolean predictsLoads() {
        return !times.areMeasured();
    }

    Prepared prepare(ModelCosts costs, Cuts cuts, ShapeOptions shape, ProgressListener progress) throws IOException {
        List<String> notes = new ArrayList<>();
        ModelSegments segments = segments(costs, cuts, shape, notes);
        Constraints constraints = constraints(Optional.of(segments::segmentOf));
        constraints = shape.isChain() ? constraints : constraints.withReuse(true);
        if (hasCostTable()) {
            if (!shape.isChain()) {
                throw new ParameterException(spec.commandLine(), "a table of costs is for chains of segments only");
            }
            Planner planner = withCostTable(notes);
            if (planner.costs().segments() != segments.count()) {
                throw new IllegalArgumentException(times.table().orElseThrow() + ": is of "
                        + planner.costs().segments() + " segments, the model is cut into " + segments.count());
            }
            return new Prepared(segments, planner, constraints, Optional.empty(), List.of(), notes);
        }
        Timed timed = timed(notes, progress);
        return new Prepared(
                segments,
                planner(timed.cluster, timed.model.table(segments)),
                constraints,
                Optional.of(timed.model),
                timed.states,
                notes);
    }

    private ModelSegments segments(ModelCosts costs, Cuts cuts, ShapeOptions shape, List<String> notes) {
        if (shape.branches().isPresent()) {
            return costs.segments(
                    Partitioner.tree(shape.branches().get(), costs.flops()).partition(cuts));
        }
        return costs.segments(candidates(costs, cuts, notes));
    }

    /** Returns the cuts among which the plan chooses. */
    List<Cut> candidates(ModelCosts costs, Cuts cuts, List<String> notes) {
        List<Cut> chosen = CandidateCuts.choose(cuts, costs.flops(), candidates);
        if (chosen.size() < cuts.size()) {
            notes.add("planned with " + chosen.size() + " of " + cuts.size() + " cuts (--candidates)");
        }
        return chosen;
    }

    /** Returns phases whose searches keep the budget. */
    Phases withBudget(Phases phases) {
        return budget.isPresent() ? phases.withBudget(budget.get()) : phases;
    }

    /** Returns whether metrics are limited. */
    boolean limitsMetrics() {
        return !limits().isEmpty();
    }

    /** A cluster in its current state, and the predictions for it. */
    record Timed(Cluster cluster, CostModel model, List<DeviceState> states) {}

    Timed timed(List<String> notes, ProgressListener progress) throws IOException {
        Cluster described = cluster(notes);
        List<DeviceState> states = List.copyOf(states(described, notes).values());
        Cluster cluster = described.withStates(states);
        if (devices.living().isEmpty()) {
            cluster = cluster.withLinkStates(WatchedDevices.links(prometheus, described, notes));
        }
        if (!times.areKnown()) {
            throw new ParameterException(spec.commandLine(), "a table of costs is for chains of segments only");
        }
        CostModel costModel = times.model(cluster, predictorFiles, progress).withStates(states);
        return new Timed(cluster, pessimistic ? costModel.pessimistic() : costModel, states);
    }

    /** Returns the devices, and makes sure that there is a source of times. */
    private Cluster cluster(List<String> notes) throws IOException {
        Cluster cluster = devices.read(notes);
        List<String> starters = devices.starters(cluster);
        if (starters.isEmpty() && !times.areKnown() && !hasCostTable()) {
            throw new ParameterException(
                    spec.commandLine(), "a source of times is missing: --predictor, --measured, --table or --roofline");
        }
        times.orElse(starters);
        return cluster;
    }

    /** Refuses devices that are no nodes of a living cluster. */
    void requireLiving() {
        devices.requireLiving();
    }

    /** Joins the living cluster. */
    ClusterClient join() throws IOException {
        return devices.join();
    }

    boolean hasCostTable() {
        return times.table().isPresent();
    }

    /** Returns a planner with a table of costs, which needs no model. */
    Planner withCostTable(List<String> notes) throws IOException {
        Cluster cluster = cluster(notes);
        loads.forEach((name, percent) -> loaded(cluster, DeviceState.of(name), percent, "--load"));
        if (prometheus.isGiven() || !loads.isEmpty()) {
            notes.add("a table of costs holds for one state of the devices: loads and measured links are ignored");
        }
        CostTable costs = CostTable.read(times.table().orElseThrow(), cluster);
        return planner(cluster, pessimistic ? costs.pessimistic() : costs);
    }

    private Planner planner(Cluster cluster, CostTable table) {
        Planner planner = Planner.of(cluster, table);
        return budget.isPresent() ? planner.withBudget(budget.get()) : planner;
    }

    /** Returns the origin of a plan. */
    DeploymentPlan.Origin origin(List<DeviceState> states, Constraints constraints) {
        return DeploymentPlan.Origin.of(times.toString())
                .withConstraints(constraints)
                .withStates(states);
    }

    private Map<String, DeviceState> states(Cluster cluster, List<String> notes) throws IOException {
        if (devices.isLiving() && prometheus.isGiven()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "the nodes of a living cluster tell their states: --prometheus and --agents do"
                            + " not go with --cluster HOST:PORT");
        }
        Map<String, DeviceState> states = devices.living().isPresent()
                ? new LinkedHashMap<>(devices.living().get().states())
                : WatchedDevices.read(prometheus, cluster, notes);
        loads.forEach((name, percent) ->
                states.put(name, loaded(cluster, states.getOrDefault(name, DeviceState.of(name)), percent, "--load")));
        return states;
    }

    /** Returns a device's state under another load, with the number of threads that makes it. */
    DeviceState loaded(Cluster cluster, DeviceState state, double percent, String option) {
        Device device = cluster.devices()
                .get(cluster.indexOf(state.device())
                        .orElseThrow(() -> new ParameterException(
                                spec.commandLine(),
                                option + ": there is no device '" + state.device() + "' in the cluster")));
        double cores = state.cores().orElse(device.cores().orElse(1));
        return state.withCpuLoadPercent(percent).withRunnableThreads(percent / 100 * cores);
    }

    /** Returns whether there are limits. */
    boolean isLimited() {
        return !pins.isEmpty()
                || !barred.isEmpty()
                || !constraints(Optional.empty()).withReuse(true).equals(Constraints.NONE);
    }

    /** Returns the limits on metrics. */
    private Map<Metric, Double> limits() {
        Map<Metric, Double> limits = new LinkedHashMap<>();
        maxLatency.ifPresent(most -> limits.put(Metric.LATENCY, most));
        maxPeriod.ifPresent(most -> limits.put(Metric.PERIOD, most));
        maxEnergy.ifPresent(most -> limits.put(Metric.ENERGY, most));
        return limits;
    }

    /** Returns all constraints; operators are resolved to segments by their names. */
    Constraints constraints(Optional<ToIntFunction<String>> segmentOf) {
        Constraints constraints = Constraints.NONE.withReuse(reuse).withOverlap(!noOverlap);
        for (Map.Entry<Metric, Double> limit : limits().entrySet()) {
            constraints = constraints.withLimit(limit.getKey(), limit.getValue());
        }
        if (maxParts.isPresent()) {
            constraints = constraints.withMaxParts(maxParts.get());
        }
        if (maxDevices.isPresent()) {
            constraints = constraints.withMaxDevices(maxDevices.get());
        }
        if (minDevices.isPresent()) {
            constraints = constraints.withMinDevices(minDevices.get());
        }
        for (String hop : forbidden) {
            constraints = constraints.withForbiddenHop(before(hop, "--forbid-hop"), after(hop));
        }
        for (String pin : pins) {
            constraints = constraints.withPin(segment(before(pin, "--pin"), segmentOf), after(pin));
        }
        for (String bar : barred) {
            constraints = constraints.withBarred(segment(before(bar, "--keep-off"), segmentOf), after(bar));
        }
        return constraints;
    }

    private String before(String pair, String option) {
        int split = pair.lastIndexOf('=');
        if (split < 1) {
            throw new ParameterException(spec.commandLine(), option + " takes two names with = between, found " + pair);
        }
        return pair.substring(0, split);
    }

    private static String after(String pair) {
        return pair.substring(pair.lastIndexOf('=') + 1);
    }

    /** Parses a segment; people count from 1. */
    private static int segment(String typed, Optional<ToIntFunction<String>> segmentOf) {
        if (typed.chars().allMatch(Character::isDigit)) {
            return Integer.parseInt(typed) - 1;
        }
        return segmentOf
                .orElseThrow(() -> new IllegalArgumentException("not the number of a segment: '" + typed + "'"))
                .applyAsInt(typed);
    }
}
