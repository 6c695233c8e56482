package io.pepper.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import io.pepper.cluster.LinkState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RobustPlannerTest {
    private static final int INSTANCES = 2_000;

    private static final Cluster PAIR = Cluster.builder()
            .device(Device.of("a"))
            .device(Device.of("b"))
            .defaultLink(Link.FREE)
            .build();

    @Test
    void prefersThePlacementWithTheBestWorstCase() {
        CostTable aBusy =
                CostTable.bySegment(1, 2).seconds(0, 0, 10).seconds(0, 1, 4).build();
        CostTable bBusy =
                CostTable.bySegment(1, 2).seconds(0, 0, 1).seconds(0, 1, 5).build();
        RobustPlanner.Result found =
                RobustPlanner.of(PAIR, List.of(aBusy, bBusy)).plan(Objective.LATENCY, Constraints.NONE);
        assertThat(found.placement().parts().get(0).device().name()).isEqualTo("b");
        assertThat(found.placement().latencySeconds()).isEqualTo(5);
        assertThat(found.worst()).isOne();
        assertThat(found.gap()).isZero();
        assertThat(found.scenarios().get(0).latencySeconds()).isEqualTo(4);
    }

    @Test
    void isLessPessimisticThanPlanningForAllWorstStatesAtOnce() {
        // Load moves from one device to the other: halves on each are never bad together.
        CostTable one = table(new double[][] {{1, 9}, {1, 9}});
        CostTable other = table(new double[][] {{9, 1}, {9, 1}});
        RobustPlanner.Result found =
                RobustPlanner.of(PAIR, List.of(one, other)).plan(Objective.LATENCY, Constraints.NONE);
        assertThat(found.placement().latencySeconds()).isEqualTo(10);
        assertThat(Planner.of(PAIR, one.worst(other)).plan(Objective.LATENCY).latencySeconds())
                .isEqualTo(18);
    }

    private static CostTable table(double[]... seconds) {
        CostTable.Builder table = CostTable.bySegment(seconds.length, seconds[0].length);
        for (int segment = 0; segment < seconds.length; segment++) {
            for (int device = 0; device < seconds[0].length; device++) {
                table.seconds(segment, device, seconds[segment][device]);
            }
        }
        return table.build();
    }

    @Test
    void theWorstCaseIsMinimalAmongAllAssignments() {
        int split = 0;
        for (long seed = 0; seed < INSTANCES; seed++) {
            Random random = new Random(seed);
            int segments = 1 + random.nextInt(5);
            int devices = 2 + random.nextInt(2);
            Instance first = new Instance(seed, segments, devices);
            List<CostTable> scenarios = new ArrayList<>(List.of(first.table));
            for (int i = 0; i < 1 + random.nextInt(2); i++) {
                CostTable changed = first.table;
                for (int device = 0; device < changed.devices(); device++) {
                    changed = changed.withSlower(device, 0.25 + 3 * random.nextDouble());
                }
                scenarios.add(changed);
            }
            Objective objective = random.nextBoolean() ? Objective.LATENCY : Objective.THROUGHPUT;
            Map<List<Integer>, Double> worst = new HashMap<>();
            for (CostTable scenario : scenarios) {
                first.with(objective)
                        .with(scenario)
                        .all()
                        .forEach(tried -> worst.merge(tried.parts(), tried.value(), Math::max));
            }
            Optional<Double> best = worst.values().stream().min(Double::compare);
            RobustPlanner planner = RobustPlanner.of(first.cluster, scenarios);
            if (best.isEmpty()) {
                assertThatThrownBy(() -> planner.plan(objective, first.constraints))
                        .as("seed %d", seed)
                        .isInstanceOf(NoSuchPlacementException.class);
                continue;
            }
            RobustPlanner.Result found = planner.plan(objective, first.constraints);
            assertThat(found.gap()).as("seed %d", seed).isZero();
            assertThat(found.placement().isOptimal()).as("seed %d", seed).isTrue();
            assertThat(found.placement().value()).as("seed %d", seed).isCloseTo(best.get(), within(best.get() * 1e-9));
            split += found.placement().parts().size() > 1 ? 1 : 0;
        }
        assertThat(split).isGreaterThan(INSTANCES / 50);
    }

    @Test
    void aPlacementThatASlowLinkWouldSpoilIsAvoided() {
        CostTable table = CostTable.bySegment(1, 2)
                .seconds(0, 0, 5)
                .seconds(0, 1, 1)
                .cutBytes(0, 8)
                .build();
        Cluster fast = PAIR.toBuilder().source("a").defaultLink(Link.of(8, 0)).build();
        Cluster slow = fast.withLinkStates(List.of(LinkState.of("a", "b").withBytesPerSecond(1)));
        assertThat(Planner.of(fast, table).plan(Objective.LATENCY).latencySeconds())
                .isEqualTo(2);
        RobustPlanner.Result found =
                RobustPlanner.of(List.of(fast, slow), List.of(table, table)).plan(Objective.LATENCY, Constraints.NONE);
        assertThat(found.placement().parts().get(0).device().name()).isEqualTo("a");
        assertThat(found.placement().latencySeconds()).isEqualTo(5);
        assertThat(found.gap()).isZero();
        assertThatThrownBy(() -> RobustPlanner.of(List.of(fast), List.of(table, table)))
                .hasMessage("there are 2 scenarios and 1 clusters");
    }

    @Test
    void theWorstCaseIsMinimalWhereLinksDiffer() {
        int moved = 0;
        for (long seed = 0; seed < INSTANCES; seed++) {
            Random random = new Random(seed);
            Instance first = new Instance(seed, 1 + random.nextInt(4), 2 + random.nextInt(2));
            Objective objective = random.nextBoolean() ? Objective.LATENCY : Objective.THROUGHPUT;
            List<Cluster> clusters = new ArrayList<>(List.of(first.cluster));
            for (int i = 0; i < 1 + random.nextInt(2); i++) {
                clusters.add(changed(random, first.cluster));
            }
            Map<List<Integer>, Double> worst = new HashMap<>();
            for (Cluster cluster : clusters) {
                first.with(objective)
                        .with(cluster)
                        .all()
                        .forEach(tried -> worst.merge(tried.parts(), tried.value(), Math::max));
            }
            Optional<Double> best = worst.values().stream().min(Double::compare);
            if (best.isPresent()) {
                RobustPlanner.Result found = RobustPlanner.of(
                                clusters, Collections.nCopies(clusters.size(), first.table))
                        .plan(objective, first.constraints);
                assertThat(found.gap()).as("seed %d", seed).isZero();
                assertThat(found.placement().value())
                        .as("seed %d", seed)
                        .isCloseTo(best.get(), within(best.get() * 1e-9));
                moved += found.placement().transfers().isEmpty() ? 0 : 1;
            }
        }
        assertThat(moved).isGreaterThan(INSTANCES / 50);
    }

    /** The same devices, and links some of which are slower or faster. */
    private static Cluster changed(Random random, Cluster cluster) {
        List<LinkState> states = new ArrayList<>();
        for (Device from : cluster.devices()) {
            for (Device to : cluster.devices()) {
                if (!from.equals(to) && random.nextBoolean()) {
                    states.add(LinkState.of(from.name(), to.name())
                            .withBytesPerSecond(Math.scalb(1.0, random.nextInt(5) - 2))
                            .withLatencySeconds(random.nextInt(4)));
                }
            }
        }
        return cluster.withLinkStates(states);
    }

    @Test
    void refusesUnmeetableLimitsAndInvalidScenarios() {
        CostTable table = table(new double[][] {{1, 9}});
        RobustPlanner planner = RobustPlanner.of(PAIR, List.of(table));
        assertThatThrownBy(() -> planner.plan(Objective.ENERGY, Constraints.NONE.withLimit(Metric.LATENCY, 1)))
                .hasMessageContaining("LATENCY");
        assertThatThrownBy(() -> RobustPlanner.of(PAIR, List.of())).hasMessageContaining("no scenario");
        assertThatThrownBy(() -> RobustPlanner.of(PAIR, List.of(table, table(new double[][] {{1, 1}, {1, 1}}))))
                .hasMessageContaining("the other table is of a chain of 2 segments");
        assertThatThrownBy(() -> planner.withBudget(0)).hasMessageContaining("1 placement or more");
    }
}
