package io.pepper.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import org.junit.jupiter.api.Test;

/** Limits in words, their ranges, and how each is lifted alone. */
class ConstraintsTest {
    private static final Cluster TWO =
            Cluster.builder().device(Device.of("pi")).device(Device.of("cloud")).build();

    private static final Constraints ALL = Constraints.NONE
            .withLimit(Metric.LATENCY, 0.2)
            .withLimit(Metric.ENERGY, 5)
            .withMinDevices(2)
            .withMaxDevices(3)
            .withMaxParts(4)
            .withReuse(false)
            .withOverlap(false)
            .withConcurrency(false)
            .withPin(1, "pi")
            .withBarred(0, "cloud")
            .withForbiddenHop("pi", "cloud");

    @Test
    void descriptionsCountSegmentsFrom1() {
        assertThat(Constraints.NONE.descriptions()).isEmpty();
        assertThat(ALL.descriptions())
                .containsExactly(
                        "the limit of the latency",
                        "the limit of the energy",
                        "at least 2 devices",
                        "at most 3 devices",
                        "at most 4 parts",
                        "using each device once",
                        "segment 2 on 'pi'",
                        "keeping segments off devices",
                        "forbidden hops",
                        "devices do not compute while they send or receive",
                        "devices take turns");
    }

    @Test
    void constraintsAreImmutable() {
        Constraints before = Constraints.NONE.withPin(0, "pi").withBarred(1, "pi");
        before.withPin(0, "cloud")
                .withBarred(1, "cloud")
                .withForbiddenHop("pi", "cloud")
                .withMaxParts(1);
        assertThat(before).isEqualTo(Constraints.NONE.withPin(0, "pi").withBarred(1, "pi"));
    }

    @Test
    void areEqualIfTheyLimitTheSame() {
        assertThat(Constraints.NONE.withPin(0, "pi").withMaxParts(2))
                .isEqualTo(Constraints.NONE.withMaxParts(2).withPin(0, "pi"))
                .hasSameHashCodeAs(Constraints.NONE.withMaxParts(2).withPin(0, "pi"))
                .isNotEqualTo(Constraints.NONE.withMaxParts(2));
        assertThat(Constraints.NONE.withLimit(Metric.PERIOD, 1).withoutLimit(Metric.PERIOD))
                .isEqualTo(Constraints.NONE);
        assertThat(Constraints.NONE.withReuse(false).withReuse(true)).isEqualTo(Constraints.NONE);
    }

    @Test
    void eachLimitIsLiftedAloneForItsPrice() {
        assertThat(ALL.each()).hasSize(9);
        ALL.each().forEach((words, without) -> {
            assertThat(without).as(words).isNotEqualTo(ALL);
            assertThat(without.descriptions())
                    .as("all but " + words)
                    .hasSize(10)
                    .doesNotContain(words);
        });
    }

    @Test
    void aLimitIsReadBack() {
        assertThat(ALL.limit(Metric.LATENCY)).hasValue(0.2);
        assertThat(ALL.limit(Metric.PERIOD)).isEmpty();
        assertThat(Constraints.NONE.withLimit(Metric.PERIOD, 0).limit(Metric.PERIOD))
                .as("0 is a limit")
                .hasValue(0);
    }

    @Test
    void numbersOutOfRangeAreRefused() {
        for (double wrong : new double[] {-1, Double.NaN, Double.NEGATIVE_INFINITY}) {
            assertThatThrownBy(() -> Constraints.NONE.withLimit(Metric.LATENCY, wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a limit is 0 or more, found " + wrong);
        }
        for (int wrong : new int[] {0, -1, Integer.MIN_VALUE}) {
            assertThatThrownBy(() -> Constraints.NONE.withMinDevices(wrong)).hasMessageContaining("found " + wrong);
            assertThatThrownBy(() -> Constraints.NONE.withMaxDevices(wrong)).hasMessageContaining("found " + wrong);
            assertThatThrownBy(() -> Constraints.NONE.withMaxParts(wrong)).hasMessageContaining("found " + wrong);
        }
    }

    @Test
    void namesAndSegmentsThatAreNotThereAreRefusedByName() {
        assertThatCode(() -> ALL.check(TWO, 2)).doesNotThrowAnyException();
        assertThatThrownBy(() -> ALL.check(TWO, 1)).hasMessageContaining("there is no segment 1 of 1");
        assertThatThrownBy(() -> Constraints.NONE.withPin(-1, "pi").check(TWO, 2))
                .hasMessageContaining("there is no segment -1 of 2");
        assertThatThrownBy(() -> Constraints.NONE.withBarred(2, "pi").check(TWO, 2))
                .hasMessageContaining("there is no segment 2 of 2");
        for (Constraints wrong : new Constraints[] {
            Constraints.NONE.withPin(0, "moon"),
            Constraints.NONE.withBarred(0, "moon"),
            Constraints.NONE.withForbiddenHop("moon", "pi"),
            Constraints.NONE.withForbiddenHop("pi", "moon")
        }) {
            assertThatThrownBy(() -> wrong.check(TWO, 2))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("there is no device 'moon'");
        }
    }

    @Test
    void pinsAndBarsKeepSegmentsOffDevices() {
        boolean[] blocked = new boolean[3];
        Constraints.NONE.withPin(0, "pi").withBarred(2, "cloud").bar("cloud", blocked);
        assertThat(blocked).containsExactly(true, false, true);
        boolean[] onPi = new boolean[3];
        Constraints.NONE.withPin(0, "pi").withBarred(2, "cloud").bar("pi", onPi);
        assertThat(onPi).containsExactly(false, false, false);
    }

    @Test
    void aHopIsForbiddenInItsDirection() {
        Constraints oneWay = Constraints.NONE.withForbiddenHop("pi", "cloud");
        assertThat(oneWay.forbidsHop("pi", "cloud")).isTrue();
        assertThat(oneWay.forbidsHop("cloud", "pi")).isFalse();
    }
}
