package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.cluster.Cluster;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.LinkState;
import io.pepper.internal.text.Quantities;
import io.pepper.plan.CostModel;
import io.pepper.plan.CostTable;
import io.pepper.plan.Explanation;
import io.pepper.plan.Objective;
import io.pepper.plan.Placement;
import io.pepper.plan.Planner;
import io.pepper.plan.RobustPlanner;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option for loads and rates of links that occur together, for plans that are good in the worst scenario. */
final class Scenarios {
    /** Between the two devices of a link. */
    private static final String LINK = "~";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--scenario",
            paramLabel = "DEVICE=PERCENT,A~B=RATE,…",
            description =
                    "CPU loads, and rates of links between two devices in bytes per second, that occur together. Given"
                            + " twice or more, the plan is the one whose worst scenario costs least. Other devices and links"
                            + " keep their state.")
    private List<String> typed = List.of();

    /** A placement in all scenarios. */
    record Plan(List<String> names, RobustPlanner.Result result, Explanation why, List<List<DeviceState>> states) {
        List<DeviceState> worstStates() {
            return states.get(result.worst());
        }

        void print(PrintWriter out) {
            Table table = new Table("scenario", "latency", "per second", "");
            for (int i = 0; i < names.size(); i++) {
                Placement in = result.scenarios().get(i);
                table.row(
                        names.get(i),
                        Quantities.seconds(in.latencySeconds()),
                        Quantities.number(in.throughputPerSecond()),
                        i == result.worst() ? "worst, planned for" : "");
            }
            out.println();
            table.print(out);
        }

        void addTo(ObjectNode document) {
            ArrayNode list = document.putArray("scenarios");
            for (int i = 0; i < names.size(); i++) {
                Placement in = result.scenarios().get(i);
                ObjectNode node = list.addObject().put("loads", names.get(i)).put("worst", i == result.worst());
                Json.put(node, "latencySeconds", in.latencySeconds());
                Json.put(node, "throughputPerSecond", in.throughputPerSecond());
            }
        }
    }

    boolean isAny() {
        return !typed.isEmpty();
    }

    /** Returns the placement whose worst scenario costs least; empty if there are no scenarios. */
    Optional<Plan> plan(PlanOptions plan, PlanOptions.Prepared prepared, Objective objective) {
        if (typed.isEmpty()) {
            return Optional.empty();
        }
        CostModel model = prepared.model()
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(), "--scenario: a table of costs holds for one state of the devices"));
        Cluster cluster = prepared.planner().cluster();
        List<List<DeviceState>> states = new ArrayList<>();
        List<Cluster> clusters = new ArrayList<>();
        List<CostTable> tables = new ArrayList<>();
        for (String scenario : typed) {
            states.add(states(plan, cluster, prepared.states(), scenario));
            clusters.add(cluster.withLinkStates(links(cluster, scenario)));
            CostModel loaded = model.withStates(states.get(states.size() - 1));
            tables.add(loaded.table(prepared.segments()));
        }
        RobustPlanner.Result result = RobustPlanner.of(clusters, tables).plan(objective, prepared.constraints());
        Placement worst = result.placement();
        Explanation alone = Planner.of(clusters.get(result.worst()), tables.get(result.worst()))
                .explain(worst, prepared.constraints());
        Explanation why = new Explanation(
                worst, prepared.constraints(), alone.singleDevices(), Optional.empty(), List.of(), List.of());
        return Optional.of(new Plan(typed, result, why, states));
    }

    private List<DeviceState> states(PlanOptions plan, Cluster cluster, List<DeviceState> known, String scenario) {
        Map<String, DeviceState> states = new LinkedHashMap<>();
        known.forEach(state -> states.put(state.device(), state));
        for (String each : scenario.split(",", -1)) {
            int split = each.lastIndexOf('=');
            String name = each.substring(0, Math.max(0, split));
            if (isLink(cluster, name)) {
                continue;
            }
            DeviceState before = states.getOrDefault(name, DeviceState.of(name));
            states.put(name, plan.loaded(cluster, before, number(each.substring(split + 1), scenario), "--scenario"));
        }
        return List.copyOf(states.values());
    }

    /** Returns the links of a scenario, each in the directions that the cluster has. */
    private List<LinkState> links(Cluster cluster, String scenario) {
        List<LinkState> links = new ArrayList<>();
        for (String each : scenario.split(",", -1)) {
            int split = each.lastIndexOf('=');
            String name = each.substring(0, Math.max(0, split));
            if (isLink(cluster, name)) {
                String one = name.substring(0, name.indexOf(LINK));
                String other = name.substring(name.indexOf(LINK) + 1);
                double rate = number(each.substring(split + 1), scenario);
                try {
                    links.add(LinkState.of(one, other).withBytesPerSecond(rate));
                    links.add(LinkState.of(other, one).withBytesPerSecond(rate));
                    requireLink(cluster, cluster.requireIndex(one), cluster.requireIndex(other));
                } catch (IllegalArgumentException refused) {
                    throw new ParameterException(spec.commandLine(), "--scenario: " + refused.getMessage(), refused);
                }
            }
        }
        return links;
    }

    private static boolean isLink(Cluster cluster, String name) {
        return name.contains(LINK) && cluster.indexOf(name).isEmpty();
    }

    private static void requireLink(Cluster cluster, int one, int other) {
        if (cluster.link(one, other).isEmpty() && cluster.link(other, one).isEmpty()) {
            throw new IllegalArgumentException("the cluster has no link between '"
                    + cluster.devices().get(one).name() + "' and '"
                    + cluster.devices().get(other).name() + "'");
        }
    }

    private double number(String number, String scenario) {
        try {
            return Double.parseDouble(number);
        } catch (NumberFormatException none) {
            throw new ParameterException(
                    spec.commandLine(), "--scenario takes DEVICE=PERCENT,A~B=RATE,…, found '" + scenario + "'");
        }
    }
}
