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
 * A planner that decides which segments of a model run on which devices. A placement is proven to be the best, or carries an upper
 * bound on its optimality gap.
 *
 * <p>Of a chain, neighbouring segments on the same device run as one piece:
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
 * <p>Of chain plans of the same cost the one with the fewest parts is chosen, of these the first by the device (in the cluster's
 * order), then the end, of each part in turn.
 *
 * <p>Of a graph with branches each segment is a part of its own, and branches run at the same time on different devices:
 *
 * <ul>
 *   <li>Two devices, for the least energy or where they {@linkplain Constraints#withConcurrency take turns}: minimum cuts (Hu et
 *       al., "Dynamic adaptive DNN surgery", INFOCOM 2019), in O(segments² √flows) time for what lies between two flows that are
 *       the only way on, and linear in the number of these. Where memory is too small for the cut, segments are forced to either
 *       side by branch and bound.
 *   <li>All else: best-first branch and bound over the segments in their order with dominance, after a beam search; exponential in
 *       the segments at worst, exact until the budget is spent.
 * </ul>
 *
 * <p>The same question gets the same placement. Immutable and therefore thread-safe.
 *
 * <pre>{@code
 * Placement best = Planner.of(cluster, costs).plan(Objective.LATENCY);
 * Placement frugal = Planner.of(cluster, costs)
 *         .plan(Objective.ENERGY, Constraints.NONE.withLimit(Metric.LATENCY, 0.08));
 * }</pre>
 */
public final class Planner {
    /** The default limit on the partial plans of a search: a second or two. */
    public static final long DEFAULT_BUDGET = 500_000;

    /**
     * The first step by which a limit is lowered that did not exclude a placement, relative to the placement's cost.
     */
    private static final double LEAST_STEP = 1e-16;

    private static final long BUDGET_OF_EXPLANATIONS = 20_000;
    private static final int MOST_DEVICES = 64;
    private static final int MOST_CHECKS = 64;

    /** The devices and costs as the searches need them, kept so that only changes are computed again. */
    private final Problem basis;

    /** The last search of a chain, shared with the planners that go on from this one; never changed once it is here. */
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
     * Limits the partial plans that a search looks at. A search that ends there returns the best plan found, with its gap.
     *
     * @param partialPlans 1 or more
     * @return a planner that keeps to it
     */
    public Planner withBudget(long partialPlans) {
        if (partialPlans < 1) {
            throw new IllegalArgumentException("a budget is 1 partial plan or more, found " + partialPlans);
        }
        return new Planner(basis, last, partialPlans, gap);
    }

    /**
     * Stops a search once the relative optimality gap is at most this.
     *
     * @param relative 0 (the default) to 1
     * @return a planner that stops there
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
     * Returns the costs of the segments.
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
        SearchResult found = search(problem);
        if (!found.isFound() && found.complete()) {
            throw new NoSuchPlacementException("no placement of " + costs().segments() + " segments on " + cluster()
                    + " keeps within the limits" + whatWouldHelp(objective, constraints));
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
            return PipelineSearch.find(problem, MOST_CHECKS, gap);
        }
        Objective objective = problem.objective();
        if (objective.periodWeight() == 0) {
            RunCosts runs =
                    problem.seconds().weighted(objective.latencyWeight(), problem.joules(), objective.energyWeight());
            LinkCosts hops = problem.hopSeconds()
                    .weighted(objective.latencyWeight(), problem.hopJoules(), objective.energyWeight());
            Route route = cheapest(problem, runs, hops);
            if (route.parts() == 0 || keepsWithin(problem, route)) {
                return SearchResult.proven(route);
            }
        }
        refuseTooManyDevices(problem);
        return LabelSearch.find(problem, budget, gap);
    }

    private static void refuseTooManyDevices(Problem problem) {
        if (problem.devices() > MOST_DEVICES) {
            List<String> limits = problem.constraints().inWords();
            String used = limits.isEmpty() ? "the memory of devices" : String.join(", ", limits);
            throw new IllegalArgumentException(
                    "the cluster has " + problem.devices() + " devices, and with " + used
                            + " at most " + MOST_DEVICES + " can be planned for: leave devices out"
                            + (problem.constraints().reuse()
                                    ? " or limits"
                                    : ", or let the model come back to a device that it has left (--reuse, Constraints.withReuse)"));
        }
    }

    private SearchResult searchBranches(Problem problem) {
        Constraints limits = problem.constraints();
        if (!limits.reuse() || limits.leastDevices() > 1 || limits.mostDevices() < problem.devices()) {
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

    /** The best route if nothing couples its parts; what the search found out is kept for the next one. */
    private Route cheapest(Problem problem, RunCosts runs, LinkCosts hops) {
        RemainingCost rest = RemainingCost.sum(problem, runs, hops, last.get());
        if (rest.isBySegment() && rest.isComplete()) {
            last.set(rest);
        }
        return rest.best();
    }

    /** Returns whether a route keeps the limits as a whole. Each of its parts keeps them alone. */
    private static boolean keepsWithin(Problem problem, Route route) {
        Constraints limits = problem.constraints();
        Placement placement = Evaluation.of(problem, route, Double.POSITIVE_INFINITY);
        if (!limits.reuse() && !problem.topology().isChain()) {
            return false; // Whether data comes back is not to be seen from the parts alone.
        }
        int distinct = route.distinctDevices();
        boolean structure = distinct >= limits.leastDevices()
                && distinct <= limits.mostDevices()
                && route.parts() <= limits.mostParts()
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
            next = cheaper(first, second, found.knownCost(second), constraints);
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
            if (found.isEmpty() || found.get().knownCost(other) < than) {
                return found;
            }
            limit = Math.min(Math.nextDown(limit), than * (1 - less));
        }
        return Optional.empty();
    }

    /** Of the placements that are as good by one metric, the best by the other. */
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
     * @throws IllegalArgumentException if it is of other segments or devices
     */
    public Placement evaluate(Placement placement) {
        return evaluate(placement, Constraints.NONE, 0);
    }

    /**
     * Evaluates an assignment of segments to devices. Limits are not looked at. Neighbouring segments of a
     * chain on the same device are one part.
     *
     * @param devices for each segment the name of its device
     * @param objective what it is judged by
     * @param constraints say whether devices {@linkplain Constraints#withConcurrency take turns} and
     *     {@linkplain Constraints#withOverlap compute while they send}; the limits are not looked at
     * @return the placement; its gap is 1, for nothing is known of others
     * @throws IllegalArgumentException if there is no such device, no link between neighbours of a chain, or not one device for
     *     each segment
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

    /** With the overlap that the constraints allow, and what is proven of it; the limits are not looked at. */
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

    /**
     * Explains why a placement is the best: the costs of other placements, the price of each limit, and the changes at
     * which another placement would be the best. Plans some hundred times.
     *
     * @param placement a placement by this planner
     * @param constraints the limits that it was made within
     * @return the reasons
     */
    public Explanation explain(Placement placement, Constraints constraints) {
        Objects.requireNonNull(constraints);
        return new ExplanationBuilder(forExplanations(), placement, constraints).explain();
    }

    /** This planner with a smaller budget for branches, since explanations plan some hundred times. */
    Planner forExplanations() {
        return costs().isChain() ? this : withBudget(Math.min(budget, BUDGET_OF_EXPLANATIONS));
    }

    /**
     * Every way to split the model once between two devices, and the whole on either: what the first runs goes up to the split
     * (as Kang et al. do in "Neurosurgeon", ASPLOS 2017).
     *
     * @param first the name of the device that begins
     * @param second the name of the device that ends
     * @param objective what to have least of
     * @return the placements that are possible and fit the memory, the best first
     * @throws IllegalArgumentException if there is no such device, or the segments are no chain
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
     * Returns what all segments would cost on each device alone, for comparison.
     *
     * @param objective what the placements are judged by
     * @return in the cluster's order
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

    /** All segments on one device, whether they fit there or not; empty if they cannot run there, or it cannot be reached. */
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
     * The best within limits, if there is one.
     *
     * @throws NoSuchPlacementException if none was found, and none is proven not to be there
     */
    Optional<Placement> bestWithin(Objective objective, Constraints constraints) {
        Problem problem = basis.with(objective, constraints);
        SearchResult found = search(problem);
        if (!found.isFound() && found.complete()) {
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
        Relaxation.each(cluster(), constraints).forEach((what, relaxed) -> found(
                        Problem.of(relaxed.cluster(), costs(), objective, relaxed.constraints()))
                .ifPresent(found -> placements.put(what, found)));
        return placements;
    }
}
