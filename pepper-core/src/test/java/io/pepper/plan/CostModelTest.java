package io.pepper.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.DeviceState;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Prediction;
import io.pepper.workload.Workload;
import io.pepper.workload.WorkloadMeasure;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which predictor is asked about which device in which state, and what becomes of its answer. */
class CostModelTest {
    private static final double TOLERANCE = 1e-12;

    /** A second for each byte of weights that flow in, times one more than the load as a fraction; the 90th percentile is double. */
    private static final LatencyPredictor SECONDS_OF_BYTES = (piece, threads, device) -> {
        double seconds = piece.get(WorkloadMeasure.WEIGHT_BYTES).orElseThrow()
                * (1 + device.cpuLoadPercent().orElse(0) / 100)
                / threads;
        return new Prediction(seconds, 2 * seconds, false);
    };

    /** Segment {@code i} has {@code i + 1} bytes of weights and needs ten times that at its peak; a run has the sums. */
    private record Row(int count) implements Segments {
        @Override
        public Workload workload(int from, int to) {
            double bytes = 0;
            for (int i = from; i < to; i++) {
                bytes += i + 1;
            }
            return Workload.builder()
                    .set(WorkloadMeasure.WEIGHT_BYTES, bytes)
                    .set(WorkloadMeasure.PEAK_BYTES, 10 * bytes)
                    .build();
        }

        @Override
        public List<Flow> flows() {
            double[] bytes = new double[count() + 1];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = 100 + i;
            }
            return Flow.ofChain(bytes);
        }
    }

    private static Cluster cluster(Device... devices) {
        Cluster.Builder builder = Cluster.builder();
        for (Device device : devices) {
            builder.device(device);
        }
        return builder.build();
    }

    @Test
    void everyRunOfAShortChainIsPredictedByItself() {
        List<Double> asked = new ArrayList<>();
        LatencyPredictor counting = (piece, threads, device) -> {
            asked.add(piece.get(WorkloadMeasure.WEIGHT_BYTES).orElseThrow());
            return new Prediction(1, 1, false);
        };
        CostTable table = CostModel.of(cluster(Device.of("pi")), counting).table(new Row(3));
        assertThat(asked).containsExactlyInAnyOrder(1.0, 3.0, 6.0, 2.0, 5.0, 3.0);
        assertThat(table.seconds(0, 3, 0)).as("not the sum of its segments").isEqualTo(1);
    }

    @Test
    void aLongChainIsPredictedBySegment() {
        int count = CostModel.MAX_SEGMENTS_BY_RUN + 1;
        CostTable table =
                CostModel.of(cluster(Device.of("pi")), SECONDS_OF_BYTES).table(new Row(count));
        assertThat(table.seconds(0, 3, 0)).isEqualTo(6, within(TOLERANCE));
        assertThat(table.segments()).isEqualTo(count);
    }

    @Test
    void memoryAndBytesComeFromTheSegments() {
        CostTable table = CostModel.of(cluster(Device.of("pi")), SECONDS_OF_BYTES)
                .withRuntimeBytes(7)
                .table(new Row(2));
        Placement whole = Planner.of(cluster(Device.of("pi")), table).plan(Objective.LATENCY);
        assertThat(whole.parts().get(0).memoryBytes())
                .as("3 of weights, 30 at the peak, 7 of the runtime")
                .isEqualTo(40);
        assertThat(whole.flows()).extracting(Segments.Flow::bytes).containsExactly(100.0, 101.0, 102.0);
    }

    @Test
    void theFactorOfADeviceMultipliesBothTimesAndEnergy() {
        Cluster cluster = cluster(Device.of("pi").withTimeFactor(3).withPower(2, 6));
        CostModel model = CostModel.of(cluster, SECONDS_OF_BYTES);
        Prediction time = model.predict(new Row(1).workload(0, 1), 0);
        assertThat(time.medianSeconds()).isEqualTo(3, within(TOLERANCE));
        assertThat(time.p90Seconds()).isEqualTo(6, within(TOLERANCE));
        Placement placement = Planner.of(cluster, model.table(new Row(1))).plan(Objective.ENERGY);
        assertThat(placement.energyJoules())
                .hasValue(3 * cluster.devices().get(0).inferenceWatts().orElseThrow());
    }

    @Test
    void pessimistsPlanWithThe90thPercentile() {
        CostModel model =
                CostModel.of(cluster(Device.of("pi")), SECONDS_OF_BYTES).pessimistic();
        Prediction time = model.predict(new Row(1).workload(0, 1), 0);
        assertThat(time.medianSeconds()).isEqualTo(2, within(TOLERANCE));
        assertThat(time.p90Seconds()).isEqualTo(2, within(TOLERANCE));
    }

    @Test
    void aDeviceIsAskedAboutInItsStateAndWithItsThreads() {
        Cluster cluster = cluster(Device.of("pi").withThreads(2).withCores(4), Device.of("cloud"));
        CostModel model = CostModel.of(cluster, SECONDS_OF_BYTES)
                .withState(DeviceState.of("cloud").withCpuLoadPercent(50));
        Workload two = new Row(2).workload(1, 2);
        assertThat(model.predict(two, 0).medianSeconds())
                .as("idle, two threads")
                .isEqualTo(1, within(TOLERANCE));
        assertThat(model.predict(two, 1).medianSeconds()).as("half busy").isEqualTo(3, within(TOLERANCE));
        assertThat(model.state(0).cores())
                .as("the declared cores, where none were read")
                .hasValue(4);
        assertThatThrownBy(() -> model.withState(DeviceState.of("moon")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'moon'");
    }

    @Test
    void devicesAreAskedAboutByTheirOwnPredictor() {
        Cluster cluster = cluster(Device.of("pi").withPredictor("arm"), Device.of("cloud"));
        CostModel model = CostModel.of(cluster, SECONDS_OF_BYTES)
                .withPredictor("arm", (piece, threads, device) -> new Prediction(42, 42, false));
        CostTable table = model.table(new Row(1));
        assertThat(table.seconds(0, 1, 0)).isEqualTo(42);
        assertThat(table.seconds(0, 1, 1)).isEqualTo(1);
        assertThatThrownBy(() -> CostModel.of(cluster, SECONDS_OF_BYTES).table(new Row(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("device 'pi' asks for the predictor 'arm', but there is no such predictor");
    }

    @Test
    void anUpdatePredictsOneDeviceAgain() {
        List<String> asked = new ArrayList<>();
        LatencyPredictor counting = (piece, threads, device) -> {
            asked.add(device.device());
            return SECONDS_OF_BYTES.predict(piece, threads, device);
        };
        CostModel before = CostModel.of(cluster(Device.of("pi"), Device.of("cloud")), counting);
        CostTable table = before.table(new Row(2));
        asked.clear();
        CostModel busy = before.withState(DeviceState.of("cloud").withCpuLoadPercent(100));
        CostTable updated = busy.update(new Row(2), table, 1);
        assertThat(asked).containsOnly("cloud");
        assertThat(updated.seconds(0, 2, 1)).isEqualTo(6, within(TOLERANCE));
        assertThat(updated.seconds(0, 2, 0)).isEqualTo(table.seconds(0, 2, 0));
        assertThatThrownBy(() -> busy.update(new Row(3), table, 1)).isInstanceOf(IllegalArgumentException.class);
    }
}
