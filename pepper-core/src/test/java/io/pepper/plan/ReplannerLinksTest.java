package io.pepper.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Link;
import io.pepper.cluster.LinkState;
import io.pepper.plan.Replanner.Patience;
import io.pepper.plan.Replanner.Proposal;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Prediction;
import io.pepper.workload.WorkloadMeasure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How a placement follows links that change: with patience, and always to the best one of the links as they are now. */
class ReplannerLinksTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Patience AT_ONCE = new Patience(0, Duration.ZERO, 0, 1);

    /** Device d0 takes a second for a unit of work, d1 half of it, and so on; load slows each down. */
    private static final LatencyPredictor PREDICTOR = (piece, threads, device) -> {
        double speed = 1 + Integer.parseInt(device.device().substring(1));
        double seconds = piece.get(WorkloadMeasure.PARALLEL_FLOPS).orElse(0)
                / speed
                * (1 + device.cpuLoadPercent().orElse(0) / 25);
        return new Prediction(seconds, seconds, false);
    };

    /** The input is at d0, and d1 is twice as fast behind a link on which the input takes a tenth of a second. */
    private static Replanner two(Patience patience) {
        Cluster cluster = Cluster.builder()
                .device(Device.of("d0"))
                .device(Device.of("d1"))
                .link("d0", "d1", Link.of(1_000, 0))
                .source("d0")
                .build();
        return Replanner.builder(new WorkChain(new double[] {2}, 100, 0), CostModel.of(cluster, PREDICTOR))
                .patience(patience)
                .build();
    }

    private static Optional<Proposal> update(Replanner replanner, int second, LinkState... links) {
        return replanner.update(List.of(), List.of(links), START.plusSeconds(second));
    }

    private static LinkState rate(double bytesPerSecond) {
        return LinkState.of("d0", "d1").withBytesPerSecond(bytesPerSecond);
    }

    private static String device(Placement placement) {
        return placement.parts().get(0).device().name();
    }

    @Test
    void aLinkThatStaysSlowMovesThePlacementOnce() {
        Replanner replanner = two(Patience.DEFAULTS);
        assertThat(device(replanner.current())).isEqualTo("d1");
        assertThat(update(replanner, 0, rate(50))).as("a short drop").isEmpty();
        assertThat(replanner.current().latencySeconds()).isEqualTo(3, within(1e-12));
        assertThat(update(replanner, 9))
                .as("the state stays without a measurement")
                .isEmpty();
        Proposal proposal = update(replanner, 10).orElseThrow();
        assertThat(device(proposal.placement())).isEqualTo("d0");
        assertThat(proposal.gain()).isEqualTo(1.0 / 3, within(1e-12));
        replanner.accept(proposal);
        assertThat(update(replanner, 30, rate(50))).isEmpty();
    }

    @Test
    void aDropThatEndsStartsTheWaitAgain() {
        Replanner replanner = two(Patience.DEFAULTS);
        assertThat(update(replanner, 0, rate(50))).isEmpty();
        assertThat(update(replanner, 5, rate(1_000))).isEmpty();
        assertThat(update(replanner, 6, rate(50))).isEmpty();
        assertThat(update(replanner, 12)).as("six seconds only").isEmpty();
        assertThat(update(replanner, 16)).isPresent();
    }

    @Test
    void aLatencyAloneMovesToo() {
        Replanner replanner = two(AT_ONCE);
        LinkState far = LinkState.of("d0", "d1").withLatencySeconds(5);
        assertThat(update(replanner, 0, far))
                .map(proposal -> device(proposal.placement()))
                .hasValue("d0");
        assertThat(update(replanner, 1, rate(900)))
                .as("the latency stays known while only the bandwidth is measured")
                .isPresent();
        assertThat(replanner.cluster().link(0, 1)).as("as declared").hasValue(Link.of(1_000, 0));
    }

    @Test
    void linksOfStrangersAndOfTheOtherDirectionMoveNothing() {
        Replanner replanner = two(AT_ONCE);
        assertThat(update(
                        replanner,
                        0,
                        LinkState.of("d0", "moon").withBytesPerSecond(1),
                        LinkState.of("moon", "d1").withBytesPerSecond(1),
                        LinkState.of("d1", "d0").withBytesPerSecond(1)))
                .isEmpty();
    }

    /** A brute-force law: after each change, the proposal is the best of all assignments on the links as they are now. */
    @Test
    void everyProposalIsTheBestOfAFreshPlan() {
        int proposals = 0;
        for (long seed = 0; seed < 1_000; seed++) {
            proposals += follow(seed);
        }
        assertThat(proposals).as("the law was tried").isGreaterThan(1_000);
    }

    private static int follow(long seed) {
        Random random = new Random(seed);
        WorkChain chain = chain(random);
        Cluster declared = cluster(random, 2 + random.nextInt(3));
        Replanner replanner = Replanner.builder(chain, CostModel.of(declared, PREDICTOR))
                .patience(AT_ONCE)
                .build();
        Map<String, DeviceState> loads = new HashMap<>();
        List<LinkState> links = new ArrayList<>();
        int proposals = 0;
        for (int step = 0; step < 6; step++) {
            List<DeviceState> states = random.nextBoolean() ? List.of() : List.of(load(random, declared));
            states.forEach(state -> loads.put(state.device(), state));
            List<LinkState> measured = List.of(link(random, declared), link(random, declared));
            links.addAll(measured);
            Optional<Proposal> proposal = replanner.update(states, measured, START.plusSeconds(step));
            Cluster now = declared.withLinkStates(links);
            Placement fresh = Planner.of(
                            now,
                            CostModel.of(now, PREDICTOR)
                                    .withStates(loads.values())
                                    .table(chain))
                    .plan(Objective.LATENCY);
            double best = leastLatency(chain, now, loads);
            assertThat(fresh.latencySeconds()).as("seed %d", seed).isEqualTo(best, within(1e-9));
            if (proposal.isPresent()) {
                Placement placement = proposal.get().placement();
                assertThat(placement.latencySeconds()).as("seed %d", seed).isEqualTo(best, within(1e-9));
                assertThat(placement.cluster()).isEqualTo(now);
                assertThat(proposal.get().now().latencySeconds()).isGreaterThan(best);
                replanner.accept(proposal.get());
                proposals++;
            } else {
                assertThat(replanner.current().latencySeconds())
                        .as("seed %d", seed)
                        .isEqualTo(best, within(1e-9));
            }
        }
        return proposals;
    }

    private static WorkChain chain(Random random) {
        int count = 1 + random.nextInt(4);
        double[] bytes = random.ints(count + 1, 0, 200).asDoubleStream().toArray();
        return new WorkChain(random.ints(count, 1, 9).asDoubleStream().toArray(), bytes);
    }

    private static Cluster cluster(Random random, int devices) {
        Cluster.Builder builder = Cluster.builder().defaultLink(Link.of(100, 0.1));
        IntStream.range(0, devices).forEach(i -> builder.device(Device.of("d" + i)));
        for (int i = 1; i < devices; i++) {
            if (random.nextInt(4) == 0) {
                builder.unreachable("d" + i, "d" + random.nextInt(i));
            }
        }
        return builder.source("d0").build();
    }

    private static DeviceState load(Random random, Cluster cluster) {
        return DeviceState.of("d" + random.nextInt(cluster.devices().size())).withCpuLoadPercent(random.nextInt(100));
    }

    private static LinkState link(Random random, Cluster cluster) {
        int devices = cluster.devices().size();
        int from = random.nextInt(devices);
        int to = (from + 1 + random.nextInt(devices - 1)) % devices;
        LinkState state = LinkState.of("d" + from, "d" + to);
        LinkState faster = random.nextInt(4) == 0 ? state : state.withBytesPerSecond(Math.pow(10, random.nextInt(5)));
        return random.nextBoolean() ? faster : faster.withLatencySeconds(random.nextInt(3));
    }

    /** Tries all assignments, and adds their times up without the planner. */
    private static double leastLatency(WorkChain chain, Cluster cluster, Map<String, DeviceState> loads) {
        int devices = cluster.devices().size();
        double least = Double.POSITIVE_INFINITY;
        for (int code = 0; code < Math.pow(devices, chain.count()); code++) {
            double latency = 0;
            int at = 0;
            int rest = code;
            for (int segment = 0; segment < chain.count(); segment++) {
                int device = rest % devices;
                rest /= devices;
                double bytes = chain.bytes[segment];
                latency += device == at
                        ? 0
                        : cluster.link(at, device)
                                .map(link -> link.latencySeconds() + bytes / link.bytesPerSecond())
                                .orElse(Double.POSITIVE_INFINITY);
                DeviceState state = loads.getOrDefault("d" + device, DeviceState.of("d" + device));
                latency += PREDICTOR
                        .predict(chain.workload(segment, segment + 1), 1, state)
                        .medianSeconds();
                at = device;
            }
            least = Math.min(least, latency);
        }
        return least;
    }
}
