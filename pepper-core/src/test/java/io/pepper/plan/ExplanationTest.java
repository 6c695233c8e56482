package io.pepper.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Link;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Prediction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** Why a placement is the best: single devices, the runner-up, prices and flips on tables small enough to check by hand. */
class ExplanationTest {
    private static final OneSegment SEGMENTS = new OneSegment(1, 500_000, 0);

    private static final Cluster TWO = Cluster.builder()
            .device(Device.of("pi"))
            .device(Device.of("cloud"))
            .defaultLink(Link.of(1e6, 0))
            .source("pi")
            .build();

    /** One segment: 1 s on pi; 0.1 s on the cloud after a message of 0.5 s. */
    private static final CostTable ONE = CostTable.bySegment(1, 2)
            .seconds(0, 0, 1)
            .seconds(0, 1, 0.1)
            .cutBytes(0, 500_000)
            .build();

    private static final Planner PLANNER = Planner.of(TWO, ONE);

    private static Explanation explained(Constraints constraints) {
        return PLANNER.explain(PLANNER.plan(Objective.LATENCY, constraints), constraints);
    }

    @Test
    void eachDeviceAloneAndTheRunnerUpAreShown() {
        Explanation why = explained(Constraints.NONE);
        assertThat(why.placement().latencySeconds()).isEqualTo(0.6, within(1e-12));
        assertThat(why.singleDevices())
                .extracting(single -> single.placement().orElseThrow().latencySeconds())
                .containsExactly(1.0, why.placement().latencySeconds());
        assertThat(why.runnerUp().map(Placement::latencySeconds)).hasValue(1.0);
    }

    @Test
    void aFlipSaysAtWhichFactorAnotherPlacementWins() {
        Explanation why = explained(Constraints.NONE);
        Explanation.Flip slowCloud = flip(why, "the time of cloud", true);
        assertThat(slowCloud.factor())
                .as("0.1 s times 5, and 0.5 s of the message, make 1 s")
                .isCloseTo(5, within(0.02));
        assertThat(slowCloud.then().parts().get(0).device().name()).isEqualTo("pi");
        Explanation.Flip fastPi = flip(why, "the time of pi", false);
        assertThat(fastPi.factor()).isCloseTo(0.6, within(0.01));
        Explanation.Flip slowLink = flip(why, "the bandwidth between pi and cloud", false);
        assertThat(slowLink.factor()).as("0.9 s of the message are too much").isCloseTo(0.5 / 0.9, within(0.01));
        assertThat(slowLink.bytesPerSecond().orElseThrow()).isCloseTo(1e6 * 0.5 / 0.9, within(1e4));
        assertThat(slowLink.loadPercent()).isEmpty();
    }

    private static Explanation.Flip flip(Explanation why, String what, boolean slower) {
        return why.flips().stream()
                .filter(flip -> flip.what().equals(what) && flip.factor() > 1 == slower)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no flip of " + what + " among " + why.flips()));
    }

    @Test
    void aLimitThatCostsSomethingHasAPrice() {
        Constraints pinned = Constraints.NONE.withPin(0, "pi").withMaxParts(3);
        Explanation why = explained(pinned);
        assertThat(why.prices()).singleElement().satisfies(price -> {
            assertThat(price.limit()).isEqualTo("segment 1 on 'pi'");
            assertThat(price.saves()).isEqualTo(0.4, within(1e-12));
            assertThat(price.without().parts().get(0).device().name()).isEqualTo("cloud");
        });
        assertThat(why.runnerUp()).as("no other placement keeps the pin").isEmpty();
    }

    /** As many seconds as bytes of weights, and on the cloud a tenth; a busy device takes longer. */
    private static final LatencyPredictor LOADED = (piece, threads, device) -> {
        double seconds = device.device().equals("cloud") ? 0.1 : 1;
        double busy = 1 + device.cpuLoadPercent().orElse(0) / 10;
        return new Prediction(seconds * busy, seconds * busy, false);
    };

    @Test
    void loadsAtWhichTheDecisionFlipsAreFoundByThePredictor() {
        CostModel model = CostModel.of(TWO, LOADED)
                .withState(DeviceState.of("cloud").withCpuLoadPercent(0))
                .withState(DeviceState.of("pi").withCpuLoadPercent(0));
        Planner planner = Planner.of(TWO, model.table(SEGMENTS));
        Explanation why = planner.explain(planner.plan(Objective.LATENCY), Constraints.NONE);
        Explanation withLoads = why.withLoads(planner, model, SEGMENTS);
        assertThat(withLoads.flips())
                .hasSize(why.flips().size() + 1)
                .startsWith(why.flips().toArray(Explanation.Flip[]::new));
        Explanation.Flip last = withLoads.flips().get(withLoads.flips().size() - 1);
        assertThat(last.what()).isEqualTo("the time of cloud");
        assertThat(last.loadPercent().orElseThrow())
                .as("at 40 % of load the cloud takes five times as long")
                .isCloseTo(40, within(0.5));
    }

    @Test
    void theTextIsOneLineAndTheDescriptionSeveral() {
        Explanation why = explained(Constraints.NONE.withPin(0, "pi"));
        assertThat(why.toString())
                .startsWith("Explanation[Placement[")
                .endsWith("flips]")
                .doesNotContain("\n");
        assertThat(why.toString()).contains("1 price, ");
        assertThat(why.describe()).contains("pi", "cloud", "segment 1 on 'pi'");
        assertThat(why.describe().lines()).hasSizeGreaterThan(3);
    }

    @Test
    void listsAreCopied() {
        Placement placement = PLANNER.plan(Objective.LATENCY);
        List<Explanation.Flip> flips = new ArrayList<>();
        Explanation why = new Explanation(placement, Constraints.NONE, List.of(), Optional.empty(), List.of(), flips);
        flips.add(new Explanation.Flip("x", 2, OptionalDouble.empty(), OptionalDouble.empty(), placement));
        assertThat(why.flips()).isEmpty();
        Explanation compared = why.withSingleDevices(PLANNER.singleDevices(Objective.LATENCY));
        assertThat(compared.singleDevices()).hasSize(2);
        assertThat(why.singleDevices()).isEmpty();
    }
}
