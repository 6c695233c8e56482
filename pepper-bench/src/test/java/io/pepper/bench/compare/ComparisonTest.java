package io.pepper.bench.compare;

import static io.pepper.bench.compare.Comparison.Verdict.FASTER;
import static io.pepper.bench.compare.Comparison.Verdict.SAME;
import static io.pepper.bench.compare.Comparison.Verdict.SLOWER;
import static io.pepper.bench.compare.Comparison.Verdict.UNCLEAR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** When a benchmark counts as slower, and when noise explains it. */
class ComparisonTest {
    private static final double SHARE = 0.05;

    @Test
    void eachRoundSlowerByMoreThanTheShareIsSlower() {
        Comparison one = paired("ms/op", new double[] {10, 11, 10, 12, 10, 11}, 1.08);
        assertThat(one.slowdown().median()).isCloseTo(1.08, within(1e-9));
        assertThat(one.verdict(SHARE)).isEqualTo(SLOWER);
        assertThat(one.verdict(0.1)).isEqualTo(SAME);
    }

    @Test
    void fewerOperationsInASecondAreSlower() {
        assertThat(paired("ops/s", new double[] {10, 11, 10, 12, 10, 11}, 0.9).verdict(SHARE))
                .isEqualTo(SLOWER);
        assertThat(paired("ops/s", new double[] {10, 11, 10, 12, 10, 11}, 1.2).verdict(SHARE))
                .isEqualTo(FASTER);
    }

    @Test
    void aMachineThatChangesItsPaceBetweenRoundsHidesNothing() {
        Comparison slower = paired("ms/op", new double[] {10, 40, 15, 90, 20, 30}, 1.06);
        assertThat(slower.verdict(SHARE)).isEqualTo(SLOWER);
        Comparison same = paired("ms/op", new double[] {10, 40, 15, 90, 20, 30}, 1.01);
        assertThat(same.verdict(SHARE)).isEqualTo(SAME);
    }

    @Test
    void roundsThatContradictEachOtherAreUnclear() {
        Comparison one = Comparison.paired(
                measured("ms/op", 10, 10, 10, 10, 10, 10), measured("ms/op", 9, 11, 12, 9.5, 13, 10.2));
        assertThat(one.slowdown().median()).isGreaterThan(1.05);
        assertThat(one.verdict(SHARE)).isEqualTo(UNCLEAR);
    }

    @Test
    void fewerThanSixRoundsProveNothing() {
        assertThat(paired("ms/op", new double[] {10, 11, 10, 12, 10}, 2).verdict(SHARE))
                .isEqualTo(UNCLEAR);
        assertThat(paired("ms/op", new double[] {10, 11, 10, 12, 10, 11}, 2).verdict(SHARE))
                .isEqualTo(SLOWER);
    }

    @Test
    void theRatioIsThatOfTheMedians() {
        Comparison one = Comparison.paired(measured("ms/op", 1, 2, 10), measured("ms/op", 2, 3, 4));
        assertThat(one.slowdown().median()).isEqualTo(1.5);
        assertThat(one.slowdown().low()).isEqualTo(0.4);
        assertThat(one.slowdown().high()).isEqualTo(2);
    }

    @Test
    void exchangingTheSidesInvertsTheRatio() {
        Random random = new Random(7);
        for (int trial = 0; trial < 1_000; trial++) {
            double[] a = random.doubles(7, 1, 2).toArray();
            double[] b = random.doubles(7, 1, 2).toArray();
            Spread there = Comparison.paired(measured("ms/op", a), measured("ms/op", b))
                    .slowdown();
            Spread back = Comparison.paired(measured("ms/op", b), measured("ms/op", a))
                    .slowdown();
            assertThat(there.median() * back.median()).isCloseTo(1, within(1e-12));
            assertThat(there.low() * back.high()).isCloseTo(1, within(1e-12));
            assertThat(there.low()).isLessThanOrEqualTo(there.median());
        }
    }

    @Test
    void equalSidesAreRarelyReportedAsSlower() {
        Random random = new Random(42);
        int wrong = 0;
        for (int trial = 0; trial < 2_000; trial++) {
            double[] a = noisy(random);
            double[] b = noisy(random);
            if (Comparison.paired(measured("ms/op", a), measured("ms/op", b)).verdict(SHARE) == SLOWER) {
                wrong++;
            }
        }
        assertThat(wrong).isLessThan(2_000 / 40);
    }

    @Test
    void aRecordedFigureIsComparedByTheOuterEndsOfBothIntervals() {
        Figure figure = new Figure("a", 10, 9, 11, "ms/op", 6, "-f 1", "here", "2026-01-01", "c0ffee");
        Comparison one = Comparison.withFigure(figure, measured("ms/op", 12, 12, 12, 12.1, 11.9, 12));
        assertThat(one.slowdown().median()).isEqualTo(1.2);
        assertThat(one.slowdown().low()).isCloseTo(11.9 / 11, within(1e-12));
        assertThat(one.slowdown().high()).isCloseTo(12.1 / 9, within(1e-12));
        assertThat(one.verdict(SHARE)).isEqualTo(SLOWER);
        Figure once = new Figure("a", 10, 10, 10, "ms/op", 1, "-f 1", "here", "2026-01-01", "c0ffee");
        assertThat(Comparison.withFigure(once, measured("ms/op", 20, 20, 20, 20, 20, 20))
                        .verdict(SHARE))
                .isEqualTo(UNCLEAR);
        Comparison noisy = Comparison.withFigure(figure, measured("ms/op", 10.6, 10.7, 10.6, 10.9, 10.6, 10.6));
        assertThat(noisy.verdict(SHARE)).isEqualTo(UNCLEAR);
    }

    @Test
    void otherUnitsAndOtherNumbersOfRoundsAreRefused() {
        assertThatThrownBy(() -> Comparison.paired(measured("ms/op", 1), measured("us/op", 1)))
                .hasMessageContaining("in ms/op before and in us/op now");
        assertThatThrownBy(() -> Comparison.paired(measured("ms/op", 1), measured("ms/op", 1, 2)))
                .hasMessageContaining("1 rounds before and 2 now");
    }

    @Test
    void theReportNamesEachBenchmarkWithItsVerdict() {
        String report = Report.of(
                List.of(
                        paired("ms/op", new double[] {10, 11, 10, 12, 10, 11}, 1.5),
                        paired("ops/s", new double[] {10, 11, 10, 12, 10, 11}, 1)),
                SHARE);
        assertThat(report)
                .contains("| a | 10.50 | 15.75 | ms/op | 1.500 | 1.500 to 1.500 | slower |")
                .contains("| same |")
                .contains("slower: 1", "same: 1", "faster: 0", "by more than 5.0 %", "at least 97 %");
    }

    /** Rounds of which each takes {@code factor} times as much now. */
    private static Comparison paired(String unit, double[] before, double factor) {
        return Comparison.paired(
                measured(unit, before),
                measured(
                        unit, Arrays.stream(before).map(value -> factor * value).toArray()));
    }

    private static Measured measured(String unit, double... values) {
        return new Measured("a", unit, values);
    }

    private static double[] noisy(Random random) {
        return random.doubles(6)
                .map(any -> Math.exp(0.1 * random.nextGaussian()))
                .toArray();
    }
}
