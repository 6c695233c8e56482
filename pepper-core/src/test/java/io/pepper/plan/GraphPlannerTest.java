package io.pepper.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Graphs of segments: named ones, and small random ones against all assignments. */
class GraphPlannerTest {
    private static final int INSTANCES = 2_000;

    private static final Cluster PAIR = Cluster.builder()
            .device(Device.of("left"))
            .device(Device.of("right"))
            .defaultLink(Link.of(1_000, 0.001))
            .source("left")
            .sink("left")
            .build();

    private static SegmentGraph towers(double bytes) {
        SegmentGraph.Builder towers = SegmentGraph.builder(2);
        int one = towers.segment(0.010, 0.010);
        int other = towers.segment(0.012, 0.012);
        int head = towers.segment(0.002, 0.002);
        return towers.input(bytes, one)
                .input(bytes, other)
                .tensor(one, bytes, head)
                .tensor(other, bytes, head)
                .output(head, bytes)
                .build();
    }

    @Test
    void runsTwoTowersAtTheSameTime() {
        GraphPlacement placement = GraphPlanner.of(PAIR, towers(1)).plan();
        // The longer tower stays; the other one travels there and back, 2 ms each way: 2 + 10 + 2, then the head.
        assertThat(placement.latencySeconds()).isCloseTo(0.016, within(1e-12));
        assertThat(placement.gap()).isZero();
        assertThat(placement.steps().stream().map(step -> step.device().name()))
                .containsExactly("right", "left", "left");
        assertThat(placement.sendings()).hasSize(2);
        assertThat(placement.bottleneck()).isEqualTo("left");
        assertThat(placement.periodSeconds()).isCloseTo(0.014, within(1e-12));
    }

    @Test
    void keepsTowersTogetherWhereTheLinkIsSlow() {
        GraphPlacement placement = GraphPlanner.of(PAIR, towers(10_000)).plan();
        assertThat(placement.sendings()).isEmpty();
        assertThat(placement.latencySeconds()).isCloseTo(0.024, within(1e-12));
    }

    @Test
    void sendsATensorOnceToADeviceWithSeveralReaders() {
        SegmentGraph.Builder builder = SegmentGraph.builder(2);
        int stem = builder.segment(0.001, Double.POSITIVE_INFINITY);
        int one = builder.segment(Double.POSITIVE_INFINITY, 0.001);
        int other = builder.segment(Double.POSITIVE_INFINITY, 0.001);
        builder.tensor(stem, 10, one, other).output(one, 0).output(other, 0);
        GraphPlacement cut = GraphPlanner.of(PAIR, builder.build()).cut();
        assertThat(cut.sendings().stream().filter(sending -> sending.bytes() == 10))
                .hasSize(1);
        assertThat(cut.latencySeconds()).isCloseTo(0.003 + 0.011 + 0.002, within(1e-12));
    }

    @Test
    void saysWhatEachDeviceAloneWouldTake() {
        SegmentGraph.Builder builder = SegmentGraph.builder(3);
        double[] seconds = {0.010, 0.004, Double.POSITIVE_INFINITY};
        builder.segment(seconds, seconds, new double[3], 100);
        builder.input(1, 0).output(0, 1);
        Cluster three = PAIR.toBuilder()
                .device(Device.of("left").withMemoryBytes(99))
                .device(Device.of("none"))
                .build();
        List<GraphPlacement.SingleDevice> alone =
                GraphPlanner.of(three, builder.build()).singleDevices();
        assertThat(alone).extracting(single -> single.device().name()).containsExactly("left", "right", "none");
        assertThat(alone).extracting(GraphPlacement.SingleDevice::fits).containsExactly(false, true, false);
        assertThat(alone.get(0).placement().orElseThrow().latencySeconds()).isCloseTo(0.010, within(1e-12));
        assertThat(alone.get(1).placement().orElseThrow().latencySeconds()).isCloseTo(0.008, within(1e-12));
        assertThat(alone.get(2).placement()).isEmpty();
        assertThat(GraphPlanner.of(three, builder.build())
                        .evaluate(List.of("right"))
                        .gap())
                .as("nothing is known of others")
                .isEqualTo(1);
    }

    @Test
    void saysWhatIsNotPossible() {
        SegmentGraph.Builder builder = SegmentGraph.builder(2);
        builder.segment(new double[] {1, 1}, new double[] {1, 1}, new double[2], 100);
        Cluster small = PAIR.toBuilder()
                .device(Device.of("left").withMemoryBytes(10))
                .device(Device.of("right").withMemoryBytes(99))
                .build();
        GraphPlanner planner = GraphPlanner.of(small, builder.build());
        assertThatThrownBy(planner::plan).hasMessageContaining("keeps within the memory");
        assertThatThrownBy(planner::cut).hasMessageContaining("keeps within the memory");
        assertThatThrownBy(() -> GraphPlanner.of(PAIR, SegmentGraph.builder(3).build()))
                .hasMessageContaining("a segment or more");
        assertThatThrownBy(() -> builder.tensor(0, 1, 0)).hasMessageContaining("come after its producer 0");
        assertThatThrownBy(() -> builder.tensor(0, 1, 3)).hasMessageContaining("there is no segment 3 of 1");
        assertThatThrownBy(() -> planner.evaluate(List.of("left", "right"))).hasMessage("2 devices for 1 segments");
    }

    @Test
    void branchesAgainstAllAssignments() {
        int parallel = 0;
        for (long seed = 0; seed < INSTANCES; seed++) {
            Problem problem = new Problem(seed, 2 + (int) (seed % 5), 2 + (int) (seed % 3));
            double best = problem.best(false);
            GraphPlanner planner = GraphPlanner.of(problem.cluster, problem.graph);
            if (best == Double.POSITIVE_INFINITY) {
                assertThatThrownBy(planner::plan).as("seed %d", seed).isInstanceOf(NoSuchPlacementException.class);
                continue;
            }
            GraphPlacement found = planner.plan();
            assertThat(found.gap()).isZero();
            assertThat(found.latencySeconds()).as("seed %d: %s", seed, found).isEqualTo(best);
            parallel += overlap(found) ? 1 : 0;
        }
        assertThat(parallel).as("placements in which branches overlap").isGreaterThan(INSTANCES / 20);
    }

    private static boolean overlap(GraphPlacement placement) {
        for (GraphPlacement.Step one : placement.steps()) {
            for (GraphPlacement.Step other : placement.steps()) {
                if (one.segment() < other.segment()
                        && one.beginSeconds() < other.endSeconds()
                        && other.beginSeconds() < one.endSeconds()) {
                    return true;
                }
            }
        }
        return false;
    }

    @Test
    void cutsAgainstAllAssignments() {
        int split = 0;
        for (long seed = 0; seed < INSTANCES; seed++) {
            Problem problem = new Problem(seed, 2 + (int) (seed % 8), 2);
            double best = problem.best(true);
            GraphPlanner planner = GraphPlanner.of(problem.cluster, problem.graph);
            if (best == Double.POSITIVE_INFINITY) {
                assertThatThrownBy(planner::cut).as("seed %d", seed).isInstanceOf(NoSuchPlacementException.class);
                continue;
            }
            GraphPlacement found = planner.cut();
            assertThat(found.latencySeconds()).as("seed %d: %s", seed, found).isCloseTo(best, within(best * 1e-9));
            split += found.steps().stream()
                                    .map(step -> step.device().name())
                                    .distinct()
                                    .count()
                            > 1
                    ? 1
                    : 0;
        }
        assertThat(split).as("placements on both devices").isGreaterThan(INSTANCES / 10);
    }

    @Test
    void keepsWithinLimitsAgainstAllAssignments() {
        int binding = 0;
        for (long seed = 0; seed < INSTANCES; seed++) {
            Problem problem = new Problem(seed, 2 + (int) (seed % 4), 2);
            Random random = new Random(seed);
            Constraints limits =
                    Constraints.NONE.withPin(random.nextInt(problem.graph.segments()), "d" + random.nextInt(2));
            limits = random.nextBoolean() ? limits.withBarred(0, "d" + random.nextInt(2)) : limits;
            limits = random.nextInt(3) == 0 ? limits.withForbiddenHop("d0", "d1") : limits;
            Problem limited = problem.within(limits);
            GraphPlanner planner = GraphPlanner.of(problem.cluster, problem.graph);
            for (boolean sum : new boolean[] {false, true}) {
                double best = limited.best(sum);
                Constraints all = limits;
                ThrowingCallable plan = () -> plan(planner, all, sum);
                if (best == Double.POSITIVE_INFINITY) {
                    assertThatThrownBy(plan).as("seed %d", seed).isInstanceOf(NoSuchPlacementException.class);
                } else {
                    assertThat(plan(planner, limits, sum).latencySeconds())
                            .as("seed %d", seed)
                            .isCloseTo(best, within(best * 1e-9));
                    binding += best > problem.best(sum) ? 1 : 0;
                }
            }
        }
        assertThat(binding).isGreaterThan(INSTANCES / 4);
    }

    private static GraphPlacement plan(GraphPlanner planner, Constraints limits, boolean sum) {
        return sum ? planner.cut(limits) : planner.plan(limits);
    }

    @Test
    void refusesLimitsThatItDoesNotKeep() {
        GraphPlanner planner = GraphPlanner.of(PAIR, towers(1));
        assertThatThrownBy(() -> planner.plan(Constraints.NONE.withMostParts(2)))
                .hasMessageContaining("do not keep these limits: at most 2 parts");
        assertThatThrownBy(() -> planner.cut(Constraints.NONE.withLimit(Metric.ENERGY, 2)))
                .hasMessageContaining("the limit of the energy");
        assertThatThrownBy(() -> planner.plan(Constraints.NONE.withPin(3, "left")))
                .hasMessageContaining("there is no segment 3 of 3");
        assertThatThrownBy(() -> planner.plan(Constraints.NONE.withBarred(0, "middle")))
                .hasMessageContaining("there is no device 'middle'");
    }

    @Test
    void saysHowFarFromTheBestItIsWhereTheBudgetEnds() {
        int open = 0;
        for (long seed = 0; seed < 200; seed++) {
            Problem problem = new Problem(seed, 8, 3);
            double best = problem.best(false);
            if (best < Double.POSITIVE_INFINITY) {
                try {
                    GraphPlacement found = GraphPlanner.of(problem.cluster, problem.graph)
                            .withBudget(12)
                            .plan();
                    assertThat(found.latencySeconds()).isGreaterThanOrEqualTo(best);
                    assertThat(found.latencySeconds() * (1 - found.gap()))
                            .as("seed %d", seed)
                            .isLessThanOrEqualTo(best * (1 + 1e-12));
                    open += found.gap() > 0 ? 1 : 0;
                } catch (NoSuchPlacementException spent) {
                    assertThat(spent).hasMessageContaining("budget");
                }
            }
        }
        assertThat(open).isGreaterThan(10);
    }

    @Test
    void moreNeverMakesItWorse() {
        for (long seed = 0; seed < 300; seed++) {
            Problem problem = new Problem(seed, 5, 2);
            if (problem.best(false) == Double.POSITIVE_INFINITY) {
                continue;
            }
            Cluster.Builder faster = problem.cluster.toBuilder();
            for (int from = 0; from < 2; from++) {
                int to = 1 - from;
                String begin = problem.cluster.devices().get(from).name();
                String end = problem.cluster.devices().get(to).name();
                problem.cluster
                        .link(from, to)
                        .ifPresent(link ->
                                faster.directedLink(begin, end, link.withBytesPerSecond(2 * link.bytesPerSecond())));
            }
            GraphPlanner before = GraphPlanner.of(problem.cluster, problem.graph);
            GraphPlanner after = GraphPlanner.of(faster.build(), problem.graph);
            assertThat(after.plan().latencySeconds())
                    .isLessThanOrEqualTo(before.plan().latencySeconds());
            assertThat(after.cut().latencySeconds())
                    .isLessThanOrEqualTo(before.cut().latencySeconds() * (1 + 1e-9));
        }
    }

    @Test
    void cutsALongChainInBlocks() {
        Random random = new Random(5);
        SegmentGraph.Builder graph = SegmentGraph.builder(2);
        CostTable.Builder chain = CostTable.bySegment(400, 2);
        for (int i = 0; i < 400; i++) {
            double one = random.nextDouble();
            double other = random.nextDouble();
            double bytes = random.nextInt(2_000);
            graph.segment(one, other);
            chain.seconds(i, 0, one).seconds(i, 1, other);
            if (i == 0) {
                graph.input(bytes, 0);
            } else {
                graph.tensor(i - 1, bytes, i);
            }
            chain.cutBytes(i, bytes);
        }
        graph.output(399, 7);
        chain.cutBytes(400, 7);
        double best = Planner.of(PAIR, chain.build()).plan(Objective.LATENCY).latencySeconds();
        assertThat(GraphPlanner.of(PAIR, graph.build()).cut().latencySeconds()).isCloseTo(best, within(1e-9));
    }

    /** A small random graph on a small random cluster, with ties, zeros, what cannot be, and little memory. */
    private static final class Problem {
        private final SegmentGraph graph;
        private final Cluster cluster;

        Problem(long seed, int segments, int devices) {
            Random random = new Random(seed);
            Cluster.Builder builder = Cluster.builder();
            for (int i = 0; i < devices; i++) {
                Device device = Device.of("d" + i);
                builder.device(random.nextInt(4) == 0 ? device.withMemoryBytes(1 + random.nextInt(12)) : device);
            }
            for (int from = 0; from < devices; from++) {
                for (int to = 0; to < devices; to++) {
                    if (from != to && random.nextInt(8) > 0) {
                        builder.directedLink("d" + from, "d" + to, Link.of(1 + random.nextInt(8), random.nextInt(3)));
                    }
                }
            }
            if (random.nextBoolean()) {
                builder.source("d" + random.nextInt(devices));
            }
            if (random.nextBoolean()) {
                builder.sink("d" + random.nextInt(devices));
            }
            cluster = builder.build();
            graph = graph(random, segments, devices);
        }

        private Problem(SegmentGraph graph, Cluster cluster) {
            this.graph = graph;
            this.cluster = cluster;
        }

        /** The same question, with limits as costs and links that are not there. */
        Problem within(Constraints limits) {
            boolean[][] off = new boolean[graph.devices()][graph.segments()];
            for (int device = 0; device < off.length; device++) {
                limits.keepOff("d" + device, off[device]);
            }
            SegmentGraph.Builder limited = SegmentGraph.builder(graph.devices());
            for (int segment = 0; segment < graph.segments(); segment++) {
                double[] seconds = new double[graph.devices()];
                for (int device = 0; device < seconds.length; device++) {
                    seconds[device] = off[device][segment] ? Double.POSITIVE_INFINITY : graph.seconds(segment, device);
                }
                limited.segment(seconds, seconds, new double[graph.devices()], graph.memoryBytes(segment));
            }
            graph.tensors().forEach(limited::tensor);
            Cluster links = limits.forbidsHop("d0", "d1")
                    ? cluster.toBuilder().unreachable("d0", "d1").build()
                    : cluster;
            return new Problem(limited.build(), links);
        }

        private static SegmentGraph graph(Random random, int segments, int devices) {
            SegmentGraph.Builder builder = SegmentGraph.builder(devices);
            for (int segment = 0; segment < segments; segment++) {
                double[] seconds = new double[devices];
                for (int device = 0; device < devices; device++) {
                    seconds[device] = random.nextInt(12) == 0 ? Double.POSITIVE_INFINITY : random.nextInt(10);
                }
                builder.segment(seconds, seconds, new double[devices], random.nextInt(5));
            }
            boolean chain = random.nextInt(3) == 0;
            for (int producer = SegmentGraph.INPUT; producer < segments; producer++) {
                int tensors = producer == SegmentGraph.INPUT ? 1 + random.nextInt(2) : 1;
                for (int i = 0; i < tensors; i++) {
                    List<Integer> readers = new ArrayList<>();
                    int most = chain ? Math.min(segments, producer + 2) : segments;
                    for (int reader = producer + 1; reader < most; reader++) {
                        if (chain || random.nextInt(3) == 0) {
                            readers.add(reader);
                        }
                    }
                    boolean wanted = producer >= 0 && (readers.isEmpty() || random.nextInt(6) == 0);
                    builder.tensor(new SegmentGraph.Tensor(producer, readers, wanted, random.nextInt(20)));
                }
            }
            return builder.build();
        }

        double best(boolean sum) {
            int[] devices = new int[graph.segments()];
            double best = Double.POSITIVE_INFINITY;
            do {
                best = Math.min(best, sum ? sum(devices) : makespan(devices));
            } while (next(devices));
            return best;
        }

        private boolean next(int... devices) {
            for (int i = devices.length - 1; i >= 0; i--) {
                if (++devices[i] < graph.devices()) {
                    return true;
                }
                devices[i] = 0;
            }
            return false;
        }

        private boolean fits(int... devices) {
            double[] taken = new double[graph.devices()];
            for (int i = 0; i < devices.length; i++) {
                taken[devices[i]] += graph.memoryBytes(i);
            }
            for (int device = 0; device < taken.length; device++) {
                if (cluster.devices().get(device).memoryBytes().isPresent()
                        && taken[device]
                                > cluster.devices().get(device).memoryBytes().getAsLong()) {
                    return false;
                }
            }
            return true;
        }

        private double hop(int from, int to, double bytes) {
            return from == to || from < 0 || to < 0
                    ? 0
                    : cluster.link(from, to)
                            .map(link -> link.transferSeconds(bytes))
                            .orElse(Double.POSITIVE_INFINITY);
        }

        private double sum(int... devices) {
            if (!fits(devices)) {
                return Double.POSITIVE_INFINITY;
            }
            double sum = 0;
            for (int i = 0; i < devices.length; i++) {
                sum += graph.seconds(i, devices[i]);
            }
            for (SegmentGraph.Tensor tensor : graph.tensors()) {
                int from = tensor.producer() < 0 ? cluster.source().orElse(-1) : devices[tensor.producer()];
                boolean[] there = new boolean[graph.devices()];
                tensor.readers().forEach(reader -> there[devices[reader]] = true);
                if (tensor.wanted() && cluster.sink().isPresent()) {
                    there[cluster.sink().getAsInt()] = true;
                }
                for (int device = 0; device < there.length; device++) {
                    sum += there[device] ? hop(from, device, tensor.bytes()) : 0;
                }
            }
            return sum;
        }

        private double makespan(int... devices) {
            if (!fits(devices)) {
                return Double.POSITIVE_INFINITY;
            }
            double[] free = new double[graph.devices()];
            double[] end = new double[devices.length];
            for (int i = 0; i < devices.length; i++) {
                double begin = free[devices[i]];
                for (SegmentGraph.Tensor tensor : graph.tensors()) {
                    if (tensor.readers().contains(i)) {
                        boolean given = tensor.producer() < 0;
                        double made = given ? 0 : end[tensor.producer()];
                        int from = given ? cluster.source().orElse(-1) : devices[tensor.producer()];
                        begin = Math.max(begin, made + hop(from, devices[i], tensor.bytes()));
                    }
                }
                end[i] = begin + graph.seconds(i, devices[i]);
                free[devices[i]] = end[i];
            }
            double done = Arrays.stream(end).max().orElseThrow();
            for (SegmentGraph.Tensor tensor : graph.tensors()) {
                if (tensor.wanted()) {
                    done = Math.max(
                            done,
                            end[tensor.producer()]
                                    + hop(
                                            devices[tensor.producer()],
                                            cluster.sink().orElse(-1),
                                            tensor.bytes()));
                }
            }
            return done;
        }
    }
}
