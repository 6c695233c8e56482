package io.pepper.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

/** The planner against all assignments of small random problems. */
class PlannerOracleTest {
    private static final int INSTANCES = 2_000;

    private static void check(LongFunction<Instance> problems) {
        int feasible = 0;
        int split = 0;
        for (long seed = 0; seed < INSTANCES; seed++) {
            Instance problem = problems.apply(seed);
            Planner planner = Planner.of(problem.cluster, problem.table);
            Optional<Instance.Tried> best = problem.best();
            if (best.isEmpty()) {
                assertThatThrownBy(() -> planner.plan(problem.objective, problem.constraints))
                        .as("seed %d", seed)
                        .isInstanceOf(NoSuchPlacementException.class)
                        .hasMessageContaining("keeps within the limits");
                continue;
            }
            Placement found = planner.plan(problem.objective, problem.constraints);
            assertThat(found.isOptimal()).as("seed %d", seed).isTrue();
            assertThat(found.value())
                    .as("seed %d: %s", seed, found)
                    .isEqualTo(best.get().value());
            assertThat(parts(found))
                    .as("seed %d: %s", seed, found)
                    .isEqualTo(best.get().parts());
            assertThat(found.latencySeconds()).isEqualTo(best.get().latency());
            assertThat(found.periodSeconds()).isEqualTo(best.get().period());
            assertThat(found.energyJoules()).hasValue(best.get().energy());
            feasible++;
            split += found.stages().size() > 1 ? 1 : 0;
        }
        assertThat(feasible).as("problems with an answer").isGreaterThan(INSTANCES / 4);
        assertThat(split).as("answers of several parts").isGreaterThan(INSTANCES / 50);
    }

    private static List<Integer> parts(Placement placement) {
        List<Integer> parts = new ArrayList<>();
        for (Stage stage : placement.stages()) {
            parts.add(placement.cluster().indexOf(stage.device().name()).orElseThrow());
            parts.add(stage.to());
        }
        return parts;
    }

    @Test
    void leastLatency() {
        check(seed -> new Instance(seed, 6, 4));
    }

    @Test
    void leastLatencyOfEightSegments() {
        for (long seed = 0; seed < 40; seed++) {
            Instance problem = new Instance(seed, 8, 4);
            Optional<Instance.Tried> best = problem.best();
            assertThat(Planner.of(problem.cluster, problem.table)
                            .tryPlan(Objective.LATENCY, Constraints.NONE)
                            .map(PlannerOracleTest::parts))
                    .as("seed %d", seed)
                    .isEqualTo(best.map(Instance.Tried::parts));
        }
    }

    @Test
    void leastEnergy() {
        check(seed -> new Instance(seed, 6, 4).with(Objective.ENERGY));
    }

    @Test
    void leastWeightedSum() {
        check(seed -> new Instance(seed, 6, 4).with(new Objective(2, 0, 1)));
    }

    @Test
    void leastPeriodOfAPipeline() {
        check(seed -> new Instance(seed, 6, 4).with(Objective.THROUGHPUT).withReuse(false));
    }

    @Test
    void leastPeriodOfAPipelineWithStructure() {
        check(seed -> new Instance(seed, 6, 4)
                .with(Objective.THROUGHPUT)
                .withReuse(false)
                .withStructure());
    }

    @Test
    void leastPeriodWithoutOverlap() {
        check(seed -> new Instance(seed, 6, 4)
                .with(Objective.THROUGHPUT)
                .withReuse(seed % 2 == 0)
                .withOverlap(false));
    }

    @Test
    void leastPeriodWithDevicesUsedAgain() {
        check(seed -> new Instance(seed, 6, 4).with(Objective.THROUGHPUT));
    }

    @Test
    void leastOfAllThree() {
        check(seed -> new Instance(seed, 5, 4)
                .with(new Objective(1, 3, 1))
                .withReuse(seed % 3 > 0)
                .withOverlap(seed % 2 == 0));
    }

    @Test
    void leastLatencyWithinLimits() {
        check(seed -> new Instance(seed, 6, 4).withMetricLimits().withReuse(seed % 3 > 0));
    }

    @Test
    void leastEnergyWithinLimits() {
        check(seed -> new Instance(seed, 6, 4).with(Objective.ENERGY).withMetricLimits());
    }

    @Test
    void leastPeriodWithinLimits() {
        check(seed -> new Instance(seed, 6, 4)
                .with(Objective.THROUGHPUT)
                .withMetricLimits()
                .withReuse(seed % 2 > 0));
    }

    @Test
    void leastLatencyWithStructure() {
        check(seed -> new Instance(seed, 6, 4).withStructure().withReuse(seed % 3 > 0));
    }

    @Test
    void paretoFronts() {
        int points = 0;
        for (long seed = 0; seed < INSTANCES; seed++) {
            Instance problem = new Instance(seed, 5, 3).withReuse(seed % 2 == 0);
            Metric first = List.of(Metric.values()).get((int) (seed % 3));
            Metric second = List.of(Metric.values()).get((int) ((seed + 1) % 3));
            List<Instance.Tried> all = problem.all();
            List<List<Double>> front = all.stream()
                    .filter(tried -> all.stream().noneMatch(other -> better(other, tried, first, second)))
                    .map(tried -> List.of(tried.cost(first), tried.cost(second)))
                    .distinct()
                    .sorted((a, b) -> Double.compare(a.get(0), b.get(0)))
                    .toList();
            if (!front.isEmpty()) {
                List<Placement> found =
                        Planner.of(problem.cluster, problem.table).pareto(first, second, problem.constraints);
                assertThat(found.stream()
                                .map(placement -> List.of(placement.cost(first), placement.cost(second)))
                                .toList())
                        .as("seed %d", seed)
                        .isEqualTo(front);
                points += front.size();
            }
        }
        assertThat(points).isGreaterThan(INSTANCES);
    }

    private static boolean better(Instance.Tried one, Instance.Tried other, Metric first, Metric second) {
        return one.cost(first) <= other.cost(first)
                && one.cost(second) <= other.cost(second)
                && (one.cost(first) < other.cost(first) || one.cost(second) < other.cost(second));
    }

    @Test
    void aSmallBudgetSaysHowFarFromTheBestItMayBe() {
        int unproven = 0;
        for (long seed = 0; seed < INSTANCES; seed++) {
            Instance problem = new Instance(seed, 6, 4).with(Objective.THROUGHPUT);
            Optional<Instance.Tried> best = problem.best();
            if (best.isPresent()) {
                Placement found = Planner.of(problem.cluster, problem.table)
                        .withBudget(1)
                        .plan(problem.objective, problem.constraints);
                assertThat(found.value()).isGreaterThanOrEqualTo(best.get().value());
                assertThat(found.value() * (1 - found.gap()))
                        .as("seed %d", seed)
                        .isLessThanOrEqualTo(best.get().value() + 1e-9);
                unproven += found.isOptimal() ? 0 : 1;
            }
        }
        assertThat(unproven).isGreaterThan(10);
    }

    @Test
    void aGapThatIsAllowedIsKept() {
        int unproven = 0;
        for (long seed = 0; seed < INSTANCES; seed++) {
            Instance problem =
                    new Instance(seed, 6, 4).with(Objective.THROUGHPUT).withReuse(seed % 2 == 0);
            Optional<Instance.Tried> best = problem.best();
            if (best.isPresent()) {
                Placement found = Planner.of(problem.cluster, problem.table)
                        .withGap(0.3)
                        .plan(problem.objective, problem.constraints);
                assertThat(found.gap()).as("seed %d", seed).isLessThanOrEqualTo(0.3);
                assertThat(found.value() * (1 - found.gap()))
                        .as("seed %d", seed)
                        .isLessThanOrEqualTo(best.get().value() + 1e-9);
                unproven += found.isOptimal() ? 0 : 1;
            }
        }
        assertThat(unproven).isGreaterThan(10);
    }

    @Test
    void moreBandwidthMemoryOrDevicesNeverMakeItWorse() {
        for (long seed = 0; seed < INSTANCES; seed++) {
            Instance problem = new Instance(seed, 5, 3);
            Planner planner = Planner.of(problem.cluster, problem.table);
            double before = planner.tryPlan(Objective.LATENCY, Constraints.NONE)
                    .map(Placement::value)
                    .orElse(Double.POSITIVE_INFINITY);
            Cluster.Builder more = problem.cluster.toBuilder();
            int from = problem.random.nextInt(problem.cluster.devices().size());
            Device device = problem.cluster.devices().get(from);
            if (seed % 2 == 0) {
                more.device(device.withMemoryBytes(device.memoryBytes().orElse(1 << 20) + 4));
            } else {
                more.device(device.withAllowed(true));
            }
            for (int to = 0; to < problem.cluster.devices().size(); to++) {
                if (to != from && problem.cluster.link(from, to).isPresent()) {
                    Link link = problem.cluster.link(from, to).get();
                    more.directedLink(device.name(), "d" + to, link.withBytesPerSecond(2 * link.bytesPerSecond()));
                }
            }
            double after = planner.withCluster(more.build())
                    .tryPlan(Objective.LATENCY, Constraints.NONE)
                    .map(Placement::value)
                    .orElse(Double.POSITIVE_INFINITY);
            assertThat(after).as("seed %d", seed).isLessThanOrEqualTo(before);
        }
    }
}
