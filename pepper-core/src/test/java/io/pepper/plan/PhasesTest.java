package io.pepper.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** Several phases on one placement, compared with all placements where that is possible. */
class PhasesTest {
    private static final int INSTANCES = 400;

    @Test
    void plansAllPhasesTogetherAsWellAsTheBestOfAllPlacements() {
        for (long seed = 0; seed < INSTANCES; seed++) {
            PhaseChain chain = new PhaseChain(seed);
            Constraints reuse = Constraints.NONE.withReuse(true);
            Placement best = chain.phases.planner().plan(Objective.LATENCY, reuse);
            double least = chain.assignments().stream()
                    .mapToDouble(places -> chain.latency(places, chain.times(0), chain.times(1)))
                    .min()
                    .orElseThrow();
            assertEquals(least, chain.phases.steps() * best.latencySeconds(), 1e-9 * least, "seed " + seed);
        }
    }

    @Test
    void addsUpWhatThePhasesCost() {
        for (long seed = 0; seed < INSTANCES; seed++) {
            PhaseChain chain = new PhaseChain(seed);
            Placement best = chain.phases.planner().plan(Objective.ENERGY);
            List<Placement> each = chain.phases.costs(best, Constraints.NONE);
            double latency = 0;
            double joules = 0;
            for (int i = 0; i < each.size(); i++) {
                latency += chain.times(i) * each.get(i).latencySeconds();
                joules += chain.times(i) * each.get(i).energyJoules().orElseThrow();
            }
            double steps = chain.phases.steps();
            assertEquals(latency, steps * best.latencySeconds(), 1e-9 * latency, "seed " + seed);
            assertEquals(joules, steps * best.energyJoules().orElseThrow(), 1e-9 * joules, "seed " + seed);
        }
    }

    /** The shares of parts and messages are those of the placement in each phase, in the order of their begin. */
    @Test
    void sharesAddUpToTheTimeOfTheTask() {
        for (long seed = 0; seed < INSTANCES; seed++) {
            PhaseChain chain = new PhaseChain(seed);
            Placement best = chain.phases.planner().plan(Objective.LATENCY);
            List<PhaseShare> shares = chain.phases.shares(best, Constraints.NONE);
            assertEquals(best.parts().size() + best.transfers().size(), shares.size(), "seed " + seed);
            double task = shares.stream().mapToDouble(PhaseShare::taskSeconds).sum();
            assertEquals(chain.phases.steps() * best.latencySeconds(), task, 1e-9 * task, "seed " + seed);
            List<Placement> costs = chain.phases.costs(best, Constraints.NONE);
            for (int phase = 0; phase < 2; phase++) {
                int index = phase;
                double sum = shares.stream()
                        .mapToDouble(share -> share.seconds().get(index))
                        .sum();
                assertEquals(costs.get(phase).latencySeconds(), sum, 1e-9 * sum, "seed " + seed);
            }
            String device = "";
            for (PhaseShare share : shares) {
                boolean message = share.part().isEmpty();
                assertEquals(message, share.where().contains("→"), "seed " + seed);
                assertTrue(message || device.isEmpty() || share.where().equals(device), "seed " + seed);
                device = message ? share.where().substring(share.where().indexOf('→') + 2) : "";
            }
            double most = PhaseShare.most(shares).getValue();
            assertTrue(shares.stream().noneMatch(share -> share.taskSeconds() > most), "seed " + seed);
        }
    }

    @Test
    void findsTheBestPlacementForEachNumberOfRuns() {
        for (long seed = 0; seed < INSTANCES; seed++) {
            PhaseChain chain = new PhaseChain(seed);
            if (chain.times(0) == 0) {
                continue;
            }
            List<Phases.Turn> turns = chain.phases.turns("token", Metric.LATENCY, Constraints.NONE.withReuse(true));
            assertEquals(0, turns.get(0).times());
            for (double tokens : new double[] {0, 0.1, 0.5, 1, 2, 5, 17, 1000}) {
                Placement chosen = turns.get(0).then();
                for (Phases.Turn turn : turns) {
                    chosen = turn.times() <= tokens ? turn.then() : chosen;
                }
                List<Placement> costs = chain.phases.costs(chosen, Constraints.NONE);
                double found = chain.times(0) * costs.get(0).latencySeconds()
                        + tokens * costs.get(1).latencySeconds();
                double least = chain.assignments().stream()
                        .mapToDouble(places -> chain.latency(places, chain.times(0), tokens))
                        .min()
                        .orElseThrow();
                assertEquals(least, found, 1e-9 * least, "seed " + seed + ", " + tokens + " tokens");
            }
        }
    }

    @Test
    void findsTheHighestRateOfSeveralTasksAtOnce() {
        for (long seed = 0; seed < INSTANCES; seed++) {
            PhaseChain chain = new PhaseChain(seed);
            Planner mean = chain.phases.planner();
            for (int tasks : new int[] {1, 2, 4}) {
                Placement best = chain.phases.planConcurrent(tasks, Constraints.NONE.withReuse(true));
                double least = chain.assignments().stream()
                        .map(places -> mean.evaluate(places, Objective.LATENCY, Constraints.NONE))
                        .mapToDouble(placement -> Phases.secondsOfStep(placement, tasks))
                        .min()
                        .orElseThrow();
                assertEquals(
                        least,
                        Phases.secondsOfStep(best, tasks),
                        1e-9 * least,
                        "seed " + seed + ", " + tasks + " tasks");
            }
        }
    }

    /** The runner-up is the best of all other placements, and each flip leads to another placement. */
    @Test
    void explainsTheRateOfSeveralTasksAtOnce() {
        int flips = 0;
        for (long seed = 0; seed < INSTANCES / 4; seed++) {
            PhaseChain chain = new PhaseChain(seed);
            Constraints reuse = Constraints.NONE.withReuse(true);
            Placement best = chain.phases.planConcurrent(3, reuse);
            Explanation why = chain.phases.explainConcurrent(best, 3, reuse);
            Planner mean = chain.phases.planner();
            OptionalDouble least = chain.assignments().stream()
                    .map(places -> mean.evaluate(places, Objective.LATENCY, Constraints.NONE))
                    .filter(placement -> !placement.hasPartsOf(best))
                    .mapToDouble(placement -> Phases.secondsOfStep(placement, 3))
                    .min();
            assertEquals(least.isPresent(), why.runnerUp().isPresent(), "seed " + seed);
            if (least.isPresent()) {
                double second = Phases.secondsOfStep(why.runnerUp().orElseThrow(), 3);
                assertEquals(least.getAsDouble(), second, 1e-9 * second, "seed " + seed);
            }
            assertEquals(chain.devices, why.singleDevices().size());
            for (Explanation.Flip flip : why.flips()) {
                assertTrue(!flip.then().hasPartsOf(best), "seed " + seed);
                flips++;
            }
        }
        assertTrue(flips > INSTANCES / 10, "flips: " + flips);
    }

    /** Memory with caches, a pinned segment and a least number of devices, for each objective. */
    @Test
    void keepsAllLimitsAndIsTheBestOfAllPlacementsThatDo() {
        int impossible = 0;
        for (long seed = 0; seed < 3 * INSTANCES; seed++) {
            PhaseChain chain = new PhaseChain(seed, true);
            Random random = new Random(~seed);
            int least = 1 + random.nextInt(chain.devices);
            int segment = random.nextInt(chain.segments);
            String device = "d" + random.nextInt(chain.devices);
            Constraints limits = Constraints.NONE.withReuse(false).withMinDevices(least);
            boolean pins = random.nextBoolean();
            Constraints constraints = pins ? limits.withPin(segment, device) : limits;
            List<List<String>> possible = chain.assignments().stream()
                    .filter(chain::fits)
                    .filter(places -> Set.copyOf(places).size() >= least)
                    .filter(places -> !pins || places.get(segment).equals(device))
                    .toList();
            Planner mean = chain.phases.planner();
            int tasks = 1 + random.nextInt(4);
            if (possible.isEmpty()) {
                impossible++;
                assertThrows(
                        NoSuchPlacementException.class,
                        () -> mean.plan(Objective.LATENCY, constraints),
                        "seed " + seed);
                assertThrows(
                        NoSuchPlacementException.class,
                        () -> chain.phases.planConcurrent(tasks, constraints),
                        "seed " + seed);
                continue;
            }
            double steps = chain.phases.steps();
            requireLeast(
                    possible,
                    places -> chain.latency(places, chain.times(0), chain.times(1)),
                    steps * mean.plan(Objective.LATENCY, constraints).latencySeconds(),
                    seed);
            requireLeast(
                    possible,
                    chain::joules,
                    steps
                            * mean.plan(Objective.ENERGY, constraints)
                                    .energyJoules()
                                    .orElseThrow(),
                    seed);
            requireLeast(
                    possible,
                    places -> Phases.secondsOfStep(mean.evaluate(places, Objective.LATENCY, Constraints.NONE), tasks),
                    Phases.secondsOfStep(chain.phases.planConcurrent(tasks, constraints), tasks),
                    seed);
        }
        assertTrue(impossible > INSTANCES / 10 && impossible < 2 * INSTANCES, "some impossible: " + impossible);
    }

    private static void requireLeast(
            List<List<String>> possible, ToDoubleFunction<List<String>> cost, double found, long seed) {
        double least = possible.stream().mapToDouble(cost).min().orElseThrow();
        assertEquals(least, found, 1e-9 * least, "seed " + seed);
    }

    @Test
    void aPhaseThatNeverRunsStillNeedsItsMemory() {
        Cluster cluster = Cluster.builder()
                .device(Device.of("fast").withMemoryBytes(100))
                .device(Device.of("large"))
                .defaultLink(Link.of(1e9, 0))
                .build();
        CostTable token = CostTable.bySegment(1, 2)
                .seconds(0, 0, 1)
                .seconds(0, 1, 5)
                .memoryBytes(0, 1, 50, 10)
                .build();
        CostTable context = CostTable.bySegment(1, 2).memoryBytes(0, 1, 50, 60).build();
        Phases short1 = Phases.of(cluster, List.of(new Phases.Phase("token", token, 1)));
        assertEquals("fast", device(short1));
        Phases long1 = Phases.of(
                cluster, List.of(new Phases.Phase("token", token, 1), new Phases.Phase("context", context, 0)));
        assertEquals("large", device(long1));
        Phases cached = Phases.of(cluster, List.of(new Phases.Phase("token", token.withResidentBytes(41), 1)));
        assertEquals("large", device(cached));
    }

    private static String device(Phases phases) {
        return phases.planner().plan(Objective.LATENCY).parts().get(0).device().name();
    }

    @Test
    void residentMemoryOfARunIsThatOfItsSegments() {
        CostTable byRun = CostTable.byRun(3, 1).memoryBytes(0, 2, 5, 1).build().withResidentBytes(1, 10, 100);
        assertEquals(17, byRun.memoryBytes(0, 2, 0));
        assertEquals(110, byRun.memoryBytes(1, 3, 0));
        CostTable bySegment = CostTable.bySegment(3, 1).build().withResidentBytes(1, 10, 100);
        assertEquals(111, bySegment.memoryBytes(0, 3, 0));
        assertThrows(IllegalArgumentException.class, () -> bySegment.withResidentBytes(1, 2));
        assertThrows(IllegalArgumentException.class, () -> bySegment.withResidentBytes(1, -2, 0));
    }

    @Test
    void plansBranchesOfSeveralPhases() {
        Cluster cluster = Cluster.builder()
                .device(Device.of("a"))
                .device(Device.of("b"))
                .defaultLink(Link.of(8, 1))
                .source("a")
                .build();
        CostTable one = towers(1, 8);
        CostTable other = towers(6, 16);
        Phases phases =
                Phases.of(cluster, List.of(new Phases.Phase("one", one, 3), new Phases.Phase("other", other, 1)));
        Placement best = phases.planner().plan(Objective.ENERGY);
        double sum = DoubleStream.of(3, 1).sum();
        assertEquals(sum, phases.steps());
        List<Placement> each = phases.costs(best, Constraints.NONE);
        assertEquals(
                3 * each.get(0).energyJoules().orElseThrow()
                        + each.get(1).energyJoules().orElseThrow(),
                sum * best.energyJoules().orElseThrow(),
                1e-9);
    }

    private static CostTable towers(double seconds, double bytes) {
        CostTable.Builder table = CostTable.bySegment(
                3,
                2,
                List.of(
                        Segments.Flow.input(bytes, 0, 1),
                        Segments.Flow.between(0, bytes, 2),
                        Segments.Flow.between(1, bytes, 2),
                        Segments.Flow.output(2, bytes)));
        for (int segment = 0; segment < 3; segment++) {
            for (int device = 0; device < 2; device++) {
                table.seconds(segment, device, seconds + device).joules(segment, segment + 1, device, seconds);
            }
        }
        return table.build();
    }

    @Test
    void refusesWhatIsNoTask() {
        PhaseChain chain = new PhaseChain(3);
        List<Phases.Phase> list = chain.phases.list();
        CostTable costs = list.get(0).costs();
        assertThrows(IllegalArgumentException.class, () -> new Phases.Phase("p", costs, -1));
        assertThrows(
                IllegalArgumentException.class,
                () -> Phases.of(chain.cluster, List.of(new Phases.Phase("p", costs, 0))));
        CostTable more = CostTable.byRun(chain.segments + 1, chain.devices).build();
        IllegalArgumentException shape = assertThrows(
                IllegalArgumentException.class,
                () -> Phases.of(
                        chain.cluster, List.of(new Phases.Phase("p", costs, 1), new Phases.Phase("q", more, 1))));
        assertTrue(String.valueOf(shape.getMessage()).contains("the other table is of"), shape.getMessage());
        assertThrows(IllegalArgumentException.class, () -> chain.phases.withTimes("none", 1));
        assertThrows(
                IllegalArgumentException.class, () -> chain.phases.turns("token", Metric.PERIOD, Constraints.NONE));
        assertThrows(
                IllegalArgumentException.class,
                () -> chain.phases.turns("token", Metric.LATENCY, Constraints.NONE.withLimit(Metric.LATENCY, 1)));
        assertThrows(IllegalArgumentException.class, () -> chain.phases.planConcurrent(0, Constraints.NONE));
    }
}
