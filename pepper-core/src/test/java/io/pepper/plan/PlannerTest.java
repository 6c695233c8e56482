package io.pepper.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Link;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Prediction;
import io.pepper.workload.Workload;
import io.pepper.workload.WorkloadMeasure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlannerTest {
    private static final Cluster EDGE_AND_CLOUD = Cluster.builder()
            .device(Device.of("edge").withMemoryBytes(100).withPower(2, 6))
            .device(Device.of("cloud").withPower(50, 250))
            .link("edge", "cloud", Link.of(1_000, 0.010))
            .source("edge")
            .sink("edge")
            .build();

    /** Large inputs, a narrow place after the first segment, much work behind it. */
    private static CostTable table() {
        return CostTable.bySegment(3, 2)
                .seconds(0, 0, 0.050)
                .seconds(0, 1, 0.005)
                .seconds(1, 0, 0.400)
                .seconds(1, 1, 0.040)
                .seconds(2, 0, 0.100)
                .seconds(2, 1, 0.010)
                .cutBytes(0, 500)
                .cutBytes(1, 50)
                .cutBytes(2, 80)
                .cutBytes(3, 4)
                .build();
    }

    @Test
    void cutsAtTheNarrowestTensor() {
        Planner planner = Planner.of(EDGE_AND_CLOUD, table());
        Placement best = planner.plan(Objective.LATENCY);
        assertThat(best.toString()).startsWith("Placement[0-1 on edge, 1-3 on cloud: 0.174");
        assertThat(best.latencySeconds()).isCloseTo(0.050 + 0.060 + 0.050 + 0.014, within(1e-12));
        assertThat(best.transfers()).extracting(Transfer::flow).containsExactly(1, 3);
        assertThat(best.isOptimal()).isTrue();
        assertThat(best.energyJoules()).isEmpty();
    }

    @Test
    void explainsItself() {
        Planner planner = Planner.of(EDGE_AND_CLOUD, table());
        Constraints one = Constraints.NONE.withMaxDevices(1);
        Placement whole = planner.plan(Objective.LATENCY, one);
        assertThat(whole.toString()).startsWith("Placement[0-3 on edge: 0.55");
        Explanation why = planner.explain(whole, one);
        assertThat(why.prices()).singleElement().satisfies(price -> {
            assertThat(price.limit()).isEqualTo("at most 1 devices");
            assertThat(price.saves()).isCloseTo(0.550 - 0.174, within(1e-9));
        });
        assertThat(why.singleDevices())
                .extracting(Explanation.SingleDevice::fits)
                .containsExactly(true, true);
        assertThat(why.singleDevices().get(1).placement().orElseThrow().latencySeconds())
                .isCloseTo(0.055 + 0.510 + 0.014, within(1e-9));
        assertThat(why.runnerUp().orElseThrow().toString()).startsWith("Placement[0-3 on cloud");

        Explanation best = planner.explain(planner.plan(Objective.LATENCY), Constraints.NONE);
        assertThat(best.runnerUp().orElseThrow().value())
                .isGreaterThan(best.placement().value());
        assertThat(best.flips()).isNotEmpty().allSatisfy(flip -> {
            assertThat(flip.factor()).isPositive().isNotEqualTo(1);
            assertThat(flip.then().parts()).isNotEqualTo(best.placement().parts());
        });
        assertThat(best.flips())
                .extracting(Explanation.Flip::what)
                .contains("the bandwidth between edge and cloud", "the time of edge");
        assertThat(best.flips())
                .filteredOn(flip -> flip.what().startsWith("the bandwidth"))
                .isNotEmpty()
                .allSatisfy(flip -> assertThat(flip.bytesPerSecond()).hasValue(1_000 * flip.factor()));
    }

    /** A camera of 0.1 s at no load and twice that at full load, against 0.15 s elsewhere. */
    @Test
    void findsTheLoadAtWhichTheDecisionFlips() {
        Cluster cluster = Cluster.builder()
                .device(Device.of("camera"))
                .device(Device.of("server"))
                .defaultLink(Link.FREE)
                .source("camera")
                .build();
        LatencyPredictor predictor = (work, threads, state) -> {
            double seconds = state.device().equals("server")
                    ? 0.15
                    : 0.1 * (1 + state.cpuLoadPercent().orElseThrow() / 100);
            return new Prediction(seconds, seconds, false);
        };
        Segments segments = new Segments() {
            @Override
            public int count() {
                return 1;
            }

            @Override
            public Workload workload(int from, int to) {
                return Workload.builder().build();
            }

            @Override
            public List<Flow> flows() {
                return Flow.ofChain(0, 0);
            }
        };
        CostModel model = CostModel.of(cluster, predictor);
        Planner planner = Planner.of(cluster, model.table(segments));
        Explanation why = planner.explain(planner.plan(Objective.LATENCY), Constraints.NONE)
                .withLoads(planner, model, segments);
        assertThat(why.flips())
                .filteredOn(flip -> flip.loadPercent().isPresent())
                .singleElement()
                .satisfies(flip -> {
                    assertThat(flip.what()).isEqualTo("the time of camera");
                    assertThat(flip.loadPercent().getAsDouble()).isBetween(50.0, 50.5);
                    assertThat(flip.factor()).isCloseTo(1.5, within(0.01));
                    assertThat(flip.then().toString()).contains("on server");
                });
        CostModel busy = model.withState(DeviceState.of("camera").withCpuLoadPercent(80));
        Planner then = Planner.of(cluster, busy.table(segments));
        assertThat(then.explain(then.plan(Objective.LATENCY), Constraints.NONE)
                        .withLoads(then, busy, segments)
                        .flips())
                .filteredOn(flip -> flip.loadPercent().isPresent())
                .singleElement()
                .satisfies(flip -> assertThat(flip.loadPercent().getAsDouble()).isBetween(49.5, 50.0));
    }

    @Test
    void namesTheLimitsWithoutWhichThereIsAPlan() {
        CostTable heavy = CostTable.bySegment(1, 2).memoryBytes(0, 1, 500, 10).build();
        Cluster small = EDGE_AND_CLOUD.toBuilder()
                .device(EDGE_AND_CLOUD.devices().get(1).withAllowed(false))
                .build();
        assertThatThrownBy(() -> Planner.of(small, heavy).plan(Objective.LATENCY))
                .isInstanceOf(NoSuchPlacementException.class)
                .hasMessageContaining("without the memory of 'edge' there is Placement[0-1 on edge")
                .hasMessageContaining("without keeping off 'cloud' there is Placement[0-1 on cloud");
    }

    @Test
    void refusesUnknownDevicesSegmentsAndEnergies() {
        Planner planner = Planner.of(EDGE_AND_CLOUD, table());
        assertThatThrownBy(() -> planner.plan(Objective.ENERGY))
                .hasMessageContaining("the power of device 'edge' is unknown")
                .hasMessageContaining("no busyWatts for it, and the table of costs no joules");
        assertThatThrownBy(() -> planner.plan(Objective.LATENCY, Constraints.NONE.withPin(0, "moon")))
                .hasMessageContaining("there is no device 'moon'");
        assertThatThrownBy(() -> planner.plan(Objective.LATENCY, Constraints.NONE.withPin(3, "edge")))
                .hasMessageContaining("there is no segment 3 of 3");
        assertThatThrownBy(() ->
                        Planner.of(EDGE_AND_CLOUD, CostTable.bySegment(1, 3).build()))
                .hasMessageContaining("the costs are of 3 devices, the cluster has 2");
        assertThatThrownBy(() -> planner.withBudget(0)).hasMessageContaining("1 partial plan or more");
        assertThatThrownBy(() -> planner.pareto(Metric.LATENCY, Metric.LATENCY, Constraints.NONE))
                .hasMessageContaining("two metrics");
        assertThatThrownBy(() -> new Objective(0, 0, 0)).hasMessageContaining("one is more");
        assertThatThrownBy(() -> Constraints.NONE.withMaxParts(0)).hasMessageContaining("1 of the parts");
        assertThatThrownBy(() -> CostTable.bySegment(1, 1).seconds(0, 0, Double.NaN))
                .hasMessageContaining("no times");
        assertThatThrownBy(() -> CostTable.bySegment(2, 1).seconds(0, 2, 0, 1, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    /**
     * 460,800 bytes at 20 MB/s keep the link for 0.02304 s, or the last bit less if the time for a byte is worked out first: a plan
     * was its own successor in the front, without end.
     */
    @Test
    void frontsTerminateWhenRoundingHidesALimit() {
        Cluster cluster = Cluster.builder()
                .device(Device.of("here"))
                .device(Device.of("cloud"))
                .link("here", "cloud", Link.of(20e6, 0.015))
                .source("here")
                .build();
        CostTable table = CostTable.bySegment(2, 2)
                .seconds(0, 0, 0.020)
                .seconds(0, 1, 0.500)
                .seconds(1, 0, 0.018)
                .seconds(1, 1, 0.009)
                .cutBytes(0, 184_320)
                .cutBytes(1, 460_800)
                .build();
        List<Placement> front =
                Planner.of(cluster, table).pareto(Metric.LATENCY, Metric.PERIOD, Constraints.NONE.withReuse(false));
        assertThat(front)
                .extracting(Placement::toString)
                .satisfiesExactly(
                        whole -> assertThat(whole).startsWith("Placement[0-2 on here: "),
                        parts -> assertThat(parts).startsWith("Placement[0-1 on here, 1-2 on cloud: "));
        assertThat(front).extracting(Placement::periodSeconds).containsExactly(0.038, 0.02304);
    }

    /** Work in proportion to the segment's number; each device is as slow as its load. */
    private static final class Counting implements Segments {
        private final List<String> asked = new ArrayList<>();

        @Override
        public int count() {
            return 3;
        }

        @Override
        public Workload workload(int from, int to) {
            double weights = 10.0 * (to - from);
            return Workload.builder()
                    .set(WorkloadMeasure.WEIGHT_BYTES, weights)
                    .set(WorkloadMeasure.PEAK_BYTES, 1)
                    .build();
        }

        @Override
        public List<Flow> flows() {
            double[] bytes = new double[count() + 1];
            Arrays.fill(bytes, 1);
            return Flow.ofChain(bytes);
        }

        private Prediction predict(Workload piece, int threads, DeviceState device) {
            asked.add(device.device());
            double seconds = piece.get(WorkloadMeasure.WEIGHT_BYTES).orElseThrow()
                    * (1 + device.cpuLoadPercent().orElseThrow());
            return new Prediction(seconds, 2 * seconds, false);
        }
    }

    @Test
    void predictsEachRunOnEachDeviceOnce() {
        Counting segments = new Counting();
        CostModel model = CostModel.of(EDGE_AND_CLOUD, segments::predict).withRuntimeBytes(7);
        CostTable table = model.table(segments);
        assertThat(segments.asked).hasSize(2 * 6);
        assertThat(table.seconds(0, 3, 0)).isEqualTo(30);
        assertThat(table.seconds(1, 2, 1)).isEqualTo(10);
        assertThat(table.p90Seconds(1, 2, 1)).isEqualTo(20);
        assertThat(table.pessimistic().seconds(1, 2, 1)).isEqualTo(20);
        assertThat(table.joules(1, 2, 0)).hasValue(4 * 10);
        assertThat(table.memoryBytes(0, 2, 0)).isEqualTo(20 + 1 + 7);
        segments.asked.clear();
        CostTable busy =
                model.withState(DeviceState.of("edge").withCpuLoadPercent(9)).update(segments, table, 0);
        assertThat(segments.asked)
                .as("the other device has not changed")
                .hasSize(6)
                .containsOnly("edge");
        assertThat(busy.seconds(0, 3, 0)).isEqualTo(300);
        assertThat(busy.seconds(0, 3, 1)).isEqualTo(30);
        assertThat(table.worst(busy))
                .satisfies(worst -> assertThat(worst.seconds(0, 3, 0)).isEqualTo(300));
        assertThatThrownBy(() -> CostModel.of(
                                EDGE_AND_CLOUD.toBuilder()
                                        .device(Device.of("edge").withPredictor("pi"))
                                        .build(),
                                segments::predict)
                        .table(segments))
                .hasMessageContaining("device 'edge' asks for the predictor 'pi'");
    }

    @Test
    void proposesAMoveOnlyAfterItsGainHasLasted() {
        Counting segments = new Counting();
        Cluster roomy = EDGE_AND_CLOUD.toBuilder()
                .device(Device.of("edge"))
                .device(Device.of("cloud").withTimeFactor(2))
                .link("edge", "cloud", Link.of(1e9, 0))
                .build();
        Replanner monitor = Replanner.builder(segments, CostModel.of(roomy, segments::predict))
                .patience(new Replanner.Patience(0.1, Duration.ofSeconds(10), 100, 10))
                .build();
        assertThat(monitor.current().parts())
                .singleElement()
                .satisfies(stage -> assertThat(stage.device().name()).isEqualTo("edge"));
        Instant begin = Instant.EPOCH;
        List<DeviceState> busy = List.of(DeviceState.of("edge").withCpuLoadPercent(5));
        List<DeviceState> idle = List.of(DeviceState.of("edge").withCpuLoadPercent(0));
        assertThat(monitor.update(List.of(DeviceState.of("elsewhere").withCpuLoadPercent(1)), begin))
                .as("not in the cluster")
                .isEmpty();
        segments.asked.clear();
        assertThat(monitor.update(busy, begin)).as("just now").isEmpty();
        assertThat(segments.asked).as("what has changed").containsOnly("edge").hasSize(6);
        assertThat(monitor.update(busy, begin)).isEmpty();
        assertThat(segments.asked).as("nothing has changed").hasSize(6);
        assertThat(monitor.update(idle, begin.plusSeconds(5))).isEmpty();
        assertThat(monitor.update(busy, begin.plusSeconds(6))).isEmpty();
        assertThat(monitor.update(busy, begin.plusSeconds(15)))
                .as("the burst before does not count")
                .isEmpty();
        Optional<Replanner.Proposal> proposal = monitor.update(busy, begin.plusSeconds(16));
        assertThat(proposal).isPresent();
        assertThat(proposal.get().now().latencySeconds()).isEqualTo(180);
        assertThat(proposal.get().placement().parts().get(0).device().name()).isEqualTo("cloud");
        assertThat(proposal.get().gain()).isCloseTo(1 - 60.0 / 180, within(1e-6));
        monitor.accept(proposal.get());
        assertThat(monitor.update(busy, begin.plusSeconds(40))).isEmpty();
        // Back on the edge it would take 40 in the place of 60: ten times that is worth more than moving, one time is
        // not.
        List<DeviceState> calm = List.of(DeviceState.of("edge").withCpuLoadPercent(0.4));
        assertThat(monitor.update(calm, begin.plusSeconds(50))).isEmpty();
        assertThat(monitor.update(calm, begin.plusSeconds(61))).isPresent();
    }

    @Test
    void aReplannerReplacesPredictionsByMeasurements() {
        Cluster two = Cluster.builder()
                .device(Device.of("edge"))
                .device(Device.of("cloud").withTimeFactor(2))
                .link("edge", "cloud", Link.of(1e9, 0))
                .build();
        Counting segments = new Counting();
        Replanner monitor = Replanner.builder(segments, CostModel.of(two, segments::predict))
                .patience(new Replanner.Patience(0.1, Duration.ZERO, 0, 1))
                .build();
        double before = monitor.current().latencySeconds();
        assertThat(monitor.correction("edge")).isEqualTo(1);
        monitor.correct("edge", 1.5);
        assertThat(monitor.update(List.of(), Instant.EPOCH))
                .as("still the best")
                .isEmpty();
        assertThat(monitor.current().latencySeconds()).isCloseTo(1.5 * before, within(1e-9));
        monitor.correct("edge", 3);
        assertThat(monitor.update(List.of(), Instant.EPOCH)
                        .orElseThrow()
                        .placement()
                        .parts()
                        .get(0)
                        .device()
                        .name())
                .isEqualTo("cloud");
        monitor.correct("edge", 1);
        assertThat(monitor.update(List.of(), Instant.EPOCH))
                .as("each correction replaces the last")
                .isEmpty();
        assertThat(monitor.current().latencySeconds()).isCloseTo(before, within(1e-9));
        assertThatThrownBy(() -> monitor.correct("moon", 2)).hasMessageContaining("'moon'");
        assertThatThrownBy(() -> monitor.correct("edge", 0)).hasMessageContaining("0.0 times");
    }

    /** The best way comes back to the first device, which nobody allowed. */
    @Test
    void tooManyDevicesAreRefusedByTheLimitThatCouplesThem() {
        Cluster.Builder builder = Cluster.builder();
        CostTable.Builder costs = CostTable.bySegment(3, 65);
        for (int device = 0; device < 65; device++) {
            builder.device(Device.of("d" + device));
            for (int segment = 0; segment < 3; segment++) {
                boolean isFast = segment == 1 ? device == 1 : device == 0;
                costs.seconds(segment, device, isFast ? 0.001 : 10);
            }
        }
        builder.link("d0", "d1", Link.of(1_000_000, 0));
        for (int cut = 0; cut <= 3; cut++) {
            costs.cutBytes(cut, 8);
        }
        Planner planner = Planner.of(builder.build(), costs.build());
        assertThatThrownBy(() -> planner.plan(Objective.LATENCY, Constraints.NONE.withReuse(false)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the cluster has 65 devices, and with using each device once at most 64 can be planned for:"
                        + " leave devices out, or let the model come back to a device that it has left (--reuse,"
                        + " Constraints.withReuse)");
        assertThat(planner.plan(Objective.LATENCY).toString()).startsWith("Placement[0-1 on d0, 1-2 on d1, 2-3 on d0");
        assertThatThrownBy(() -> planner.plan(Objective.LATENCY, Constraints.NONE.withMinDevices(3)))
                .hasMessageContaining("65 devices, and with at least 3 devices")
                .hasMessageEndingWith("leave devices out or limits");
    }
}
