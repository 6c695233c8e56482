package io.pepper.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Link;
import io.pepper.plan.Replanner.Patience;
import io.pepper.plan.Replanner.Proposal;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Prediction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When another placement is proposed, and when patience, moving costs or memory stand against it. */
class ReplannerTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    /** One segment that takes a hundred bytes of memory. */
    private static final OneSegment SEGMENTS = new OneSegment(100, 1, 1);

    private static final Cluster TWO = Cluster.builder()
            .device(Device.of("near"))
            .device(Device.of("far"))
            .defaultLink(Link.of(1e9, 0))
            .build();

    /** A second on the near device, 1.5 s on the far one, and as much more as the load says. */
    private static final LatencyPredictor PREDICTOR = (piece, threads, device) -> {
        double seconds = (device.device().equals("near") ? 1 : 1.5)
                * (1 + device.cpuLoadPercent().orElse(0) / 100);
        return new Prediction(seconds, seconds, false);
    };

    private static Replanner.Builder builder() {
        return Replanner.builder(SEGMENTS, CostModel.of(TWO, PREDICTOR).withRuntimeBytes(0));
    }

    private static Replanner with(Patience patience) {
        return builder().patience(patience).build();
    }

    private static DeviceState loaded(String device, double percent) {
        return DeviceState.of(device).withCpuLoadPercent(percent);
    }

    private static Optional<Proposal> update(Replanner replanner, int second, DeviceState... states) {
        return replanner.update(List.of(states), START.plusSeconds(second));
    }

    private static String device(Placement placement) {
        return placement.parts().get(0).device().name();
    }

    @Test
    void nothingIsProposedWhileThePlacementIsTheBest() {
        Replanner replanner = with(Patience.DEFAULTS);
        assertThat(device(replanner.current())).isEqualTo("near");
        assertThat(update(replanner, 0, loaded("near", 10), loaded("far", 0))).isEmpty();
        assertThat(replanner.current().latencySeconds())
                .as("what it costs by now")
                .isEqualTo(1.1, within(1e-12));
    }

    @Test
    void aGainIsProposedOnceItHasLastedAndUntilItIsAccepted() {
        Replanner replanner = with(Patience.DEFAULTS);
        assertThat(update(replanner, 0, loaded("near", 100)))
                .as("a short burst")
                .isEmpty();
        assertThat(update(replanner, 9)).isEmpty();
        Proposal proposal = update(replanner, 10).orElseThrow();
        assertThat(device(proposal.placement())).isEqualTo("far");
        assertThat(proposal.now().latencySeconds()).isEqualTo(2, within(1e-12));
        assertThat(proposal.gain()).isEqualTo(0.25, within(1e-12));
        assertThat(update(replanner, 11)).as("proposed again").isPresent();
        replanner.accept(proposal);
        assertThat(device(replanner.current())).isEqualTo("far");
        assertThat(update(replanner, 12)).isEmpty();
    }

    @Test
    void aBurstThatEndsStartsTheWaitAnew() {
        Replanner replanner = with(Patience.DEFAULTS);
        assertThat(update(replanner, 0, loaded("near", 100))).isEmpty();
        assertThat(update(replanner, 5, loaded("near", 0))).isEmpty();
        assertThat(update(replanner, 6, loaded("near", 100))).isEmpty();
        assertThat(update(replanner, 12)).as("six seconds only").isEmpty();
        assertThat(update(replanner, 16)).isPresent();
    }

    @Test
    void aGainBelowTheLeastIsNotProposed() {
        Replanner replanner = with(new Patience(0.3, Duration.ZERO, 0, 1));
        assertThat(update(replanner, 0, loaded("near", 100)))
                .as("a quarter less")
                .isEmpty();
        replanner.correct("near", 2);
        assertThat(update(replanner, 1)).as("more than half").isPresent();
    }

    @Test
    void movingMustPayWithinTheInferences() {
        double moving = 60;
        Replanner few = with(new Patience(0, Duration.ZERO, moving, 100));
        assertThat(update(few, 0, loaded("near", 100)))
                .as("100 times half a second")
                .isEmpty();
        Replanner many = with(new Patience(0, Duration.ZERO, moving, 200));
        assertThat(update(many, 0, loaded("near", 100))).isPresent();
    }

    @Test
    void memoryOfTheRunningPlacementCountsAsFree() {
        Replanner replanner = with(new Patience(0, Duration.ZERO, 0, 1));
        DeviceState tight = loaded("near", 0).withMemoryFreeBytes(20);
        assertThat(update(replanner, 0, tight))
                .as("20 bytes are free, and 100 are its own")
                .isEmpty();
        assertThat(replanner.current().latencySeconds()).isEqualTo(1, within(1e-12));
        DeviceState noRoom = loaded("far", 0).withMemoryFreeBytes(20);
        assertThat(update(replanner, 1, loaded("near", 100), noRoom))
                .as("the better device has no room")
                .isEmpty();
    }

    @Test
    void measurementsCorrectPredictions() {
        Replanner replanner = with(new Patience(0, Duration.ZERO, 0, 1));
        replanner.correct("near", 4);
        assertThat(replanner.correction("near")).isEqualTo(4);
        assertThat(replanner.correction("far")).isEqualTo(1);
        assertThat(update(replanner, 0))
                .map(proposal -> device(proposal.placement()))
                .hasValue("far");
        replanner.correct("near", 1);
        assertThat(update(replanner, 1)).isEmpty();
    }

    @Test
    void unknownDevicesArePassedOverInReadingsAndRefusedInCorrections() {
        Replanner replanner = with(Patience.DEFAULTS);
        assertThat(update(replanner, 0, loaded("moon", 100))).isEmpty();
        assertThatThrownBy(() -> replanner.correct("moon", 2)).hasMessageContaining("'moon' is not in the cluster");
        assertThatThrownBy(() -> replanner.correction("moon")).hasMessageContaining("'moon' is not in the cluster");
        for (double wrong : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> replanner.correct("near", wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("cannot take " + wrong);
        }
    }

    @Test
    void constraintsHoldForProposals() {
        Replanner replanner = builder()
                .constraints(Constraints.NONE.withPin(0, "near"))
                .patience(new Patience(0, Duration.ZERO, 0, 1))
                .build();
        assertThat(update(replanner, 0, loaded("near", 100))).isEmpty();
        assertThatThrownBy(() -> builder()
                        .constraints(Constraints.NONE.withLimit(Metric.LATENCY, 0.5))
                        .build())
                .isInstanceOf(NoSuchPlacementException.class);
    }

    @Test
    void patienceOutOfRangeIsRefused() {
        assertThatThrownBy(() -> new Patience(-0.1, Duration.ZERO, 0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Patience(Double.NaN, Duration.ZERO, 0, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Patience(0, Duration.ofNanos(-1), 0, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Patience(0, Duration.ZERO, -1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Patience(0, Duration.ZERO, 0, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
