package io.pepper.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Placements of small random graphs of segments against all assignments. */
class BranchOracleTest {
    private static final int INSTANCES = 2_000;
    private static final double ROUNDING = 1e-9;
    private static final List<Metric> METRICS = List.of(Metric.LATENCY, Metric.PERIOD, Metric.ENERGY);

    private static BranchInstance instance(long seed) {
        return new BranchInstance(seed, 2 + (int) (seed % 5), 1 + (int) (seed % 3));
    }

    /** What is asked of the instances. */
    enum Question {
        LATENCY,
        LATENCY_IN_TURNS,
        ANY_OBJECTIVE,
        ANY_OBJECTIVE_IN_TURNS,
        LIMITED_METRICS,
        LIMITED_STRUCTURE,
        ALL_LIMITS_IN_TURNS;

        BranchInstance of(BranchInstance instance) {
            return switch (this) {
                case LATENCY -> instance;
                case LATENCY_IN_TURNS -> instance.withTurns();
                case ANY_OBJECTIVE -> instance.withObjective();
                case ANY_OBJECTIVE_IN_TURNS -> instance.withObjective().withTurns();
                case LIMITED_METRICS -> instance.withObjective().withMetricLimits();
                case LIMITED_STRUCTURE -> instance.withObjective().withStructure();
                case ALL_LIMITS_IN_TURNS ->
                    instance.withObjective().withMetricLimits().withStructure().withTurns();
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void noAssignmentIsBetter(Question question) {
        int found = 0;
        int divided = 0;
        for (long seed = 0; seed < INSTANCES; seed++) {
            BranchInstance instance = question.of(instance(seed));
            Optional<Double> best = instance.best();
            Planner planner = Planner.of(instance.cluster, instance.table);
            if (best.isEmpty()) {
                assertThatThrownBy(() -> planner.plan(instance.objective, instance.constraints))
                        .as("seed %d: %s", seed, instance)
                        .isInstanceOf(NoSuchPlacementException.class);
                continue;
            }
            Placement placement = planner.plan(instance.objective, instance.constraints);
            assertThat(placement.value())
                    .as("seed %d: %s: %s", seed, instance, placement)
                    .isCloseTo(best.get(), within(ROUNDING));
            assertThat(placement.isOptimal()).isTrue();
            assertThat(placement.fits()).isTrue();
            found++;
            divided += placement.memoryBytes().size() > 1 ? 1 : 0;
        }
        assertThat(found).isGreaterThan(INSTANCES / 10);
        assertThat(divided).as("on several devices").isGreaterThan(found / 10);
    }

    @Test
    void evaluatedCostsEqualTheSumOfScheduledSteps() {
        for (long seed = 0; seed < INSTANCES; seed++) {
            BranchInstance instance = seed % 3 == 0 ? instance(seed).withoutOverlap() : instance(seed);
            instance = seed % 2 == 0 ? instance.withTurns() : instance;
            Planner planner = Planner.of(instance.cluster, instance.table);
            int[] devices = instance.random
                    .ints(instance.segments, 0, instance.cluster.devices().size())
                    .toArray();
            BranchInstance.Cost cost = instance.cost(instance.table, devices);
            List<String> names = new ArrayList<>();
            for (int device : devices) {
                names.add("d" + device);
            }
            Placement placement = planner.evaluate(names, Objective.LATENCY, instance.constraints);
            assertThat(placement.latencySeconds())
                    .as("seed %d: %s", seed, instance)
                    .isEqualTo(cost.latency());
            if (cost.latency() < Double.POSITIVE_INFINITY) {
                assertThat(placement.periodSeconds()).isEqualTo(cost.period());
                assertThat(placement.energyJoules()).hasValue(cost.energy());
            }
        }
    }

    @Test
    void aFrontHasEveryTradeOffOfTwoMetrics() {
        int several = 0;
        for (long seed = 0; seed < INSTANCES; seed++) {
            BranchInstance instance = instance(seed);
            Metric first = METRICS.get((int) (seed % 3));
            Metric second = METRICS.get((int) ((seed + 1) % 3));
            List<BranchInstance.Cost> all = instance.feasible();
            if (all.isEmpty()) {
                continue;
            }
            List<List<Double>> expected = all.stream()
                    .filter(one -> all.stream().noneMatch(other -> isDominated(one, other, first, second)))
                    .map(cost -> List.of(cost.of(first), cost.of(second)))
                    .distinct()
                    .sorted((one, other) -> Double.compare(one.get(0), other.get(0)))
                    .toList();
            List<List<Double>> front =
                    Planner.of(instance.cluster, instance.table).pareto(first, second, Constraints.NONE).stream()
                            .map(placement -> List.of(placement.knownCost(first), placement.knownCost(second)))
                            .toList();
            assertThat(front).as("seed %d: %s", seed, instance).isEqualTo(expected);
            several += front.size() > 1 ? 1 : 0;
        }
        assertThat(several).isGreaterThan(INSTANCES / 4);
    }

    private static boolean isDominated(
            BranchInstance.Cost cost, BranchInstance.Cost other, Metric first, Metric second) {
        boolean noWorse = other.of(first) <= cost.of(first) && other.of(second) <= cost.of(second);
        return noWorse && (other.of(first) < cost.of(first) || other.of(second) < cost.of(second));
    }

    @Test
    void noAssignmentIsBetterInItsWorstScenario() {
        int differ = 0;
        for (long seed = 0; seed < INSTANCES; seed++) {
            BranchInstance instance = new BranchInstance(seed, 2 + (int) (seed % 4), 1 + (int) (seed % 3));
            List<CostTable> scenarios = List.of(
                    instance.table,
                    instance.table.withSlower(0, 3),
                    instance.table.withSlower(instance.cluster.devices().size() - 1, 2));
            double best = Double.POSITIVE_INFINITY;
            int[] devices = new int[instance.segments];
            do {
                if (instance.isAllowed(devices)) {
                    double worst = 0;
                    for (CostTable scenario : scenarios) {
                        worst = Math.max(worst, instance.cost(scenario, devices).latency());
                    }
                    best = Math.min(best, worst);
                }
            } while (instance.next(devices));
            if (best < Double.POSITIVE_INFINITY) {
                RobustPlanner.Result result =
                        RobustPlanner.of(instance.cluster, scenarios).plan(Objective.LATENCY, Constraints.NONE);
                assertThat(result.gap()).isZero();
                assertThat(result.placement().latencySeconds())
                        .as("seed %d: %s", seed, instance)
                        .isCloseTo(best, within(ROUNDING * best));
                differ += result.worst() > 0 ? 1 : 0;
            }
        }
        assertThat(differ).isGreaterThan(INSTANCES / 10);
    }

    @Test
    void aSimulatedRequestThatIsAloneTakesTheLatency() {
        int overlapping = 0;
        for (long seed = 0; seed < INSTANCES; seed++) {
            BranchInstance instance = instance(seed).withObjective();
            Optional<Placement> placement =
                    Planner.of(instance.cluster, instance.table).tryPlan(instance.objective, instance.constraints);
            if (placement.isPresent()) {
                PlanSimulator simulator = PlanSimulator.of(placement.get());
                PlanSimulator.Result alone = simulator.run(PlanSimulator.Trace.every(0, 1));
                assertThat(alone.latenciesSeconds().get(0))
                        .as("seed %d: %s: %s", seed, instance, placement.get())
                        .isCloseTo(placement.get().latencySeconds(), within(ROUNDING));
                overlapping += overlap(placement.get()) ? 1 : 0;
            }
        }
        assertThat(overlapping).as("placements in which branches overlap").isGreaterThan(INSTANCES / 20);
    }

    private static boolean overlap(Placement placement) {
        return placement.parts().stream().anyMatch(one -> placement.parts().stream()
                .anyMatch(other -> one.index() < other.index()
                        && one.beginSeconds() < other.endSeconds()
                        && other.beginSeconds() < one.endSeconds()));
    }

    @Test
    void simulatedRequestsInARushAreDoneEveryPeriod() {
        int once = 0;
        for (long seed = 0; seed < INSTANCES / 4; seed++) {
            BranchInstance instance = instance(seed);
            Optional<Placement> placement =
                    Planner.of(instance.cluster, instance.table).tryPlan(Objective.THROUGHPUT, Constraints.NONE);
            if (placement.isPresent() && placement.get().periodSeconds() > 0) {
                int count = 300;
                Placement placed = placement.get();
                PlanSimulator.Result rush = PlanSimulator.of(placed).run(PlanSimulator.Trace.every(0, count));
                double last = rush.doneSeconds().stream()
                        .mapToDouble(done -> done)
                        .max()
                        .orElseThrow();
                double least = count * placed.periodSeconds();
                assertThat(last).as("seed %d: %s", seed, placed).isGreaterThanOrEqualTo(least * (1 - ROUNDING));
                if (isVisitedOnce(placed)) {
                    assertThat(last)
                            .as("seed %d: %s", seed, placed)
                            .isLessThanOrEqualTo(least + placed.latencySeconds());
                    once++;
                }
            }
        }
        assertThat(once).isGreaterThan(20);
    }

    /** Whether an inference comes to each device and each link once at most. */
    private static boolean isVisitedOnce(Placement placement) {
        long links = placement.transfers().stream()
                .map(transfer -> transfer.from().name() + transfer.to().name())
                .distinct()
                .count();
        return placement.memoryBytes().size() == placement.parts().size()
                && links == placement.transfers().size();
    }

    @Test
    void gapBoundsTheOptimumAfterTheBudget() {
        int open = 0;
        for (long seed = 0; seed < 200; seed++) {
            BranchInstance instance = new BranchInstance(seed, 7, 3).withObjective();
            Optional<Double> best = instance.best();
            if (best.isPresent()) {
                try {
                    Placement found = Planner.of(instance.cluster, instance.table)
                            .withBudget(12)
                            .plan(instance.objective);
                    assertThat(found.value()).isGreaterThanOrEqualTo(best.get() - ROUNDING);
                    assertThat(found.value() * (1 - found.gap()))
                            .as("seed %d: %s", seed, instance)
                            .isLessThanOrEqualTo(best.get() + ROUNDING);
                    open += found.gap() > 0 ? 1 : 0;
                } catch (NoSuchPlacementException spent) {
                    assertThat(spent).hasMessageContaining("budget");
                }
            }
        }
        assertThat(open).isGreaterThan(10);
    }

    @Test
    void theExplanationNamesTheBestOfAllOthers() {
        for (long seed = 0; seed < INSTANCES / 4; seed++) {
            BranchInstance instance = instance(seed);
            List<Double> values =
                    instance.feasible().stream().map(instance::value).sorted().toList();
            if (values.size() > 1) {
                Planner planner = Planner.of(instance.cluster, instance.table);
                Explanation why = planner.explain(planner.plan(Objective.LATENCY), Constraints.NONE);
                assertThat(why.runnerUp().orElseThrow().value())
                        .as("seed %d: %s", seed, instance)
                        .isCloseTo(values.get(1), within(ROUNDING));
                assertThat(why.prices())
                        .allSatisfy(price -> assertThat(price.saves()).isPositive());
            }
        }
    }
}
