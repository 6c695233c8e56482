package io.pepper.plan;

import java.util.Comparator;
import java.util.Optional;

/** The quantity that a plan minimises, and the search for it. */
interface PlanGoal {
    /** Returns the objective by which whole models on single devices are compared with a plan. */
    Objective objective();

    /** Returns the best found placement within constraints; empty if there is none. */
    Optional<Placement> best(Planner planner, Constraints constraints);

    /** Returns the cost of a placement. */
    double value(Placement placement);

    /** Returns the goal of an objective. */
    static PlanGoal of(Objective objective) {
        return new PlanGoal() {
            @Override
            public Objective objective() {
                return objective;
            }

            @Override
            public Optional<Placement> best(Planner planner, Constraints constraints) {
                return planner.tryPlan(objective, constraints);
            }

            @Override
            public double value(Placement placement) {
                return placement.value();
            }
        };
    }

    /**
     * Returns the placement with the highest rate of several tasks at once.
     *
     * @throws NoSuchPlacementException if there is none
     */
    static Placement fastest(Planner planner, int tasks, Constraints constraints) {
        return planner.pareto(Metric.LATENCY, Metric.PERIOD, constraints).stream()
                .min(Comparator.comparingDouble(placement -> Phases.secondsOfStep(placement, tasks)))
                .orElseThrow();
    }

    /** Returns the goal of the highest rate of several tasks at once, each of which waits for its own steps. */
    static PlanGoal concurrent(int tasks) {
        return new PlanGoal() {
            @Override
            public Objective objective() {
                return Objective.THROUGHPUT;
            }

            @Override
            public Optional<Placement> best(Planner planner, Constraints constraints) {
                if (planner.tryPlan(Objective.LATENCY, constraints).isEmpty()) {
                    return Optional.empty();
                }
                return Optional.of(fastest(planner, tasks, constraints));
            }

            @Override
            public double value(Placement placement) {
                return Phases.secondsOfStep(placement, tasks);
            }
        };
    }
}
