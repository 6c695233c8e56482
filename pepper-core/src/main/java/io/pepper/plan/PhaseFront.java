package io.pepper.plan;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A search for the Pareto front of the latency of one phase and the time of a step of another. Each trade-off is the
 * best by the first phase among those whose step takes less than that of the one before (ε-constraint method, Haimes
 * 1971).
 */
final class PhaseFront {
    /** The first step by which a limit is lowered that did not exclude a placement, relative to the placement's time. */
    private static final double MIN_STEP = 1e-16;

    private final Planner mean;
    private final Problem runs;
    private final Problem once;
    private final Problem step;
    private final int tasks;
    private final Constraints constraints;
    private final long budget;
    private boolean exact = true;

    /**
     * Creates a search.
     *
     * @param mean the planner of the mean step, whose runs are possible in all phases, and whose memory is that of all
     * @param once the question about the phase whose latency counts
     * @param step the question about the phase whose steps count
     */
    PhaseFront(Planner mean, Problem once, Problem step, int tasks, Constraints constraints, long budget) {
        this.mean = mean;
        this.runs = mean.problem(constraints);
        this.once = once;
        this.step = step;
        this.tasks = tasks;
        this.constraints = constraints;
        this.budget = budget;
    }

    /** A route and what it takes. */
    private record Found(Route route, double onceSeconds, double stepSeconds) {}

    Phases.Front find(String nameOfOnce, String nameOfStep) {
        List<Found> front = new ArrayList<>();
        SearchResult first = search(Double.POSITIVE_INFINITY);
        if (!first.isFound()) {
            throw new NoSuchPlacementException("no placement of " + runs.segments() + " segments on " + runs.cluster()
                    + (first.complete()
                            ? " keeps within the limits in both phases"
                            : " was found within the budget of " + budget + " partial plans"));
        }
        Found next = found(first.route());
        while (next != null) {
            while (!front.isEmpty() && front.get(front.size() - 1).onceSeconds >= next.onceSeconds) {
                front.remove(front.size() - 1); // The next one is as good in one phase and better in the other.
            }
            front.add(next);
            next = faster(next.stepSeconds);
        }
        return new Phases.Front(
                nameOfOnce,
                nameOfStep,
                tasks,
                exact,
                front.stream()
                        .map(each -> new Phases.TradeOff(
                                each.onceSeconds, each.stepSeconds, mean.evaluate(each.route, constraints)))
                        .toList());
    }

    /** Returns the best route whose step takes less; null if there is none. Sums in another order may differ in the last bits. */
    private @Nullable Found faster(double than) {
        double limit = Math.nextDown(than);
        for (double less = MIN_STEP; limit >= 0; less *= 2) {
            SearchResult result = search(limit);
            if (!result.isFound()) {
                return null;
            }
            Found found = found(result.route());
            if (found.stepSeconds < than) {
                return found;
            }
            limit = Math.min(Math.nextDown(limit), than * (1 - less));
        }
        return null;
    }

    private SearchResult search(double mostSecondsOfStep) {
        Constraints limits = constraints;
        if (mostSecondsOfStep < Double.POSITIVE_INFINITY) {
            limits = limits.withLimit(Metric.LATENCY, tasks * mostSecondsOfStep);
            limits = tasks == 1 ? limits : limits.withLimit(Metric.PERIOD, mostSecondsOfStep);
        }
        Problem problem = runs.minimising(once, step, limits);
        Planner.refuseTooManyDevices(problem);
        SearchResult result = LabelSearch.find(problem, budget, 0);
        exact &= result.complete();
        return result;
    }

    private Found found(Route route) {
        Placement placement = Evaluation.of(step, route, 0);
        return new Found(route, Evaluation.of(once, route, 0).latencySeconds(), Phases.secondsOfStep(placement, tasks));
    }
}
