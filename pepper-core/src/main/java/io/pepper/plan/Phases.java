package io.pepper.plan;

import io.pepper.cluster.Cluster;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The phases of a task that run one after the other on one placement, each a number of times: for instance the prompt
 * of a text generator once, and then each token. All phases have the same segments, but other costs and sizes of flows.
 *
 * <p>A planner plans them together as their mean step. The latency of a chain, and the energy of any placement, are sums
 * over parts and messages; so the mean of all phases costs exactly what their mean step costs, and the plan of the mean
 * step is the best for the whole task. The period of the mean step is that of a pipeline of many tasks at once.
 *
 * <p>Immutable and therefore thread-safe.
 *
 * <pre>{@code
 * Phases phases = Phases.of(cluster, List.of(
 *         new Phases.Phase("prompt", promptCosts, 1), new Phases.Phase("token", tokenCosts, 128)));
 * Placement best = phases.planner().plan(Objective.LATENCY);
 * List<Placement> each = phases.costs(best);   // of one prompt, of one token
 * double seconds = phases.steps() * best.latencySeconds();
 * }</pre>
 */
public final class Phases {
    private final Cluster cluster;
    private final List<Phase> list;
    private final long budget;

    private Phases(Cluster cluster, List<Phase> list, long budget) {
        this.cluster = cluster;
        this.list = list;
        this.budget = budget;
    }

    /**
     * A phase.
     *
     * @param name its name
     * @param costs the costs of one run of it
     * @param times how often it runs in one task, 0 or more; if 0, only its memory counts
     */
    public record Phase(String name, CostTable costs, double times) {
        /**
         * Checks the number.
         *
         * @param name its name
         * @param costs the costs of one run of it
         * @param times how often it runs in one task
         * @throws IllegalArgumentException if {@code times} is negative or infinite
         */
        public Phase {
            if (!(times >= 0 && times < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("the phase '" + name + "' cannot run " + times + " times");
            }
        }
    }

    /**
     * A change of the best placement with the number of runs of a phase.
     *
     * @param times the number of runs from which on {@code then} is the best, 0 or more
     * @param then the placement, with its costs of the mean step for this number
     */
    public record Turn(double times, Placement then) {}

    /**
     * A placement by two phases.
     *
     * @param onceSeconds the latency of the phase that runs once
     * @param stepSeconds the time from one step of the other phase to the next ({@link #secondsOfStep})
     * @param placement the placement, with its costs of the mean step of all phases
     */
    public record TradeOff(double onceSeconds, double stepSeconds, Placement placement) {
        /** Sums of the same figures in another order differ by less than this part. */
        private static final double ROUNDING = 1e-12;

        private boolean equals(double one, double other) {
            return Math.abs(one - other) <= ROUNDING * Math.max(one, other);
        }

        private boolean isAsGoodAs(TradeOff other) {
            return equals(onceSeconds, other.onceSeconds) && equals(stepSeconds, other.stepSeconds);
        }
    }

    /**
     * A Pareto front of two phases.
     *
     * @param once the name of the phase whose latency counts
     * @param repeated the name of the phase whose steps count
     * @param tasks the number of tasks at once
     * @param exact whether the front is complete; otherwise searches reached their budget, and others may be better
     * @param tradeOffs the placements that no other one beats in both, from the best by {@code once} to the best by
     *     {@code repeated}
     */
    public record Front(String once, String repeated, int tasks, boolean exact, List<TradeOff> tradeOffs) {
        /**
         * Copies the list.
         *
         * @param once the name of the phase whose latency counts
         * @param repeated the name of the phase whose steps count
         * @param tasks the number of tasks at once
         * @param exact whether the front is complete
         * @param tradeOffs the placements
         */
        public Front {
            tradeOffs = List.copyOf(tradeOffs);
        }

        /**
         * Returns the place of a placement on this front.
         *
         * @param other a placement by the same phases
         * @return the index of the trade-off with the same figures; empty if the placement is not on the front
         */
        public OptionalInt indexOf(TradeOff other) {
            return IntStream.range(0, tradeOffs.size())
                    .filter(i -> tradeOffs.get(i).isAsGoodAs(other))
                    .findFirst();
        }
    }

    /**
     * Returns phases.
     *
     * @param cluster the devices and links
     * @param phases the phases, of which at least one runs
     * @return the phases
     * @throws IllegalArgumentException if none runs, or if their costs are of different segments or devices
     */
    public static Phases of(Cluster cluster, List<Phase> phases) {
        Phases made = new Phases(cluster, List.copyOf(phases), Planner.DEFAULT_BUDGET);
        if (!(made.steps() > 0)) {
            throw new IllegalArgumentException("no phase runs");
        }
        made.planner();
        return made;
    }

    /**
     * Returns these phases with a limit on the partial plans that a search examines.
     *
     * @param partialPlans the limit, 1 or more
     * @return the new phases
     */
    public Phases withBudget(long partialPlans) {
        return new Phases(cluster, list, partialPlans);
    }

    /**
     * Returns these phases with another number of runs of one phase.
     *
     * @param name the name of the phase
     * @param times how often it runs in one task, 0 or more
     * @return the new phases
     * @throws IllegalArgumentException if there is no such phase, or none runs
     */
    public Phases withTimes(String name, double times) {
        int index = indexOf(name);
        List<Phase> changed = new ArrayList<>(list);
        changed.set(index, new Phase(name, list.get(index).costs(), times));
        return of(cluster, changed).withBudget(budget);
    }

    /**
     * Returns these phases with other costs, after the state of devices has changed.
     *
     * @param costs the current costs of each phase, in the order of {@link #list()}
     * @return the new phases
     * @throws IllegalArgumentException if there is not one table for each phase, or they are of different segments or
     *     devices
     */
    public Phases withCosts(List<CostTable> costs) {
        if (costs.size() != list.size()) {
            throw new IllegalArgumentException(costs.size() + " tables of costs for " + list.size() + " phases");
        }
        List<Phase> changed = IntStream.range(0, list.size())
                .mapToObj(i ->
                        new Phase(list.get(i).name(), costs.get(i), list.get(i).times()))
                .toList();
        return of(cluster, changed).withBudget(budget);
    }

    private int indexOf(String name) {
        return IntStream.range(0, list.size())
                .filter(i -> list.get(i).name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no phase '" + name + "'"));
    }

    /**
     * Returns the phases.
     *
     * @return the phases, in their order
     */
    public List<Phase> list() {
        return list;
    }

    /**
     * Returns the number of runs of all phases in one task.
     *
     * @return more than 0
     */
    public double steps() {
        return list.stream().mapToDouble(Phase::times).sum();
    }

    /**
     * Returns a planner of the mean step. Its times and energies, multiplied by {@link #steps()}, are those of a task.
     * The memory of a part is the largest that any phase needs.
     *
     * @return the planner
     */
    public Planner planner() {
        double steps = steps();
        double[] weights =
                list.stream().mapToDouble(phase -> phase.times() / steps).toArray();
        CostTable mean = CostTable.mean(list.stream().map(Phase::costs).toList(), weights);
        return Planner.of(cluster, mean).withBudget(budget);
    }

    /**
     * Returns the costs of each phase in a placement.
     *
     * @param placement a placement of the mean step
     * @param constraints the constraints with which it was planned; their limits are ignored
     * @return the same parts on the same devices, with the costs of one run of each phase
     * @throws IllegalArgumentException if the placement is of other segments or devices
     */
    public List<Placement> costs(Placement placement, Constraints constraints) {
        return list.stream()
                .map(phase -> Planner.of(cluster, phase.costs()).evaluate(placement, constraints, 0))
                .toList();
    }

    /**
     * Returns which part or message takes how much of each phase and of a task.
     *
     * @param placement a placement of the mean step of a chain
     * @param constraints the constraints with which it was planned; their limits are ignored
     * @return the parts, each after the message that it waits for, and the message of the outputs; the sum of their
     *     {@link PhaseShare#taskSeconds()} is the time of a task
     * @throws IllegalArgumentException if the placement is of other segments or devices, or of branches, which run at
     *     the same time
     */
    public List<PhaseShare> shares(Placement placement, Constraints constraints) {
        if (!placement.isChain()) {
            throw new IllegalArgumentException("parts of branches run at the same time, and have no shares of it");
        }
        return PhaseShare.of(
                costs(placement, constraints),
                list.stream().mapToDouble(Phase::times).toArray());
    }

    /**
     * Returns a placement with the costs of the mean step.
     *
     * @param placement a placement of the same segments, for instance for other numbers of runs
     * @param constraints the constraints with which it was planned; their limits are ignored
     * @return the same parts on the same devices
     * @throws IllegalArgumentException if the placement is of other segments or devices
     */
    public Placement mean(Placement placement, Constraints constraints) {
        return planner().evaluate(placement, constraints, 0);
    }

    /**
     * Returns the placement with the highest rate of a given number of tasks at once. Each of them waits for its own
     * steps, so that their rate is limited by the latency of a step as well as by the busiest device or link: the time
     * for each step is the larger of {@code period} and {@code latency / tasks}. Both decrease along the Pareto front of
     * latency and period, which is searched completely.
     *
     * @param tasks the number of tasks at once, 1 or more
     * @param constraints the constraints
     * @return the placement with its costs of the mean step
     * @throws NoSuchPlacementException if there is none
     * @throws IllegalArgumentException if {@code tasks} is less than 1
     */
    public Placement planConcurrent(int tasks, Constraints constraints) {
        refuseNoTasks(tasks);
        if (tasks == 1) {
            return planner().plan(Objective.LATENCY, constraints);
        }
        return PlanGoal.fastest(planner(), tasks, constraints);
    }

    /**
     * Explains a placement by {@link #planConcurrent}: the costs of other placements, the price of each limit in seconds
     * of a step, and the changes at which another would have the highest rate. Searches several hundred fronts.
     *
     * @param placement a placement of the mean step
     * @param tasks the number of tasks at once, 1 or more
     * @param constraints the constraints of the plan
     * @return the reasons
     * @throws IllegalArgumentException if {@code tasks} is less than 1
     */
    public Explanation explainConcurrent(Placement placement, int tasks, Constraints constraints) {
        refuseNoTasks(tasks);
        PlanGoal goal = PlanGoal.concurrent(tasks);
        return new ExplanationBuilder(planner().forExplanations(), placement, constraints, goal).explain();
    }

    private static void refuseNoTasks(int tasks) {
        if (tasks < 1) {
            throw new IllegalArgumentException("there cannot be " + tasks + " tasks at once");
        }
    }

    /**
     * Returns the time between two completed steps of a number of tasks at once.
     *
     * @param placement a placement of the mean step
     * @param tasks the number of tasks at once, 1 or more
     * @return seconds, at least the period
     */
    public static double secondsOfStep(Placement placement, int tasks) {
        return Math.max(placement.periodSeconds(), placement.latencySeconds() / tasks);
    }

    /**
     * Returns the best placement by latency or energy for each number of runs of one phase, from none to any number. For
     * two phases, these are also the best trade-offs between one and the other that a weighted sum can find (supported
     * points; Aneja and Nair, "Bicriteria transportation problem", 1979).
     *
     * @param name the name of the phase
     * @param metric {@link Metric#LATENCY} or {@link Metric#ENERGY}
     * @param constraints the constraints, without limits on metrics
     * @return the placements, from the best for no run; the first one's {@code times} is 0
     * @throws NoSuchPlacementException if there is none
     * @throws IllegalArgumentException if there is no such phase, no other phase runs, there are limits on metrics, or
     *     the metric is the period, which is not a sum over phases
     */
    public List<Turn> turns(String name, Metric metric, Constraints constraints) {
        if (metric == Metric.PERIOD) {
            throw new IllegalArgumentException("the period of several phases is not the sum of their periods");
        }
        refuseLimits(constraints);
        return new PhaseTurns(this, indexOf(name), metric, constraints).find();
    }

    private static void refuseLimits(Constraints constraints) {
        if (Arrays.stream(Metric.values()).anyMatch(each -> constraints.most(each) < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("limits on metrics hold for one number of runs only");
        }
    }

    /**
     * Returns the Pareto front of two phases: the placements that no other placement beats in the latency of one phase
     * without losing in the time of a step of the other one. Exact until the budget is spent, which holds for each
     * placement of the front. The number of runs of the phases does not count.
     *
     * @param once the name of the phase whose latency counts, such as that of the prompt of a text generator
     * @param repeated the name of the phase whose steps count, such as that of one token
     * @param tasks the number of tasks at once, 1 or more, each of which waits for its own steps ({@link #secondsOfStep})
     * @param constraints the constraints, without limits on metrics
     * @return the front
     * @throws NoSuchPlacementException if there is no placement, or none was found within the budget
     * @throws IllegalArgumentException if there is no such phase, {@code tasks} is less than 1, there are limits on
     *     metrics, the segments are not a chain, or there are more than 64 devices
     */
    public Front front(String once, String repeated, int tasks, Constraints constraints) {
        refuseNoTasks(tasks);
        refuseLimits(constraints);
        Problem first = problem(once, constraints);
        Problem second = problem(repeated, constraints);
        if (!first.topology().isChain()) {
            throw new IllegalArgumentException(
                    "the front of two phases is of chains only: these segments have branches");
        }
        return new PhaseFront(planner(), first, second, tasks, constraints, budget).find(once, repeated);
    }

    /**
     * Returns the figures of a placement for a comparison with a front.
     *
     * @param front the front
     * @param placement a placement of the mean step
     * @param constraints the constraints with which it was planned; their limits are ignored
     * @return the latency of the one phase and the time of a step of the other
     * @throws IllegalArgumentException if the placement is of other segments or devices
     */
    public TradeOff tradeOff(Front front, Placement placement, Constraints constraints) {
        List<Placement> costs = costs(placement, constraints);
        return new TradeOff(
                costs.get(indexOf(front.once())).latencySeconds(),
                secondsOfStep(costs.get(indexOf(front.repeated())), front.tasks()),
                mean(placement, constraints));
    }

    private Problem problem(String name, Constraints constraints) {
        return Planner.of(cluster, list.get(indexOf(name)).costs()).problem(constraints);
    }
}
