package io.pepper.plan;

import io.pepper.cluster.Cluster;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A planner that decides which segments of a model run on which devices. A placement is proven to be the best, or
 * carries an upper bound on its optimality gap.
 *
 * <p>In a chain, neighbouring segments on the same device run as one piece:
 *
 * <ul>
 * <li>Latency, energy and weighted sums of both: shortest path over cuts and devices, backwards (Bellman 1957), in
 * O(segments × devices²) time, or O(segments² × devices + segments × devices²) for a table by runs or with limits of
 * memory.
 * <li>Throughput of a pipeline that uses each device once: search over the possible periods with sets of devices,
 * exponential in the devices; for up to about sixteen.
 * <li>All constraints that couple parts (limits on metrics, memory of a reused device, numbers of devices and parts,
 * throughput with reused devices): best-first search with labels and dominance, exact until the budget of labels is
 * spent.
 * </ul>
 *
 * <p>Among chain plans of the same cost, the one with the fewest parts wins, then the first by device (in the cluster's
 * order) and end of each part in turn.
 *
 * <p>In a graph with branches, each segment is a separate part, and branches run at the same time on different devices:
 *
 * <ul>
 * <li>Two devices, for the least energy or where they {@linkplain Constraints#withConcurrency take turns}: minimum cuts
 * (Hu et al., "Dynamic adaptive DNN surgery", INFOCOM 2019), in O(segments² √flows) time for each block between two
 * flows that are the only connection, and linear in the number of blocks. If memory is too small for the cut, branch
 * and bound forces segments to either side.
 * <li>All other cases: best-first branch and bound over the segments in their order with dominance, after a beam
 * search; exponential in the segments in the worst case, exact until the budget is spent.
 * </ul>
 *
 * <p>The same question always has the same answer. Immutable and therefore thread-safe.
 *
 * <pre>{@code
 * Placement best = Planner.of(cluster, costs).plan(Objective.LATENCY);
 * Placement frugal = Planner.of(cluster, costs)
 *         .plan(Objective.ENERGY, Constraints.NONE.withLimit(Metric.LATENCY, 0.08));
 * }</pre>
 */
public final class Planner {
    /** The default limit on the number of partial plans of a search, which takes one or two seconds. */
    public static final long DEFAULT_BUDGET = 500_000;

    /**
     * The first step by which a limit is lowered that did not exclude a placement, relative to the placement's cost.
     */
    private static final double MIN_STEP = 1e-16;

    private static final long BUDGET_OF_EXPLANATIONS = 20_000;
    private static final int MAX_DEVICES = 64;
    private static final int MAX_CHECKS = 64;

    /** The devices and costs as the searches need them, kept so that only changes are computed again. */
    private final Problem basis;

    /** The last search of a chain, shared with the planners derived from this one. The search itself is immutable. */
    private final AtomicReference<@Nullable RemainingCost> last;

    private final long budget;
    private final double gap;

    private Planner(Problem basis, AtomicReference<@Nullable RemainingCost> last, long budget, double gap) {
        this.basis = basis;
        this.last = last;
        this.budget = budget;
        this.gap = gap;
    }

    /**
     * Returns a planner for a cluster.
     *
     * @param cluster the devices and links
     * @param costs the costs of the segments on these devices, in the same order
     * @return a planner
     * @throws IllegalArgumentException if the costs have another number of devices
     */
    public static Planner of(Cluster cluster, CostTable costs) {
        return new Planner(
                Problem.of(cluster, costs, Objective.LATENCY, Constraints.NONE),
                new AtomicReference<>(),
                DEFAULT_BUDGET,
                0);
    }

    /**
     * Returns this planner with a limit on the partial plans that a search examines. A search that reaches the limit
     * returns the best plan found, with its gap.
     *
     * @param partialPlans the limit, 1 or more
     * @return the new planner
     */
    public Planner withBudget(long partialPlans) {
        if (partialPlans < 1) {
            throw new IllegalArgumentException("a budget is 1 partial plan or more, found " + partialPlans);
        }
        return new Planner(basis, last, partialPlans, gap);
    }

    /**
     * Returns this planner with a tolerance: a search stops once the relative optimality gap is small enough.
     *
     * @param relative the largest accepted gap, 0 (the default) to 1
     * @return the new planner
     */
    public Planner withGap(double relative) {
        if (!(relative >= 0 && relative <= 1)) {
            throw new IllegalArgumentException("a gap is 0 to 1, found " + relative);
        }
        return new Planner(basis, last, budget, relative);
    }

    /**
     * Returns this planner with other costs, after the state of devices has changed. It reuses the data and the last
     * search where possible.
     *
     * @param changed the current costs
     * @return a planner
     */
    public Planner withCosts(CostTable changed) {
        return new Planner(basis.with(changed), last, budget, gap);
    }

    /**
     * Returns this planner with another cluster, after a link or device has changed.
     *
     * @param changed the current cluster, with the same devices in the same order
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
     * Returns the devices and links.
     *
     * @return the cluster
     */
    public Cluster cluster() {
        return basis.cluster();
    }

    /**
     * Returns the costs of the segments.
     *
     * @return the costs
     */
    public CostTable costs() {
        return basis.table();
    }

    /**
     * Returns the best placement within the memory of the devices.
     *
     * @param objective the objective
     * @return the placement
     * @throws NoSuchPlacementException if there is none
     */
    public Placement plan(Objective objective) {
        return plan(objective, Constraints.NONE);
    }

    /**
     * Returns the best placement within the memory of the devices and other constraints.
     *
     * @param objective the objective
     * @param constraints the other constraints
     * @return the placement
     * @throws NoSuchPlacementException if there is none, or none was found within the budget
     * @throws IllegalArgumentException if the constraints name an unknown device or segment, if energy counts and is
     *     unknown, or if limits couple the parts of more than 64 devices
     */
    public Placement plan(Objective objective, Constraints constraints) {
        Problem problem = basis.with(objective, constraints);
        SearchResult found = search(problem);
        if (!found.isFound() && found.complete()) {
            throw new NoSuchPlacementException("no placement of " + costs().segments() + " segments on " + cluster()
                    + " keeps within the limits" + helpfulRelaxations(objective, constraints));
        }
        return planned(problem, found);
    }

    private Placement planned(Problem problem, SearchResult found) {
        if (!found.isFound()) {
            throw new NoSuchPlacementException("no placement was found within the budget of " + budget
                    + " partial plans, and none is proven not to be there");
        }
        return Evaluation.of(problem, found.route(), found.complete() ? Double.POSITIVE_INFINITY : found.lowerBound());
    }

    private Optional<Placement> found(Problem problem) {
        SearchResult found = search(problem);
        return found.isFound() ? Optional.of(planned(problem, found)) : Optional.empty();
    }

    private SearchResult search(Problem problem) {
        return problem.topology().isChain() ? searchChain(problem) : searchBranches(problem);
    }

    private SearchResult searchChain(Problem problem) {
        if (PipelineSearch.isFor(problem)) {
            return PipelineSearch.find(problem, MAX_CHECKS, gap);
        }
        if (problem.objective().periodWeight() == 0) {
            Route route = cheapest(problem, problem.goalOfRuns(), problem.goalOfHops());
            if (route.parts() == 0 || keepsWithin(problem, route)) {
                return SearchResult.proven(route);
            }
        }
        refuseTooManyDevices(problem);
        return LabelSearch.find(problem, budget, gap);
    }

    static void refuseTooManyDevices(Problem problem) {
        if (problem.devices() > MAX_DEVICES) {
            List<String> limits = problem.constraints().descriptions();
            String used = limits.isEmpty() ? "the memory of devices" : String.join(", ", limits);
            throw new IllegalArgumentException(
                    "the cluster has " + problem.devices() + " devices, and with " + used
                            + " at most " + MAX_DEVICES + " can be planned for: leave devices out"
                            + (problem.constraints().reuse()
                                    ? " or limits"
                                    : ", or let the model come back to a device that it has left (--reuse, Constraints.withReuse)"));
        }
    }

    private SearchResult searchBranches(Problem problem) {
        Constraints limits = problem.constraints();
        if (!limits.reuse() || limits.minDevices() > 1 || limits.maxDevices() < problem.devices()) {
            refuseTooManyDevices(problem);
        }
        double least = 0;
        if (TwoDeviceCut.isFor(problem)) {
            SearchResult cut = TwoDeviceCut.find(problem, budget);
            boolean kept = cut.isFound() && keepsWithin(problem, cut.route());
            if (kept || (!cut.isFound() && cut.complete())) {
                return cut;
            }
            least = cut.isFound() ? Evaluation.of(problem, cut.route(), 0).value() : cut.lowerBound();
        }
        return BranchSearch.find(problem, budget, gap, least);
    }

    /** Returns the best route if nothing couples its parts. The search is kept for the next call. */
    private Route cheapest(Problem problem, RunCosts runs, LinkCosts hops) {
        RemainingCost rest = RemainingCost.sum(problem, runs, hops, last.get());
        if (rest.isBySegment() && rest.isComplete()) {
            last.set(rest);
        }
        return rest.best();
    }

    /** Returns whether a route as a whole satisfies the limits. Each single part does. */
    private static boolean keepsWithin(Problem problem, Route route) {
        Constraints limits = problem.constraints();
        Placement placement = Evaluation.of(problem, route, Double.POSITIVE_INFINITY);
        if (!limits.reuse() && !problem.topology().isChain()) {
            return false; // The parts alone do not show whether data returns to a device.
        }
        int distinct = route.distinctDevices();
        boolean structure = distinct >= limits.minDevices()
                && distinct <= limits.maxDevices()
                && route.parts() <= limits.maxParts()
                && (limits.reuse() || distinct == route.parts());
        if (!structure) {
            return false;
        }
        for (Metric metric : Metric.values()) {
            if (limits.limit(metric).isPresent() && !(placement.knownCost(metric) <= limits.most(metric))) {
                return false;
            }
        }
        return placement.memoryBytes().entrySet().stream()
                .allMatch(taken -> taken.getKey().memoryBytes().isEmpty()
                        || taken.getValue()
                                <= (double) taken.getKey().memoryBytes().getAsLong());
    }

    private String helpfulRelaxations(Objective objective, Constraints constraints) {
        List<String> helpful = new ArrayList<>();
        withoutEachLimit(PlanGoal.of(objective), constraints)
                .forEach((what, found) -> helpful.add("without " + what + " there is " + found));
        return helpful.isEmpty() ? ", nor would one if any single one were lifted" : ": " + String.join("; ", helpful);
    }

    /**
     * Returns the Pareto front of two metrics: the placements that no other placement beats in one metric without
     * losing in the other. They are found one by one; each is the best by the first metric among those that cost less
     * by the second metric than the one before (ε-constraint method, Haimes 1971).
     *
     * @param first the first metric
     * @param second the second metric
     * @param constraints the constraints
     * @return placements, from the best by {@code first} to the best by {@code second}
     * @throws NoSuchPlacementException if there is none
     * @throws IllegalArgumentException if the metrics are the same, and in the cases of {@link #plan(Objective,
     *     Constraints)}
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
            next = cheaper(first, second, found.knownCost(second), constraints);
        }
        return front;
    }

    /**
     * Returns the best placement by one metric among those that cost less by another. Searches and evaluations add up
     * in different orders, so that a found placement may be no cheaper in the last bits; the limit is lowered until it
     * is.
     */
    private Optional<Placement> cheaper(Metric best, Metric other, double than, Constraints constraints) {
        double limit = Math.nextDown(than);
        for (double less = MIN_STEP; limit >= 0; less *= 2) {
            Optional<Placement> found = tryPlan(Objective.of(best), constraints.withLimit(other, limit));
            if (found.isEmpty() || found.get().knownCost(other) < than) {
                return found;
            }
            limit = Math.min(Math.nextDown(limit), than * (1 - less));
        }
        return Optional.empty();
    }

    /** Returns the best placement by one metric among those that are as good by the other. */
    private Placement leastOf(Metric other, Metric kept, Placement found, Constraints constraints) {
        double limit = Math.min(found.knownCost(kept), constraints.most(kept));
        return tryPlan(Objective.of(other), constraints.withLimit(kept, limit))
                .filter(better -> better.knownCost(other) < found.knownCost(other))
                .orElse(found);
    }

    /**
     * Returns a placement with its costs by this planner's table and cluster. Limits are not checked.
     *
     * @param placement a placement of the same segments on the same devices
     * @return the same parts on the same devices; the costs may be infinite, and the placement carries no proof of
     *     optimality
     * @throws IllegalArgumentException if it has other segments or devices
     */
    public Placement evaluate(Placement placement) {
        return evaluate(placement, Constraints.NONE, 0);
    }

    /**
     * Evaluates an assignment of segments to devices. Limits are ignored. Neighbouring segments of a chain on the same
     * device are one part.
     *
     * @param devices the name of the device of each segment
     * @param objective the objective
     * @param constraints the constraints, of which only {@linkplain Constraints#withConcurrency concurrency} and
     *     {@linkplain Constraints#withOverlap overlap} count
     * @return the placement; its gap is 1, since other placements are not examined
     * @throws IllegalArgumentException if a device is unknown, if neighbours of a chain have no link, or if there is
     *     not exactly one device for each segment
     */
    public Placement evaluate(List<String> devices, Objective objective, Constraints constraints) {
        if (devices.size() != costs().segments()) {
            throw new IllegalArgumentException(devices.size() + " devices for " + costs().segments() + " segments");
        }
        int[] places = devices.stream().mapToInt(cluster()::requireIndex).toArray();
        Route.Builder route = new Route.Builder();
        for (int segment = 0; segment < places.length; segment++) {
            boolean last = segment + 1 == places.length || places[segment + 1] != places[segment];
            if (last || !costs().isChain()) {
                route.add(places[segment], segment + 1);
            }
        }
        Constraints model =
                Constraints.NONE.withConcurrency(constraints.concurrency()).withOverlap(constraints.overlap());
        return Evaluation.of(basis.with(objective, model), route.build(), 0);
    }

    /**
     * Evaluates a placement with the overlap that the constraints allow, and with a proven lower bound. Limits are
     * ignored.
     */
    Placement evaluate(Placement placement, Constraints constraints, double lowerBound) {
        Route.Builder route = new Route.Builder();
        for (PlacedPart part : placement.parts()) {
            route.add(cluster().requireIndex(part.device().name()), part.to());
        }
        Route parts = route.build();
        if (parts.end(parts.parts() - 1) != costs().segments()) {
            throw new IllegalArgumentException(
                    "the placement is of " + parts.end(parts.parts() - 1) + " segments, not " + costs().segments());
        }
        if (!costs().isChain() && parts.parts() != costs().segments()) {
            throw new IllegalArgumentException("the placement is of a chain, the costs are of branches");
        }
        Problem problem = basis.with(placement.objective(), constraints);
        return Evaluation.of(problem, parts, lowerBound);
    }

    /** Evaluates a route, without a proof. */
    Placement evaluate(Route route, Constraints constraints) {
        return Evaluation.of(basis.with(Objective.LATENCY, constraints), route, 0);
    }

    /** Returns a question to this planner. */
    Problem problem(Constraints constraints) {
        return basis.with(Objective.LATENCY, constraints);
    }

    /**
     * Explains why a placement is the best: the costs of other placements, the price of each limit, and the changes at
     * which another placement would be the best. Plans several hundred times.
     *
     * @param placement a placement by this planner
     * @param constraints the constraints of the plan
     * @return the reasons
     */
    public Explanation explain(Placement placement, Constraints constraints) {
        Objects.requireNonNull(constraints);
        return new ExplanationBuilder(forExplanations(), placement, constraints, PlanGoal.of(placement.objective()))
                .explain();
    }

    /** Returns this planner with a smaller budget for branches, since explanations plan several hundred times. */
    Planner forExplanations() {
        return costs().isChain() ? this : withBudget(Math.min(budget, BUDGET_OF_EXPLANATIONS));
    }

    /**
     * Returns all placements with one split between two devices, and the whole model on either device. The first device
     * runs the segments before the split (as in Kang et al., "Neurosurgeon", ASPLOS 2017).
     *
     * @param first the name of the device of the first segments
     * @param second the name of the device of the last segments
     * @param objective the objective
     * @return the feasible placements, the best first
     * @throws IllegalArgumentException if a device is unknown, or if the segments are not a chain
     */
    public List<Placement> splits(String first, String second, Objective objective) {
        if (!costs().isChain()) {
            throw new IllegalArgumentException("only a chain is split by one cut: these segments have branches");
        }
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

    /**
     * Returns the costs of the whole model on each device alone, for comparison.
     *
     * @param objective the objective
     * @return the placements, in the cluster's order
     */
    public List<Explanation.SingleDevice> singleDevices(Objective objective) {
        Problem problem = basis.with(objective, Constraints.NONE);
        List<Explanation.SingleDevice> found = new ArrayList<>();
        for (int device = 0; device < problem.devices(); device++) {
            Optional<Placement> whole = whole(problem, device);
            found.add(new Explanation.SingleDevice(
                    cluster().devices().get(device),
                    whole,
                    whole.filter(Placement::fits).isPresent()));
        }
        return List.copyOf(found);
    }

    /**
     * Returns the placement of all segments on one device, regardless of its memory; empty if they cannot run there, or
     * if the device cannot be reached.
     */
    private static Optional<Placement> whole(Problem problem, int device) {
        int segments = problem.segments();
        boolean chain = problem.topology().isChain();
        boolean reached = !chain
                || (isReached(problem, 0, problem.source(), device)
                        && isReached(problem, segments, device, problem.sink()));
        if (!reached) {
            return Optional.empty();
        }
        int[] all = new int[segments];
        Arrays.fill(all, device);
        Route route = chain ? new Route.Builder().add(device, segments).build() : Route.bySegment(all);
        return Optional.of(Evaluation.of(problem, route, Double.POSITIVE_INFINITY))
                .filter(placement -> placement.latencySeconds() < Double.POSITIVE_INFINITY);
    }

    private static boolean isReached(Problem problem, int flow, int from, int to) {
        return from == Problem.NOWHERE
                || to == Problem.NOWHERE
                || problem.hopSeconds().at(flow, from, to) < Double.POSITIVE_INFINITY;
    }

    /**
     * Returns the best placement within constraints, if there is one.
     *
     * @throws NoSuchPlacementException if none was found within the budget, although one may exist
     */
    Optional<Placement> bestWithin(Objective objective, Constraints constraints) {
        Problem problem = basis.with(objective, constraints);
        SearchResult found = search(problem);
        if (!found.isFound() && found.complete()) {
            return Optional.empty();
        }
        return Optional.of(planned(problem, found));
    }

    /** Returns the best found placement within constraints, if there is one. */
    Optional<Placement> tryPlan(Objective objective, Constraints constraints) {
        return found(basis.with(objective, constraints));
    }

    /** Returns the best placement without each single limit. */
    Map<String, Placement> withoutEachLimit(PlanGoal goal, Constraints constraints) {
        Map<String, Placement> placements = new LinkedHashMap<>();
        Relaxation.each(cluster(), constraints)
                .forEach((what, relaxed) -> goal.best(withCluster(relaxed.cluster()), relaxed.constraints())
                        .ifPresent(found -> placements.put(what, found)));
        return placements;
    }
}
