package io.pepper.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import io.pepper.plan.Replanner.Patience;
import io.pepper.plan.Replanner.Proposal;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Prediction;
import io.pepper.workload.WorkloadMeasure;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Placements while devices are absent, and messages that take longer than predicted. */
class ReplannerAbsenceTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    /** Device d0 takes a second for a unit of work, d1 half of it, and so on. */
    private static final LatencyPredictor PREDICTOR = (piece, threads, device) -> {
        double seconds = piece.get(WorkloadMeasure.PARALLEL_FLOPS).orElse(0)
                / (1 + Integer.parseInt(device.device().substring(1)));
        return new Prediction(seconds, seconds, false);
    };

    private static Cluster cluster(int devices, double rate) {
        Cluster.Builder cluster = Cluster.builder();
        IntStream.range(0, devices).forEach(i -> cluster.device(Device.of("d" + i)));
        return cluster.defaultLink(Link.of(rate, 0.01)).source("d0").build();
    }

    private static Replanner replanner(Segments chain, Cluster cluster, Constraints constraints) {
        return Replanner.builder(chain, CostModel.of(cluster, PREDICTOR))
                .constraints(constraints)
                .build();
    }

    private static List<String> devices(Placement placement) {
        return placement.parts().stream().map(part -> part.device().name()).toList();
    }

    @Test
    void aPlacementWithAnAbsentDeviceIsLeftAtOnceAndLosesNoPatience() {
        Replanner replanner = replanner(new WorkChain(new double[] {2, 2}, 1, 1, 1), cluster(3, 1e6), Constraints.NONE);
        assertThat(devices(replanner.current())).containsExactly("d2");
        Proposal proposal =
                replanner.update(List.of(), List.of(), Set.of("d2"), NOW).orElseThrow();
        assertThat(devices(proposal.placement())).containsExactly("d1");
        assertThat(proposal.gain()).isEqualTo(1);
        replanner.accept(proposal);
        assertThat(replanner.update(List.of(), List.of(), Set.of("d2"), NOW)).isEmpty();
        assertThat(replanner.update(List.of(), List.of(), Set.of(), NOW))
                .as("a device that is back has to be better for a while")
                .isEmpty();
        Optional<Proposal> back = replanner.update(List.of(), List.of(), Set.of(), NOW.plus(Patience.DEFAULTS.hold()));
        assertThat(devices(back.orElseThrow().placement())).containsExactly("d2");
    }

    @Test
    void nothingIsProposedIfTheConstraintsNeedTheAbsentDevice() {
        Replanner replanner = replanner(
                new WorkChain(new double[] {2, 2}, 1, 1, 1), cluster(2, 1e6), Constraints.NONE.withPin(0, "d1"));
        assertThat(replanner.update(List.of(), List.of(), Set.of("d1"), NOW)).isEmpty();
        assertThat(replanner.update(List.of(), List.of(), Set.of("elsewhere"), NOW))
                .isEmpty();
    }

    @Test
    void theProposalIsThePlanOfAClusterWithoutTheAbsentDevices() {
        Random random = new Random(5);
        int broken = 0;
        for (int round = 0; round < 1_000; round++) {
            int count = 2 + random.nextInt(3);
            int segments = 1 + random.nextInt(4);
            WorkChain chain = new WorkChain(
                    random.doubles(segments, 0.1, 5).toArray(),
                    random.doubles(segments + 1, 1, 100).toArray());
            double rate = 10 + random.nextDouble() * 1000;
            Replanner replanner = replanner(chain, cluster(count, rate), Constraints.NONE);
            Set<String> absent = new HashSet<>();
            for (int i = 1; i < count; i++) {
                if (random.nextBoolean()) {
                    absent.add("d" + i);
                }
            }
            Cluster.Builder left = Cluster.builder();
            IntStream.range(0, count)
                    .filter(i -> !absent.contains("d" + i))
                    .forEach(i -> left.device(Device.of("d" + i)));
            Cluster smaller = left.defaultLink(Link.of(rate, 0.01)).source("d0").build();
            double expected = Planner.of(
                            smaller, CostModel.of(smaller, PREDICTOR).table(chain))
                    .plan(Objective.LATENCY, Constraints.NONE)
                    .value();
            boolean uses = devices(replanner.current()).stream().anyMatch(absent::contains);
            Optional<Proposal> proposal = replanner.update(List.of(), List.of(), absent, NOW);
            assertThat(proposal.isPresent()).isEqualTo(uses);
            if (uses) {
                broken++;
                assertThat(proposal.get().placement().value()).isEqualTo(expected, within(1e-9 * expected));
            }
        }
        assertThat(broken).isGreaterThan(100);
    }

    @Test
    void messagesThatTakeLongerMoveThePlacementLikeASlowerLink() {
        WorkChain chain = new WorkChain(new double[] {2}, 100, 0);
        Cluster cluster = Cluster.builder()
                .device(Device.of("d0"))
                .device(Device.of("d1"))
                .link("d0", "d1", Link.of(1_000, 0))
                .source("d0")
                .build();
        Replanner replanner = Replanner.builder(chain, CostModel.of(cluster, PREDICTOR))
                .patience(new Patience(0, Duration.ZERO, 0, 1))
                .build();
        assertThat(devices(replanner.current())).containsExactly("d1");
        replanner.correctLink("d0", "d1", 20);
        assertThat(replanner.linkCorrection("d0", "d1")).isEqualTo(20);
        assertThat(replanner.linkCorrection("d1", "d0")).isEqualTo(1);
        Proposal proposal = replanner.update(List.of(), NOW).orElseThrow();
        assertThat(devices(proposal.placement())).containsExactly("d0");
        assertThat(proposal.now().latencySeconds()).isEqualTo(3, within(1e-9));
        assertThatThrownBy(() -> replanner.correctLink("d0", "d9", 2)).hasMessageContaining("d9");
        assertThatThrownBy(() -> replanner.correctLink("d0", "d1", 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
