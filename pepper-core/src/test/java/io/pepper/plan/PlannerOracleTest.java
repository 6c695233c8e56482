package io.pepper.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
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
            split += found.parts().size() > 1 ? 1 : 0;
        }
        assertThat(feasible).as("problems with an answer").isGreaterThan(INSTANCES / 4);
        assertThat(split).as("answers of several parts").isGreaterThan(INSTANCES / 50);
    }

    private static List<Integer> parts(Placement placement) {
        List<Integer> parts = new ArrayList<>();
        for (PlacedPart stage : placement.parts()) {
            parts.add(placement.cluster().indexOf(stage.device().name()).orElseThrow());
            parts.add(stage.to());
        }
        return parts;
    }

    @Test
    void leastLatency() {
        check(seed -> new Instance(seed, 8, 4));
    }

    @Test
    void leastEnergy() {
        check(seed -> new Instance(seed, 8, 4).with(Objective.ENERGY));
    }

    @Test
    void leastWeightedSum() {
        check(seed -> new Instance(seed, 8, 4).with(new Objective(2, 0, 1)));
    }

    @Test
    void leastPeriodOfAPipeline() {
        check(seed -> new Instance(seed, 8, 4).with(Objective.THROUGHPUT).withReuse(false));
    }

    @Test
    void leastPeriodOfAPipelineWithStructure() {
        check(seed -> new Instance(seed, 8, 4)
                .with(Objective.THROUGHPUT)
                .withReuse(false)
                .withStructure());
    }

    @Test
    void leastPeriodWithoutOverlap() {
        check(seed -> new Instance(seed, 8, 4)
                .with(Objective.THROUGHPUT)
                .withReuse(seed % 2 == 0)
                .withOverlap(false));
    }

    @Test
    void leastPeriodWithDevicesUsedAgain() {
        check(seed -> new Instance(seed, 8, 4).with(Objective.THROUGHPUT));
    }

    @Test
    void leastOfAllThree() {
        check(seed -> new Instance(seed, 8, 4)
                .with(new Objective(1, 3, 1))
                .withReuse(seed % 3 > 0)
                .withOverlap(seed % 2 == 0));
    }

    @Test
    void leastLatencyWithinLimits() {
        check(seed -> new Instance(seed, 8, 4).withMetricLimits().withReuse(seed % 3 > 0));
    }

    @Test
    void leastEnergyWithinLimits() {
        check(seed -> new Instance(seed, 8, 4).with(Objective.ENERGY).withMetricLimits());
    }

    @Test
    void leastPeriodWithinLimits() {
        check(seed -> new Instance(seed, 8, 4)
                .with(Objective.THROUGHPUT)
                .withMetricLimits()
                .withReuse(seed % 2 > 0));
    }

    @Test
    void leastLatencyWithStructure() {
        check(seed -> new Instance(seed, 8, 4).withStructure().withReuse(seed % 3 > 0));
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
                                .map(placement -> List.of(placement.knownCost(first), placement.knownCost(second)))
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
    void aSmallBudgetGivesAGapThatBoundsTheOptimum() {
        int unproven = 0;
        for (long seed = 0; seed < INSTANCES; seed++) {
            Instance problem = new Instance(seed, 8, 4).with(Objective.THROUGHPUT);
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
    void placementsStayWithinTheAllowedGap() {
        int unproven = 0;
        for (long seed = 0; seed < INSTANCES; seed++) {
            Instance problem =
                    new Instance(seed, 8, 4).with(Objective.THROUGHPUT).withReuse(seed % 2 == 0);
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

    /** One change for the better at a time, for each objective. */
    @Test
    void moreBandwidthMemoryOrDevicesNeverIncreaseTheCost() {
        int better = 0;
        for (long seed = 0; seed < INSTANCES; seed++) {
            Instance problem = new Instance(seed, 6, 4);
            int which = problem.random.nextInt(problem.cluster.devices().size());
            Device device = problem.cluster.devices().get(which);
            Cluster fewer = problem.cluster.toBuilder()
                    .device(device.withAllowed(false))
                    .build();
            Cluster larger = problem.cluster.toBuilder()
                    .device(device.withMemoryBytes(device.memoryBytes().orElse(1 << 20) + 4))
                    .build();
            for (Objective objective : List.of(Objective.LATENCY, Objective.THROUGHPUT, Objective.ENERGY)) {
                Constraints limits = Constraints.NONE.withReuse(seed % 2 == 0);
                Planner planner = Planner.of(problem.cluster, problem.table);
                double now = least(planner, objective, limits);
                double without = least(planner.withCluster(fewer), objective, limits);
                double withBandwidth =
                        least(planner.withCluster(twiceAsWide(problem.cluster, which)), objective, limits);
                assertThat(without).as("an extra device, seed %d", seed).isGreaterThanOrEqualTo(now);
                assertThat(least(planner.withCluster(larger), objective, limits))
                        .as("more memory, seed %d", seed)
                        .isLessThanOrEqualTo(now);
                assertThat(withBandwidth).as("more bandwidth, seed %d", seed).isLessThanOrEqualTo(now);
                better += withBandwidth < now || without > now ? 1 : 0;
            }
        }
        assertThat(better).as("changes that matter").isGreaterThan(INSTANCES / 2);
    }

    private static double least(Planner planner, Objective objective, Constraints limits) {
        return planner.tryPlan(objective, limits).map(Placement::value).orElse(Double.POSITIVE_INFINITY);
    }

    private static Cluster twiceAsWide(Cluster cluster, int from) {
        Cluster.Builder wider = cluster.toBuilder();
        for (int to = 0; to < cluster.devices().size(); to++) {
            if (to != from && cluster.link(from, to).isPresent()) {
                Link link = cluster.link(from, to).get();
                wider.directedLink("d" + from, "d" + to, link.withBytesPerSecond(2 * link.bytesPerSecond()));
            }
        }
        return wider.build();
    }

    /** A planner that goes on after changes gives the plan of one that begins anew. */
    @Test
    void replanningEqualsPlanningFromScratch() {
        int moved = 0;
        for (long seed = 0; seed < INSTANCES; seed++) {
            Instance problem = new Instance(seed, 8, 4);
            Planner planner = Planner.of(problem.cluster, problem.table);
            Optional<Placement> before = planner.tryPlan(Objective.LATENCY, Constraints.NONE);
            for (int change = 0; change < 4; change++) {
                int device = problem.random.nextInt(problem.cluster.devices().size());
                CostTable changed = planner.costs().withSlower(device, 1 << problem.random.nextInt(4));
                changed = problem.random.nextInt(3) == 0 ? planner.costs().withDevice(device, problem.table) : changed;
                planner = planner.withCosts(changed);
                Optional<Placement> again = planner.tryPlan(Objective.LATENCY, Constraints.NONE);
                Optional<Placement> anew =
                        Planner.of(problem.cluster, changed).tryPlan(Objective.LATENCY, Constraints.NONE);
                assertThat(again.map(PlannerOracleTest::parts))
                        .as("seed %d, change %d", seed, change)
                        .isEqualTo(anew.map(PlannerOracleTest::parts));
                assertThat(again.map(Placement::value)).isEqualTo(anew.map(Placement::value));
                moved += again.map(PlannerOracleTest::parts).equals(before.map(PlannerOracleTest::parts)) ? 0 : 1;
            }
        }
        assertThat(moved).as("changes that move something").isGreaterThan(INSTANCES / 4);
    }

    /** A table that is typed in: the ranking of split points is what adding it up by hand gives. */
    @Test
    void ranksSplitsAsTheTableDoes() {
        for (long seed = 0; seed < INSTANCES; seed++) {
            Random random = new Random(seed);
            int segments = 1 + random.nextInt(8);
            CostTable.Builder builder = CostTable.bySegment(segments, 2);
            double[][] seconds = new double[2][segments];
            double[] bytes = new double[segments + 1];
            for (int segment = 0; segment < segments; segment++) {
                for (int device = 0; device < 2; device++) {
                    seconds[device][segment] = random.nextInt(20);
                    builder.seconds(segment, device, seconds[device][segment]);
                }
            }
            for (int cut = 0; cut <= segments; cut++) {
                bytes[cut] = 4 * random.nextInt(6);
                builder.cutBytes(cut, bytes[cut]);
            }
            Cluster pair = Cluster.builder()
                    .device(Device.of("edge"))
                    .device(Device.of("cloud"))
                    .link("edge", "cloud", Link.of(4, 1))
                    .source("edge")
                    .build();
            List<Double> byHand = new ArrayList<>();
            for (int split = 0; split <= segments; split++) {
                double sum = split < segments ? 1 + bytes[split] / 4 : 0;
                for (int segment = 0; segment < segments; segment++) {
                    sum += seconds[segment < split ? 0 : 1][segment];
                }
                byHand.add(sum);
            }
            List<Integer> ranking = IntStream.rangeClosed(0, segments)
                    .boxed()
                    .sorted(Comparator.comparingDouble(byHand::get))
                    .toList();
            List<Placement> splits = Planner.of(pair, builder.build()).splits("edge", "cloud", Objective.LATENCY);
            assertThat(splits.stream().map(PlannerOracleTest::split).toList())
                    .as("seed %d", seed)
                    .isEqualTo(ranking);
            assertThat(splits.stream().map(Placement::latencySeconds).toList())
                    .isEqualTo(ranking.stream().map(byHand::get).toList());
        }
    }

    private static int split(Placement placement) {
        PlacedPart first = placement.parts().get(0);
        return first.device().name().equals("edge") ? first.to() : 0;
    }
}
