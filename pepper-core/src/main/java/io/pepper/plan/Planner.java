package io.pepper.plan;

import io.pepper.cluster.Cluster;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Decides which segments of a model run on which devices. A plan is proven to be the best, or says by how much a better one could
 * cost less at most.
 *
 * <ul>
 *   <li>Latency, energy and weighted sums of both: shortest path over cuts and devices, backwards (Bellman 1957), in
 *       O(segments × devices²) time, or O(segments² × devices + segments × devices²) for a table by runs or with limits of memory.
 *   <li>Throughput of a pipeline that uses each device once: search over the possible periods with sets of devices, exponential
 *       in the devices; for up to about sixteen.
 *   <li>All else that couples parts (limits on metrics, memory of a device that is used again, numbers of devices and parts,
 *       throughput with devices used again): best-first search with labels and dominance, exact until the budget of labels is
 *       spent.
 * </ul>
 *
 * <p>Of plans of the same cost the one with the fewest parts is chosen, of these the first by the device (in the cluster's
 * order), then the end, of each part in turn. Immutable and therefore thread-safe.
 *
 * <pre>{@code
 * Placement best = Planner.of(cluster, costs).plan(Objective.LATENCY);
 * Placement frugal = Planner.of(cluster, costs)
 *         .plan(Objective.ENERGY, Constraints.NONE.withLimit(Metric.LATENCY, 0.08));
 * }</pre>
 */
public final class Planner {
    /** How many labels a search makes at most, unless told otherwise: a second or two. */
    public static final long DEFAULT_BUDGET = 500_000;

    /** By so much, relative to what a placement costs, a limit is lowered at first that did not exclude it. */
    private static final double LEAST_STEP = 1e-16;

    private static final int MOST_DEVICES = 64;
    private static final int MOST_CHECKS = 64;

    /** The devices and costs in the form of searches, kept so that only what changes is worked out anew. */
    private final Problem basis;

    /** The last search of a chain, shared with the planners that go on from this one; never changed once it is here. */
    private final AtomicReference<@Nullable ToGo> last;

    private final long budget;
    private final double gap;

    private Planner(Problem basis, AtomicReference<@Nullable ToGo> last, long budget, double gap) {
        this.basis = basis;
        this.last = last;
        this.budget = budget;
        this.gap = gap;
    }

    /**
     * Plans for a cluster.
     *
     * @param cluster the devices and links
     * @param costs what the segments cost on these devices, in the same order
     * @return a planner
     * @throws IllegalArgumentException if the costs are of another number of devices
     */
    public static Planner of(Cluster cluster, CostTable costs) {
        return new Planner(
                Problem.of(cluster, costs, Objective.LATENCY, Constraints.NONE),
                new AtomicReference<>(),
                DEFAULT_BUDGET,
                0);
    }

    /**
     * Limits how long a search takes.
     *
     * @param labels how many begins of plans it looks at, at most; 1 or more
     * @return a planner that keeps to it
     */
    public Planner withBudget(long labels) {
        if (labels < 1) {
            throw new IllegalArgumentException("a budget is 1 label or more, found " + labels);
        }
        return new Planner(basis, last, labels, gap);
    }

    /**
     * Is content with less than the best, where that is sooner found.
     *
     * @param relative by how much a better plan may cost less at most, 0 (the default) to 1
     * @return a planner that ends its searches as soon as that is proven
     */
    public Planner withGap(double relative) {
        if (!(relative >= 0 && relative <= 1)) {
            throw new IllegalArgumentException("a gap is 0 to 1, found " + relative);
        }
        return new Planner(basis, last, budget, relative);
    }

    /**
     * Plans on, after the state of devices has changed.
     *
     * @param changed the costs now
     * @return a planner
     */
    public Planner withCosts(CostTable changed) {
        return new Planner(basis.with(changed), last, budget, gap);
    }

    /**
     * Plans on, after a link or device has changed.
     *
     * @param changed the cluster now, of the same devices in the same order
     * @return a planner
     */
    public Planner withCluster(Cluster changed) {
        return new Planner(
                Problem.of(changed, costs(), Objective.LATENCY, Constraints.NONE),
                new AtomicReference<>(),
                budget,
                gap);
    }

    /**
     * The devices and links.
     *
     * @return the cluster
     */
    public Cluster cluster() {
        return basis.cluster();
    }

    /**
     * What the segments cost.
     *
     * @return the costs
     */
    public CostTable costs() {
        return basis.table();
    }

    /**
     * The best placement within the memory of the devices.
     *
     * @param objective what to have least of
     * @return the placement
     * @throws NoSuchPlacementException if there is none
     */
    public Placement plan(Objective objective) {
        return plan(objective, Constraints.NONE);
    }

    /**
     * The best placement within the memory of the devices and other limits.
     *
     * @param objective what to have least of
     * @param constraints the other limits
     * @return the placement
     * @throws NoSuchPlacementException if there is none, or none was found within the budget
     * @throws IllegalArgumentException if the constraints name a device or segment that is not there, energy counts and is not
     *     known, or limits couple the parts of more than 64 devices
     */
    public Placement plan(Objective objective, Constraints constraints) {
        Problem problem = basis.with(objective, constraints);
        LabelSearch.Found found = search(problem);
        if (found.route().parts() == 0 && found.complete()) {
            throw new NoSuchPlacementException("no placement of " + costs().segments() + " segments on " + cluster()
                    + " keeps within the limits" + whatWouldHelp(objective, constraints));
        }
        return planned(problem, found);
    }

    private Placement planned(Problem problem, LabelSearch.Found found) {
        if (found.route().parts() == 0) {
            throw new NoSuchPlacementException("no placement was found within the budget of " + budget
                    + " labels, and none is proven not to be there");
        }
        return Evaluation.of(problem, found.route(), found.complete() ? Double.POSITIVE_INFINITY : found.lowerBound());
    }

    private Optional<Placement> found(Problem problem) {
        LabelSearch.Found found = search(problem);
        return found.route().parts() == 0 ? Optional.empty() : Optional.of(planned(problem, found));
    }

    private LabelSearch.Found search(Problem problem) {
        if (PipelineSearch.isFor(problem)) {
            return PipelineSearch.find(problem, MOST_CHECKS, gap);
        }
        Objective objective = problem.objective();
        if (objective.periodWeight() == 0) {
            Runs runs =
                    problem.seconds().weighted(objective.latencyWeight(), problem.joules(), objective.energyWeight());
            Hops hops = problem.hopSeconds()
                    .weighted(objective.latencyWeight(), problem.hopJoules(), objective.energyWeight());
            Route route = cheapest(problem, runs, hops);
            if (route.parts() == 0 || keepsWithin(problem, route)) {
                return new LabelSearch.Found(route, Double.POSITIVE_INFINITY, true);
            }
        }
        if (problem.devices() > MOST_DEVICES) {
            throw new IllegalArgumentException("limits that couple parts can be planned for up to " + MOST_DEVICES
                    + " devices, found " + problem.devices());
        }
        return LabelSearch.find(problem, budget, gap);
    }

    /** The best route if nothing couples its parts; what the search found out is kept for the next one. */
    private Route cheapest(Problem problem, Runs runs, Hops hops) {
        ToGo rest = ToGo.sum(problem, runs, hops, last.get());
        if (rest.isBySegment() && rest.isComplete()) {
            last.set(rest);
        }
        return rest.best();
    }

    /** Whether a route that is allowed part by part is so as a whole. */
    private static boolean keepsWithin(Problem problem, Route route) {
        Constraints limits = problem.constraints();
        Placement placement = Evaluation.of(problem, route, Double.POSITIVE_INFINITY);
        int distinct = route.distinctDevices();
        boolean structure = distinct >= limits.leastDevices()
                && distinct <= limits.mostDevices()
                && route.parts() <= limits.mostParts()
                && (limits.reuse() || distinct == route.parts());
        if (!structure) {
            return false;
        }
        for (Metric metric : Metric.values()) {
            if (limits.limit(metric).isPresent() && !(placement.cost(metric) <= limits.most(metric))) {
                return false;
            }
        }
        return placement.memoryBytes().entrySet().stream()
                .allMatch(taken -> taken.getKey().memoryBytes().isEmpty()
                        || taken.getValue()
                                <= (double) taken.getKey().memoryBytes().getAsLong());
    }

    private String whatWouldHelp(Objective objective, Constraints constraints) {
        List<String> helpful = new ArrayList<>();
        withoutEachLimit(objective, constraints)
                .forEach((what, found) -> helpful.add("without " + what + " there is " + found));
        return helpful.isEmpty() ? ", nor would one if any single one were lifted" : ": " + String.join("; ", helpful);
    }

    /**
     * All placements that are best by two metrics: none of them can be better by one without being worse by the other. Found one
     * by one, each the best by the first metric within what the one before it costs by the second (ε-constraint method, Haimes
     * 1971).
     *
     * @param first a metric
     * @param second another one
     * @param constraints limits to keep within
     * @return placements, from the best by {@code first} to the best by {@code second}
     * @throws NoSuchPlacementException if there is none
     * @throws IllegalArgumentException if the metrics are the same, or see {@link #plan(Objective, Constraints)}
     */
    public List<Placement> pareto(Metric first, Metric second, Constraints constraints) {
        if (first == second) {
            throw new IllegalArgumentException("two metrics are needed, found " + first + " twice");
        }
        List<Placement> front = new ArrayList<>();
        Placement best = plan(Objective.of(first), constraints);
        Optional<Placement> next = Optional.of(best);
        while (next.isPresent()) {
            Placement found = leastOf(second, first, next.get(), constraints);
            front.add(found);
            next = cheaper(first, second, found.cost(second), constraints);
        }
        return front;
    }

    /**
     * The best by one metric of the placements that cost less by another. Searches add up in another order than evaluations do, so
     * that what they find may be no cheaper by the last bits: the limit is lowered until it is.
     */
    private Optional<Placement> cheaper(Metric best, Metric other, double than, Constraints constraints) {
        double limit = Math.nextDown(than);
        for (double less = LEAST_STEP; limit >= 0; less *= 2) {
            Optional<Placement> found = tryPlan(Objective.of(best), constraints.withLimit(other, limit));
            if (found.isEmpty() || found.get().cost(other) < than) {
                return found;
            }
            limit = Math.min(Math.nextDown(limit), than * (1 - less));
        }
        return Optional.empty();
    }

    /** Of the placements that are as good by one metric, the best by the other. */
    private Placement leastOf(Metric other, Metric kept, Placement found, Constraints constraints) {
        double limit = Math.min(found.cost(kept), constraints.most(kept));
        return tryPlan(Objective.of(other), constraints.withLimit(kept, limit))
                .filter(better -> better.cost(other) < found.cost(other))
                .orElse(found);
    }

    /**
     * What a placement costs by this planner's costs and cluster, whatever it cost when it was made. Limits are not looked at.
     *
     * @param placement a placement of the same segments on the same devices
     * @return the same parts on the same devices; what it costs may be infinite, and nothing is proven of it
     * @throws IllegalArgumentException if it is of other segments or devices
     */
    public Placement evaluate(Placement placement) {
        return evaluate(placement, Constraints.NONE, 0);
    }

    /** With the overlap that the constraints allow, and what is proven of it; the limits are not looked at. */
    Placement evaluate(Placement placement, Constraints constraints, double lowerBound) {
        Route.Builder route = new Route.Builder();
        for (Stage stage : placement.stages()) {
            route.add(cluster().requireIndex(stage.device().name()), stage.to());
        }
        Route parts = route.build();
        if (parts.end(parts.parts() - 1) != costs().segments()) {
            throw new IllegalArgumentException(
                    "the placement is of " + parts.end(parts.parts() - 1) + " segments, not " + costs().segments());
        }
        Problem problem = basis.with(placement.objective(), constraints);
        return Evaluation.of(problem, parts, lowerBound);
    }

    /**
     * Why a placement is the best: what others would cost, what each limit costs, and when it would be another one. Plans some
     * hundred times.
     *
     * @param placement a placement by this planner
     * @param constraints the limits that it was made within
     * @return the reasons
     */
    public Explanation explain(Placement placement, Constraints constraints) {
        Objects.requireNonNull(constraints);
        return new Reasons(this, placement, constraints).explain();
    }

    /**
     * Every way to split the model once between two devices, and the whole on either: what the first runs goes up to the split
     * (as Kang et al. do in "Neurosurgeon", ASPLOS 2017).
     *
     * @param first the name of the device that begins
     * @param second the name of the device that ends
     * @param objective what to have least of
     * @return the placements that are possible and fit the memory, the best first
     * @throws IllegalArgumentException if there is no such device
     */
    public List<Placement> splits(String first, String second, Objective objective) {
        Problem problem = basis.with(objective, Constraints.NONE);
        int begin = cluster().requireIndex(first);
        int end = cluster().requireIndex(second);
        List<Placement> placements = new ArrayList<>();
        for (int split = 0; split <= costs().segments(); split++) {
            Route.Builder route = new Route.Builder();
            if (split > 0) {
                route.add(begin, split);
            }
            if (split < costs().segments()) {
                route.add(end, costs().segments());
            }
            Route parts = route.build();
            Placement placement = Evaluation.of(problem, parts, 0);
            if (placement.latencySeconds() < Double.POSITIVE_INFINITY && keepsWithin(problem, parts)) {
                placements.add(placement);
            }
        }
        placements.sort(Comparator.comparingDouble(Placement::value));
        return placements;
    }

    /** What the whole model would cost on one device, whether it fits there or not; empty if it cannot run or be reached. */
    Optional<Placement> whole(int device, Objective objective) {
        Problem problem = basis.with(objective, Constraints.NONE);
        boolean possible = costs().seconds(0, costs().segments(), device) < Double.POSITIVE_INFINITY
                && (problem.source() == Problem.NOWHERE
                        || problem.hopSeconds().at(0, problem.source(), device) < Double.POSITIVE_INFINITY)
                && (problem.sink() == Problem.NOWHERE
                        || problem.hopSeconds().at(costs().segments(), device, problem.sink())
                                < Double.POSITIVE_INFINITY);
        return possible
                ? Optional.of(Evaluation.of(
                        problem,
                        new Route.Builder().add(device, costs().segments()).build(),
                        Double.POSITIVE_INFINITY))
                : Optional.empty();
    }

    /**
     * The best within limits, if there is one.
     *
     * @throws NoSuchPlacementException if none was found, and none is proven not to be there
     */
    Optional<Placement> bestWithin(Objective objective, Constraints constraints) {
        Problem problem = basis.with(objective, constraints);
        LabelSearch.Found found = search(problem);
        if (found.route().parts() == 0 && found.complete()) {
            return Optional.empty();
        }
        return Optional.of(planned(problem, found));
    }

    /** The best within limits that was found, if there is one. */
    Optional<Placement> tryPlan(Objective objective, Constraints constraints) {
        return found(basis.with(objective, constraints));
    }

    /** The best without each single limit. */
    Map<String, Placement> withoutEachLimit(Objective objective, Constraints constraints) {
        Map<String, Placement> placements = new LinkedHashMap<>();
        Relaxed.each(cluster(), constraints).forEach((what, relaxed) -> found(
                        Problem.of(relaxed.cluster(), costs(), objective, relaxed.constraints()))
                .ifPresent(found -> placements.put(what, found)));
        return placements;
    }
}
