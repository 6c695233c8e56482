package io.pepper.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Link;
import io.pepper.plan.Segments.Flow;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Prediction;
import io.pepper.workload.Workload;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Placements of segments with branches, by hand. */
class BranchPlannerTest {
    private static final Cluster PAIR = Cluster.builder()
            .device(Device.of("left"))
            .device(Device.of("right"))
            .defaultLink(Link.of(1_000, 0.001))
            .source("left")
            .sink("left")
            .build();

    private static final Constraints TURNS = Constraints.NONE.withConcurrency(false);

    private static CostTable towers(double bytes) {
        return CostTable.bySegment(
                        3,
                        2,
                        List.of(
                                Flow.input(bytes, 0),
                                Flow.input(bytes, 1),
                                Flow.between(0, bytes, 2),
                                Flow.between(1, bytes, 2),
                                Flow.output(2, bytes)))
                .seconds(0, 0, 0.010)
                .seconds(0, 1, 0.010)
                .seconds(1, 0, 0.012)
                .seconds(1, 1, 0.012)
                .seconds(2, 0, 0.002)
                .seconds(2, 1, 0.002)
                .build();
    }

    private static List<String> devices(Placement placement) {
        return placement.parts().stream().map(part -> part.device().name()).toList();
    }

    @Test
    void twoTowersRunAtTheSameTime() {
        Placement placement = Planner.of(PAIR, towers(1)).plan(Objective.LATENCY);
        // The longer tower stays; the other one travels there and back, 2 ms each way: 2 + 10 + 2, then the head.
        assertThat(placement.latencySeconds()).isCloseTo(0.016, within(1e-12));
        assertThat(placement.isOptimal()).isTrue();
        assertThat(devices(placement)).containsExactly("right", "left", "left");
        assertThat(placement.parts().get(1).beginSeconds()).isZero();
        assertThat(placement.transfers()).hasSize(2);
        assertThat(placement.bottleneck()).isEqualTo("left");
        assertThat(placement.periodSeconds()).isCloseTo(0.014, within(1e-12));
    }

    @Test
    void towersStayTogetherWhereTheLinkIsSlow() {
        Placement placement = Planner.of(PAIR, towers(10_000)).plan(Objective.LATENCY);
        assertThat(placement.transfers()).isEmpty();
        assertThat(placement.latencySeconds()).isCloseTo(0.024, within(1e-12));
    }

    @Test
    void throughputPutsTheTowersOnBothDevicesWhateverTheWay() {
        Placement placement = Planner.of(PAIR, towers(5)).plan(Objective.THROUGHPUT);
        assertThat(placement.periodSeconds()).isCloseTo(0.012, within(1e-12));
        assertThat(devices(placement).get(0)).isNotEqualTo(devices(placement).get(1));
    }

    @Test
    void twoMessagesOfOneInferenceFollowEachOtherOnALink() {
        CostTable table = CostTable.bySegment(
                        3,
                        2,
                        List.of(
                                Flow.input(10, 0),
                                Flow.input(10, 1),
                                Flow.output(0, 0),
                                Flow.output(1, 0),
                                Flow.output(2, 0)))
                .build();
        Cluster apart = PAIR.toBuilder().source("left").sink("right").build();
        Placement placement = Planner.of(apart, table)
                .evaluate(List.of("right", "right", "right"), Objective.LATENCY, Constraints.NONE);
        assertThat(placement.transfers()).extracting(Transfer::beginSeconds).containsExactly(0.0, 0.010);
        assertThat(placement.latencySeconds()).isCloseTo(0.021, within(1e-12));
    }

    @Test
    void aFlowIsSentOnceToADeviceWithSeveralReaders() {
        CostTable table = CostTable.bySegment(
                        3, 2, List.of(Flow.between(0, 10, 1, 2), Flow.output(1, 0), Flow.output(2, 0)))
                .seconds(0, 0, 0.001)
                .seconds(0, 1, Double.POSITIVE_INFINITY)
                .seconds(1, 0, Double.POSITIVE_INFINITY)
                .seconds(1, 1, 0.001)
                .seconds(2, 0, Double.POSITIVE_INFINITY)
                .seconds(2, 1, 0.001)
                .build();
        Placement turns = Planner.of(PAIR, table).plan(Objective.LATENCY, TURNS);
        assertThat(turns.transfers().stream().filter(transfer -> transfer.bytes() == 10))
                .hasSize(1);
        assertThat(turns.latencySeconds()).isCloseTo(0.003 + 0.011 + 0.002, within(1e-12));
    }

    @Test
    void eachDeviceAloneIsComparedWith() {
        CostTable table = CostTable.bySegment(2, 3, List.of(Flow.input(1, 0, 1), Flow.output(0, 1), Flow.output(1, 1)))
                .memoryBytes(0, 1, 60, 0)
                .memoryBytes(1, 2, 40, 0)
                .seconds(0, 0, 0.010)
                .seconds(0, 1, 0.004)
                .seconds(1, 2, Double.POSITIVE_INFINITY)
                .build();
        Cluster three = PAIR.toBuilder()
                .device(Device.of("left").withMemoryBytes(99))
                .device(Device.of("none"))
                .build();
        List<Explanation.SingleDevice> alone = Planner.of(three, table).singleDevices(Objective.LATENCY);
        assertThat(alone).extracting(single -> single.device().name()).containsExactly("left", "right", "none");
        assertThat(alone).extracting(Explanation.SingleDevice::fits).containsExactly(false, true, false);
        assertThat(alone.get(0).placement().orElseThrow().latencySeconds()).isCloseTo(0.010, within(1e-12));
        assertThat(alone.get(1).placement().orElseThrow().latencySeconds()).isCloseTo(0.009, within(1e-12));
        assertThat(alone.get(2).placement()).isEmpty();
    }

    @Test
    void evaluatedAssignmentsHaveNoProofOfOptimality() {
        Planner planner = Planner.of(PAIR, towers(1));
        Placement given = planner.evaluate(List.of("left", "left", "left"), Objective.LATENCY, Constraints.NONE);
        assertThat(given.gap()).isEqualTo(1);
        assertThat(given.latencySeconds()).isCloseTo(0.024, within(1e-12));
        assertThatThrownBy(() -> planner.evaluate(List.of("left"), Objective.LATENCY, Constraints.NONE))
                .hasMessage("1 devices for 3 segments");
        assertThatThrownBy(() -> planner.evaluate(Planner.of(PAIR, chain(3)).plan(Objective.LATENCY)))
                .hasMessageContaining("the placement is of a chain");
    }

    private static CostTable chain(int segments) {
        return CostTable.bySegment(segments, 2).build();
    }

    @Test
    void aMemoryTooSmallForEverySegmentIsNamed() {
        CostTable table = CostTable.bySegment(2, 2, List.of(Flow.output(0, 1), Flow.output(1, 1)))
                .memoryBytes(0, 1, 100, 0)
                .build();
        Cluster small = PAIR.toBuilder()
                .device(Device.of("left").withMemoryBytes(10))
                .device(Device.of("right").withMemoryBytes(99))
                .build();
        Planner planner = Planner.of(small, table);
        for (Constraints constraints : List.of(Constraints.NONE, TURNS)) {
            assertThatThrownBy(() -> planner.plan(Objective.LATENCY, constraints))
                    .isInstanceOf(NoSuchPlacementException.class)
                    .hasMessageContaining("without the memory of 'right' there is Placement[");
        }
    }

    @Test
    void flowsThatCannotBeAreRefused() {
        assertThatThrownBy(() -> Flow.between(0, 1, 0)).hasMessageContaining("come after its producer 0");
        assertThatThrownBy(() -> Flow.between(0, -1, 1)).hasMessageContaining("-1.0 bytes");
        assertThatThrownBy(() -> CostTable.bySegment(1, 2, List.of(Flow.between(0, 1, 3))))
                .hasMessageContaining("there is no segment 3 of 1");
        assertThatThrownBy(
                        () -> CostTable.bySegment(2, 2, Flow.ofChain(1, 2, 3)).cutBytes(0, 1))
                .hasMessageContaining("given already");
    }

    @Test
    void limitsThatBranchesCannotHaveAreRefusedByName() {
        Planner planner = Planner.of(PAIR, towers(1));
        assertThatThrownBy(() -> planner.plan(Objective.LATENCY, Constraints.NONE.withMaxParts(2)))
                .hasMessageContaining("there cannot be at most 2 parts");
        assertThatThrownBy(() -> planner.splits("left", "right", Objective.LATENCY))
                .hasMessageContaining("only a chain is split");
        assertThatThrownBy(() -> planner.plan(Objective.LATENCY, Constraints.NONE.withPin(3, "left")))
                .hasMessageContaining("there is no segment 3 of 3");
        assertThatThrownBy(() -> planner.plan(Objective.LATENCY, Constraints.NONE.withBarred(0, "middle")))
                .hasMessageContaining("there is no device 'middle'");
    }

    @Test
    void anExplanationOfBranchesHasARunnerUpPricesAndFlips() {
        Planner planner = Planner.of(PAIR, towers(1));
        Constraints limits = Constraints.NONE.withPin(1, "right");
        Explanation why = planner.explain(planner.plan(Objective.LATENCY, limits), limits);
        assertThat(why.runnerUp().orElseThrow().latencySeconds())
                .isGreaterThanOrEqualTo(why.placement().latencySeconds());
        assertThat(why.prices()).singleElement().satisfies(price -> assertThat(price.limit())
                .isEqualTo("segment 2 on 'right'"));
        assertThat(why.flips()).isNotEmpty().allSatisfy(flip -> assertThat(devices(flip.then()))
                .isNotEqualTo(devices(why.placement())));
    }

    @Test
    void placementsAndExplanationsDescribeThemselves() {
        Planner planner = Planner.of(PAIR, towers(1));
        Constraints limits = Constraints.NONE.withPin(1, "right");
        Explanation why = planner.explain(planner.plan(Objective.LATENCY, limits), limits);
        assertThat(why.placement().describe().lines())
                .startsWith("part 1, segment 1, on left: 10 ms from 0 s on")
                .contains("1 B from left to right: 2 ms from 0 s on")
                .last()
                .asString()
                .startsWith("latency 18 ms (90 % within 18 ms), ")
                .endsWith("; optimal by these figures");
        assertThat(why.describe())
                .startsWith(why.placement().describe())
                .contains("within: segment 2 on 'right'", "all on left: latency 24 ms", "runner-up: Placement[")
                .contains("without segment 2 on 'right': Placement[", "if the time of left were ");
        assertThat(why)
                .asString()
                .startsWith("Explanation[Placement[")
                .contains("1 price, ")
                .hasSizeLessThan(200);
    }

    @Test
    void aLongChainOfTwoMessagesEachIsCutInBlocks() {
        Random random = new Random(5);
        CostTable.Builder chain = CostTable.bySegment(400, 2);
        List<Flow> flows = new ArrayList<>();
        double[][] seconds = new double[400][2];
        for (int i = 0; i < 400; i++) {
            double bytes = random.nextInt(2_000);
            flows.add(new Flow(i - 1, List.of(i), false, bytes));
            chain.cutBytes(i, bytes);
            for (int device = 0; device < 2; device++) {
                seconds[i][device] = random.nextDouble();
                chain.seconds(i, device, seconds[i][device]);
            }
        }
        flows.add(Flow.output(399, 7));
        flows.add(Flow.output(399, 0)); // So that it is no chain.
        chain.cutBytes(400, 7);
        CostTable.Builder graph = CostTable.bySegment(400, 2, flows);
        for (int i = 0; i < 400; i++) {
            graph.seconds(i, 0, seconds[i][0]).seconds(i, 1, seconds[i][1]);
        }
        Cluster free = PAIR.toBuilder().defaultLink(Link.of(1_000, 0)).build();
        double best = Planner.of(free, chain.build()).plan(Objective.LATENCY).latencySeconds();
        Placement cut = Planner.of(free, graph.build()).plan(Objective.LATENCY, TURNS);
        assertThat(cut.isOptimal()).isTrue();
        assertThat(cut.latencySeconds()).isCloseTo(best, within(1e-9));
    }

    @Test
    void aMonitorOfBranchesMovesATowerAwayFromABusyDevice() {
        Segments towers = new Segments() {
            @Override
            public int count() {
                return 3;
            }

            @Override
            public Workload workload(int from, int to) {
                return Workload.builder().build();
            }

            @Override
            public List<Flow> flows() {
                return towers(1).flows();
            }
        };
        LatencyPredictor slowed = (work, threads, state) -> {
            double seconds = 0.010 * (1 + state.cpuLoadPercent().orElse(0) / 10);
            return new Prediction(seconds, seconds, false);
        };
        Replanner replanner =
                Replanner.builder(towers, CostModel.of(PAIR, slowed)).build();
        assertThat(devices(replanner.current()).stream().distinct()).hasSize(2);
        List<DeviceState> busy = List.of(DeviceState.of("right").withCpuLoadPercent(90));
        assertThat(replanner.update(busy, Instant.EPOCH)).isEmpty();
        Replanner.Proposal proposal =
                replanner.update(busy, Instant.EPOCH.plusSeconds(11)).orElseThrow();
        assertThat(devices(proposal.placement())).containsExactly("left", "left", "left");
    }
}
