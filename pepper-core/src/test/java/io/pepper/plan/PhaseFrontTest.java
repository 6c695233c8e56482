package io.pepper.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The Pareto front of two phases, compared with that of all placements. */
class PhaseFrontTest {
    private static final int INSTANCES = 1_500;

    /** What a placement takes in both phases. */
    private record Tried(double once, double step) {
        boolean beats(Tried other) {
            return once <= other.once && step <= other.step && !equals(other);
        }
    }

    private static Tried tried(PhaseChain chain, List<String> places, int tasks) {
        return new Tried(chain.costs(places, 0).latencySeconds(), Phases.secondsOfStep(chain.costs(places, 1), tasks));
    }

    /** Returns what no other one of the placements beats, sorted by the first phase. */
    private static List<Tried> front(List<Tried> all) {
        return all.stream()
                .filter(each -> all.stream().noneMatch(other -> other.beats(each)))
                .distinct()
                .sorted(Comparator.comparingDouble(Tried::once))
                .toList();
    }

    private static void requireSame(Phases.Front found, List<Tried> expected, String where) {
        assertThat(found.exact()).as(where).isTrue();
        assertThat(found.tradeOffs()).as(where).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            Phases.TradeOff each = found.tradeOffs().get(i);
            assertThat(each.onceSeconds()).as(where).isCloseTo(expected.get(i).once, within(1e-9));
            assertThat(each.stepSeconds()).as(where).isCloseTo(expected.get(i).step, within(1e-9));
        }
    }

    @Test
    void isThatOfAllPlacements() {
        int longest = 0;
        for (long seed = 0; seed < INSTANCES; seed++) {
            PhaseChain chain = new PhaseChain(seed);
            for (int tasks : new int[] {1, 3}) {
                Phases.Front found = chain.phases.front("prompt", "token", tasks, Constraints.NONE.withReuse(true));
                List<Tried> all = chain.assignments().stream()
                        .map(places -> tried(chain, places, tasks))
                        .toList();
                requireSame(found, front(all), "seed " + seed + ", " + tasks + " tasks");
                longest = Math.max(longest, found.tradeOffs().size());
            }
        }
        assertThat(longest).isGreaterThan(4);
    }

    /** Memory for the longest context, a least number of devices, a pinned segment, each device once. */
    @Test
    void keepsAllLimits() {
        int impossible = 0;
        for (long seed = 0; seed < INSTANCES; seed++) {
            PhaseChain chain = new PhaseChain(seed, true);
            Random random = new Random(~seed);
            int least = 1 + random.nextInt(chain.devices);
            int segment = random.nextInt(chain.segments);
            String device = "d" + random.nextInt(chain.devices);
            boolean pins = random.nextBoolean();
            int tasks = 1 + random.nextInt(3);
            Constraints limits = Constraints.NONE.withReuse(false).withMinDevices(least);
            Constraints constraints = pins ? limits.withPin(segment, device) : limits;
            List<Tried> possible = chain.assignments().stream()
                    .filter(chain::fits)
                    .filter(places -> Set.copyOf(places).size() >= least)
                    .filter(places -> !pins || places.get(segment).equals(device))
                    .map(places -> tried(chain, places, tasks))
                    .toList();
            if (possible.isEmpty()) {
                impossible++;
                assertThatThrownBy(() -> chain.phases.front("prompt", "token", tasks, constraints))
                        .isInstanceOf(NoSuchPlacementException.class)
                        .hasMessageContaining("keeps within the limits in both phases");
            } else {
                Phases.Front found = chain.phases.front("prompt", "token", tasks, constraints);
                requireSame(found, front(possible), "seed " + seed + ", " + tasks + " tasks");
            }
        }
        assertThat(impossible).isBetween(INSTANCES / 20, INSTANCES / 2);
    }

    /** Times that are no whole numbers: sums in another order differ in their last bits, and no trade-off comes twice. */
    @Test
    void isExactWithAnyTimes() {
        for (long seed = 0; seed < INSTANCES; seed++) {
            PhaseChain chain = new PhaseChain(seed, false, 0.1);
            Phases.Front found = chain.phases.front("prompt", "token", 1, Constraints.NONE.withReuse(true));
            List<Tried> all = new ArrayList<>();
            chain.assignments().forEach(places -> all.add(tried(chain, places, 1)));
            assertThat(found.exact()).isTrue();
            for (Phases.TradeOff each : found.tradeOffs()) {
                assertThat(all)
                        .as("seed " + seed)
                        .noneMatch(other -> other.once < each.onceSeconds() - 1e-9 && other.step <= each.stepSeconds())
                        .noneMatch(other -> other.once <= each.onceSeconds() && other.step < each.stepSeconds() - 1e-9);
            }
            for (Tried each : front(all)) {
                assertThat(found.tradeOffs())
                        .as("seed " + seed)
                        .anyMatch(other ->
                                other.onceSeconds() <= each.once + 1e-9 && other.stepSeconds() <= each.step + 1e-9);
            }
            for (int i = 1; i < found.tradeOffs().size(); i++) {
                assertThat(found.tradeOffs().get(i).onceSeconds())
                        .isGreaterThan(found.tradeOffs().get(i - 1).onceSeconds());
                assertThat(found.tradeOffs().get(i).stepSeconds())
                        .isLessThan(found.tradeOffs().get(i - 1).stepSeconds());
            }
        }
    }

    /** A prompt prefers the device that computes fast, a token the one that is near. */
    @Test
    void goesFromTheFirstPhaseToTheOther() {
        Cluster cluster = Cluster.builder()
                .device(Device.of("near"))
                .device(Device.of("fast"))
                .defaultLink(Link.of(1000, 1))
                .source("near")
                .build();
        CostTable prompt =
                CostTable.bySegment(1, 2).seconds(0, 0, 10).seconds(0, 1, 2).build();
        CostTable token =
                CostTable.bySegment(1, 2).seconds(0, 0, 0.5).seconds(0, 1, 0.1).build();
        Phases phases = Phases.of(
                cluster, List.of(new Phases.Phase("prompt", prompt, 1), new Phases.Phase("token", token, 20)));
        List<Phases.TradeOff> front =
                phases.front("prompt", "token", 1, Constraints.NONE).tradeOffs();
        assertThat(front).extracting(Phases.TradeOff::onceSeconds).containsExactly(3.0, 10.0);
        assertThat(front).extracting(Phases.TradeOff::stepSeconds).containsExactly(1.1, 0.5);
        assertThat(front.get(1).placement().latencySeconds()).isCloseTo((10 + 20 * 0.5) / 21, within(1e-12));
        assertThat(front.get(1).placement().parts().get(0).device().name()).isEqualTo("near");
    }

    /** The best placement of any number of tokens is on the front, or one that is as good. */
    @Test
    void hasTheBestPlacementOfEachTask() {
        for (long seed = 0; seed < INSTANCES; seed++) {
            PhaseChain chain = new PhaseChain(seed, false, 0.1);
            Phases phases = chain.phases.withTimes("prompt", 1);
            Phases.Front front = phases.front("prompt", "token", 1, Constraints.NONE);
            Placement best = phases.planner().plan(Objective.LATENCY, Constraints.NONE);
            Phases.TradeOff chosen = phases.tradeOff(front, best, Constraints.NONE);
            assertThat(front.indexOf(chosen)).as("seed " + seed).isPresent();
            assertThat(front.indexOf(new Phases.TradeOff(chosen.onceSeconds() + 0.1, chosen.stepSeconds(), best)))
                    .as("seed " + seed)
                    .isEmpty();
        }
    }

    @Test
    void saysWhenTheBudgetIsSpent() {
        PhaseChain chain = new PhaseChain(5, true);
        Phases.Front front = chain.phases.withBudget(1).front("prompt", "token", 3, Constraints.NONE.withReuse(true));
        assertThat(front.exact()).isFalse();
    }

    @Test
    void refusesWhatIsNoFront() {
        PhaseChain chain = new PhaseChain(3);
        assertThatThrownBy(() -> chain.phases.front("prompt", "none", 1, Constraints.NONE))
                .hasMessageContaining("there is no phase 'none'");
        assertThatThrownBy(() -> chain.phases.front("prompt", "token", 0, Constraints.NONE))
                .hasMessageContaining("there cannot be 0 tasks at once");
        assertThatThrownBy(() -> chain.phases.front("prompt", "token", 1, Constraints.NONE.withLimit(Metric.PERIOD, 1)))
                .hasMessageContaining("limits on metrics");
        CostTable towers = CostTable.bySegment(
                        2,
                        1,
                        List.of(Segments.Flow.input(1, 0, 1), Segments.Flow.output(0, 1), Segments.Flow.output(1, 1)))
                .build();
        Phases branches =
                Phases.of(Cluster.builder().device(Device.of("a")).build(), List.of(new Phases.Phase("p", towers, 1)));
        assertThatThrownBy(() -> branches.front("p", "p", 1, Constraints.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("branches");
    }
}
