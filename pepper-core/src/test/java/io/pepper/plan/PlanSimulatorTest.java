package io.pepper.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.data.Percentage.withPercentage;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import io.pepper.cluster.LinkState;
import io.pepper.plan.PlanSimulator.Result;
import io.pepper.plan.PlanSimulator.Trace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PlanSimulatorTest {
    /** Two seconds on a, three on the way of which one is latency, four on b. */
    private static Placement pipeline() {
        Cluster cluster = Cluster.builder()
                .device(Device.of("a"))
                .device(Device.of("b"))
                .link("a", "b", Link.of(4, 1))
                .build();
        CostTable table = CostTable.bySegment(2, 2)
                .seconds(0, 0, 2)
                .seconds(0, 1, 100)
                .seconds(1, 0, 100)
                .seconds(1, 1, 4)
                .cutBytes(1, 8)
                .build();
        return Planner.of(cluster, table).plan(Objective.LATENCY);
    }

    @Test
    void oneRequestTakesTheLatencyAndManyThePeriod() {
        assertThat(pipeline().latencySeconds()).isEqualTo(9);
        assertThat(pipeline().periodSeconds()).isEqualTo(4);
        assertThat(pipeline().bottleneck()).isEqualTo("b");
        Result result = PlanSimulator.of(pipeline()).run(Trace.every(0, 4));
        assertThat(result.doneSeconds()).containsExactly(9.0, 13.0, 17.0, 21.0);
        assertThat(result.latencySeconds(0.5)).isEqualTo(13);
        assertThat(result.latencySeconds(1)).isEqualTo(21);
        assertThat(result.throughputPerSecond()).hasValue(0.25);
        assertThat(result.busyShare()).containsEntry("a", 8.0 / 21).containsEntry("b", 16.0 / 21);
    }

    @Test
    void aMessageKeepsItsEndsBusyWithoutOverlap() {
        Result result = PlanSimulator.of(pipeline()).withOverlap(false).run(Trace.every(0, 40));
        assertThat(result.doneSeconds().get(0))
                .as("a computes for the others before it sends")
                .isGreaterThan(9);
        assertThat(result.doneSeconds().get(39)).as("b receives and computes").isBetween(40 * 6.0, 40 * 6.0 + 81);
    }

    @Test
    void loadSlowsRequestsAndAFailedDeviceLosesThem() {
        Result slow = PlanSimulator.of(pipeline())
                .run(Trace.every(100, 3).withLoad("b", 90, 10).withLoad("b", 190, 0.5));
        assertThat(slow.latenciesSeconds()).containsExactly(9.0, 45.0, 7.0);
        Result dead = PlanSimulator.of(pipeline()).run(Trace.every(100, 3).withFailure("b", 150));
        assertThat(dead.latenciesSeconds()).containsExactly(9.0, 9.0, Double.POSITIVE_INFINITY);
        assertThat(dead.lost()).isOne();
        Result whileBusy = PlanSimulator.of(pipeline()).run(Trace.every(100, 1).withFailure("a", 3));
        assertThat(whileBusy.lost()).as("what is being sent is lost, too").isOne();
    }

    @Test
    void aChangedLinkChangesTheMessagesThatLeaveFromThenOn() {
        LinkState link = LinkState.of("a", "b");
        Trace trace = Trace.every(100, 4)
                .withLink(290, link.withBytesPerSecond(4).withLatencySeconds(1))
                .withLink(90, link.withBytesPerSecond(1))
                .withLink(190, link.withLatencySeconds(4));
        Result result = PlanSimulator.of(pipeline()).run(trace);
        assertThat(result.latenciesSeconds())
                .as("as planned; 8 s on the way; and 4 s of latency; as planned again")
                .containsExactly(9.0, 15.0, 18.0, 9.0);
        assertThat(PlanSimulator.of(pipeline())
                        .run(Trace.every(100, 2).withLink(2.5, link.withBytesPerSecond(1)))
                        .latenciesSeconds())
                .as("a message that has left is not slowed down")
                .containsExactly(9.0, 15.0);
        assertThat(PlanSimulator.of(pipeline())
                        .run(Trace.every(0, 40).withLink(0, link.withBytesPerSecond(1)))
                        .throughputPerSecond())
                .as("the link is the bottleneck")
                .hasValueCloseTo(1.0 / 8, offset(1e-9));
        assertThat(PlanSimulator.of(pipeline())
                        .run(Trace.every(1, 9)
                                .withLink(0, LinkState.of("b", "a").withBytesPerSecond(1e-3))))
                .as("nothing is sent in the other direction")
                .isEqualTo(PlanSimulator.of(pipeline()).run(Trace.every(1, 9)));
    }

    @Test
    void unknownDevicesAndInvalidTracesAreRefused() {
        PlanSimulator simulator = PlanSimulator.of(pipeline());
        Trace trace = Trace.every(1, 1);
        assertThatThrownBy(() -> simulator.run(trace.withFailure("c", 1))).hasMessageContaining("no device 'c'");
        assertThatThrownBy(() -> simulator.run(trace.withLoad("c", 1, 2))).hasMessageContaining("no device 'c'");
        LinkState away = LinkState.of("a", "c").withBytesPerSecond(1);
        assertThatThrownBy(() -> simulator.run(trace.withLink(1, away))).hasMessageContaining("no device 'c'");
        assertThatThrownBy(() -> trace.withLink(-1, away)).hasMessageContaining("cannot change at -1.0 seconds");
        assertThatThrownBy(() -> trace.withLink(Double.NaN, away)).hasMessageContaining("cannot change at NaN seconds");
        assertThatThrownBy(() -> trace.withLink(1, LinkState.of("a", "b")))
                .hasMessageContaining("from 'a' to 'b' has neither a bandwidth nor a latency");
        assertThatThrownBy(() -> trace.withLoad("a", 1, 0)).hasMessageContaining("no load");
        assertThatThrownBy(() -> new Trace(List.of(2.0, 1.0), List.of(), Map.of(), List.of()))
                .hasMessageContaining("ascend");
        assertThat(simulator.run(Trace.every(1, 0)).throughputPerSecond()).isEmpty();
    }

    /**
     * Requests that come at random to one device with a fixed time wait, on average, load × time / (2 × (1 − load)): the formula of
     * Pollaczek and Khinchine for M/D/1.
     */
    @Test
    void waitingTimesFollowQueueingTheory() {
        Cluster one = Cluster.builder().device(Device.of("a")).build();
        Placement placement = Planner.of(
                        one, CostTable.bySegment(1, 1).seconds(0, 0, 1).build())
                .plan(Objective.LATENCY);
        for (double load : new double[] {0.2, 0.5, 0.8}) {
            Random random = new Random(7);
            List<Double> arrivals = new ArrayList<>();
            double at = 0;
            for (int i = 0; i < 200_000; i++) {
                at -= Math.log(1 - random.nextDouble()) / load;
                arrivals.add(at);
            }
            Result result = PlanSimulator.of(placement).run(new Trace(arrivals, List.of(), Map.of(), List.of()));
            double waits = result.latenciesSeconds().stream()
                            .mapToDouble(Double::doubleValue)
                            .average()
                            .orElseThrow()
                    - 1;
            assertThat(waits).isCloseTo(load / (2 * (1 - load)), withPercentage(5));
            assertThat(result.busyShare().get("a")).isCloseTo(load, offset(0.01));
        }
    }

    /** What is planned is what happens, on random problems. */
    @Test
    void simulatedRequestsTakeThePlannedLatencyAndPeriod() {
        int compared = 0;
        for (long seed = 0; seed < 2_000; seed++) {
            boolean overlap = seed % 2 == 0;
            Instance problem = new Instance(seed, 6, 4).withReuse(false).withOverlap(overlap);
            Optional<Placement> placement =
                    Planner.of(problem.cluster, problem.table).tryPlan(Objective.THROUGHPUT, problem.constraints);
            if (placement.isPresent() && placement.get().periodSeconds() > 0) {
                PlanSimulator simulator = PlanSimulator.of(placement.get()).withOverlap(overlap);
                assertThat(simulator.run(Trace.every(1, 1)).latencySeconds(1))
                        .isEqualTo(placement.get().latencySeconds());
                double period = placement.get().periodSeconds();
                Result rush = simulator.run(Trace.every(0, 400));
                double makespan = rush.doneSeconds().get(399);
                assertThat(makespan).as("seed %d", seed).isGreaterThanOrEqualTo(400 * period - 1e-6);
                if (overlap) {
                    assertThat(makespan)
                            .as("seed %d", seed)
                            .isCloseTo(
                                    399 * period + placement.get().latencySeconds(),
                                    offset(placement.get().latencySeconds() + 1e-6));
                    compared++;
                }
            }
        }
        assertThat(compared).isGreaterThan(300);
    }
}
