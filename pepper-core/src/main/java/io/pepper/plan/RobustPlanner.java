package io.pepper.plan;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Link;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * A planner for several scenarios at once, such as loads that occur together, and links that are slow at the same time.
 * It finds the placement whose worst scenario costs least. (For devices with independent states, {@link CostTable#worst} is cheaper and as exact.)
 *
 * <p>For any weights of the scenarios, the weighted cost of a placement is at most its cost in its worst scenario.
 * Placements are therefore examined in the order of their weighted costs (the next best by Lawler, "A procedure for
 * computing the K best solutions", 1972) until the next weighted cost is no less than the best worst case so far, which
 * is then proven to be optimal. Before, the weights are moved towards the worst scenarios (subgradients), so that few
 * placements are examined. If the budget ends earlier, the {@linkplain Result#gap gap} bounds the possible improvement.
 * Immutable and therefore thread-safe.
 *
 * <pre>{@code
 * RobustPlanner.Result plan = RobustPlanner.of(cluster, List.of(atNight, atNoon)).plan(Objective.LATENCY, Constraints.NONE);
 * }</pre>
 */
public final class RobustPlanner {
    /** The default number of placements that are examined. */
    public static final int DEFAULT_BUDGET = 2_000;

    private static final int WEIGHT_STEPS = 24;
    private static final double ROUNDING = 1e-12;

    /** The devices and links of each scenario. */
    private final List<Cluster> clusters;

    private final List<CostTable> scenarios;
    private final int budget;

    private RobustPlanner(List<Cluster> clusters, List<CostTable> scenarios, int budget) {
        this.clusters = clusters;
        this.scenarios = scenarios;
        this.budget = budget;
    }

    /**
     * Returns a planner for scenarios.
     *
     * @param cluster the devices and links
     * @param scenarios the costs of the segments in each scenario: one or more tables of the same shape
     * @return a planner
     * @throws IllegalArgumentException if there is no scenario, or if their shapes differ
     */
    public static RobustPlanner of(Cluster cluster, List<CostTable> scenarios) {
        return of(Collections.nCopies(scenarios.size(), cluster), scenarios);
    }

    /**
     * Returns a planner for scenarios in which links differ, too.
     *
     * @param clusters the devices and links in each scenario: the same devices in the same order
     * @param scenarios the costs of the segments in each scenario: one or more tables of the same shape
     * @return a planner
     * @throws IllegalArgumentException if there is no scenario, if there is another number of clusters, or if the devices
     *     or the shapes differ
     */
    public static RobustPlanner of(List<Cluster> clusters, List<CostTable> scenarios) {
        if (scenarios.isEmpty()) {
            throw new IllegalArgumentException("there is no scenario to plan for");
        }
        if (clusters.size() != scenarios.size()) {
            throw new IllegalArgumentException(
                    "there are " + scenarios.size() + " scenarios and " + clusters.size() + " clusters");
        }
        for (int i = 0; i < scenarios.size(); i++) {
            scenarios.get(0).worst(scenarios.get(i)); // Refuses another shape.
            Planner.of(clusters.get(i), scenarios.get(i));
            if (!clusters.get(i).devices().equals(clusters.get(0).devices())) {
                throw new IllegalArgumentException("scenario " + i + " has other devices than scenario 0");
            }
        }
        return new RobustPlanner(List.copyOf(clusters), List.copyOf(scenarios), DEFAULT_BUDGET);
    }

    /**
     * Returns this planner with another limit on the search.
     *
     * @param placements the maximum number of examined placements, 1 or more
     * @return the new planner
     */
    public RobustPlanner withBudget(int placements) {
        if (placements < 1) {
            throw new IllegalArgumentException("a budget is 1 placement or more, found " + placements);
        }
        return new RobustPlanner(clusters, scenarios, placements);
    }

    /**
     * A placement in every scenario. Immutable.
     *
     * @param scenarios the same placement with its costs in each scenario; that of the worst scenario carries the proof
     * @param worst the index of the scenario with the largest cost by the objective
     * @param gap upper bound on the relative saving of a better placement in its worst scenario; 0 if there is proven
     *     to be none
     */
    public record Result(List<Placement> scenarios, int worst, double gap) {
        /**
         * Copies the list.
         *
         * @param scenarios the same placement with its costs in each scenario; that of the worst scenario carries the
         *     proof
         * @param worst the index of the scenario with the largest cost by the objective
         * @param gap upper bound on the relative saving of a better placement in its worst scenario; 0 if there is
         *     proven to be none
         */
        public Result {
            scenarios = List.copyOf(scenarios);
        }

        /**
         * Returns the placement in the worst scenario.
         *
         * @return the placement
         */
        public Placement placement() {
            return scenarios.get(worst);
        }
    }

    /** The placements within some constraints, with the best of them. */
    private record Family(Constraints constraints, int decided, Placement best) {
        double bound() {
            return best.value() * (1 - best.gap());
        }
    }

    /**
     * Returns the placement whose worst scenario costs least.
     *
     * @param objective the objective
     * @param constraints the limits; those on metrics hold for the weighted scenarios only, and are therefore refused
     * @return the placement
     * @throws NoSuchPlacementException if there is none
     * @throws IllegalArgumentException if a metric is limited
     */
    public Result plan(Objective objective, Constraints constraints) {
        for (Metric metric : Metric.values()) {
            if (constraints.limit(metric).isPresent()) {
                throw new IllegalArgumentException("limits on metrics are not kept in every scenario: " + metric);
            }
        }
        double[] weights = weights(objective, constraints);
        Planner planner = weighted(weights);
        PriorityQueue<Family> families = new PriorityQueue<>(Comparator.comparingDouble(Family::bound));
        Placement first = planner.plan(objective, constraints);
        families.add(new Family(constraints, 0, first));
        Result found = evaluateInEach(first, constraints);
        double least = found.placement().value();
        int looked = 0;
        while (!families.isEmpty() && looked < budget && families.peek().bound() < least * (1 - ROUNDING)) {
            Family next = families.poll();
            Result result = evaluateInEach(next.best, constraints);
            double cost = result.placement().value();
            if (cost < least) {
                least = cost;
                found = result;
            }
            looked++;
            families.addAll(others(planner, objective, next));
        }
        double bound =
                families.isEmpty() ? least : Math.min(least, families.peek().bound());
        double gap = least > 0 && bound < least * (1 - ROUNDING) ? (least - bound) / least : 0;
        return proven(found, constraints, bound, gap);
    }

    /** Returns a result whose bound is stored in the scenario to which it applies. */
    private Result proven(Result found, Constraints constraints, double bound, double gap) {
        List<Placement> each = new ArrayList<>(found.scenarios);
        each.set(
                found.worst,
                Planner.of(clusters.get(found.worst), scenarios.get(found.worst))
                        .evaluate(found.placement(), constraints, bound));
        return new Result(each, found.worst, gap);
    }

    /** Returns all placements of a family except its best one, as families by the first segment that differs. */
    private static List<Family> others(Planner planner, Objective objective, Family family) {
        List<Family> others = new ArrayList<>();
        Constraints asBest = family.constraints;
        for (PlacedPart part : family.best.parts()) {
            for (int segment = part.from(); segment < part.to(); segment++) {
                String device = part.device().name();
                if (segment >= family.decided) {
                    Constraints barred = asBest.withBarred(segment, device);
                    int decided = segment;
                    planner.bestWithin(objective, barred)
                            .ifPresent(best -> others.add(new Family(barred, decided, best)));
                }
                asBest = asBest.withPin(segment, device);
            }
        }
        return others;
    }

    private Result evaluateInEach(Placement placement, Constraints constraints) {
        List<Placement> each = new ArrayList<>();
        int worst = 0;
        for (int i = 0; i < scenarios.size(); i++) {
            each.add(Planner.of(clusters.get(i), scenarios.get(i)).evaluate(placement, constraints, 0));
            if (each.get(each.size() - 1).value() > each.get(worst).value()) {
                worst = each.size() - 1;
            }
        }
        return new Result(each, worst, 0);
    }

    /** Returns weights under which the best placement is as expensive as possible, so that the bound is tight. */
    private double[] weights(Objective objective, Constraints constraints) {
        double[] weights = new double[scenarios.size()];
        Arrays.fill(weights, 1.0 / weights.length);
        double[] best = weights.clone();
        double most = Double.NEGATIVE_INFINITY;
        for (int step = 1; step <= WEIGHT_STEPS && weights.length > 1; step++) {
            Optional<Placement> placed = weighted(weights).tryPlan(objective, constraints);
            if (placed.isEmpty()) {
                break;
            }
            if (placed.get().value() > most) {
                most = placed.get().value();
                best = weights.clone();
            }
            Result costs = evaluateInEach(placed.get(), constraints);
            double share = 1.0 / (step + 1);
            for (int i = 0; i < weights.length; i++) {
                weights[i] = weights[i] * (1 - share) + (i == costs.worst ? share : 0);
            }
        }
        return best;
    }

    private Planner weighted(double... weights) {
        return Planner.of(weightedCluster(weights), CostTable.weighted(scenarios, weights));
    }

    /** Returns the cluster whose links cost the weighted sum of those in the scenarios. */
    private Cluster weightedCluster(double... weights) {
        Cluster first = clusters.get(0);
        if (clusters.stream().allMatch(first::equals)) {
            return first;
        }
        Cluster.Builder weighted = first.toBuilder();
        int devices = first.devices().size();
        for (int from = 0; from < devices; from++) {
            for (int to = 0; to < devices; to++) {
                String sender = first.devices().get(from).name();
                String receiver = first.devices().get(to).name();
                Optional<Link> link = weightedLink(from, to, weights);
                if (from != to && link.isPresent()) {
                    weighted.directedLink(sender, receiver, link.get());
                } else if (from != to) {
                    weighted.unreachable(sender, receiver);
                }
            }
        }
        return weighted.build();
    }

    /** Returns a link; empty if a scenario lacks it, in which placements that use it would cost infinitely much. */
    private Optional<Link> weightedLink(int from, int to, double... weights) {
        double perByte = 0;
        double latency = 0;
        double overhead = 0;
        double joules = 0;
        for (int i = 0; i < weights.length; i++) {
            Optional<Link> link = clusters.get(i).link(from, to);
            if (link.isEmpty()) {
                return Optional.empty();
            }
            perByte += weights[i] * link.get().sentShare() / link.get().bytesPerSecond();
            latency += weights[i] * link.get().latencySeconds();
            overhead += weights[i] * link.get().overheadSeconds();
            joules += weights[i] * link.get().joules(1);
        }
        return Optional.of(new Link(1 / perByte, latency, overhead, joules, 1));
    }
}
