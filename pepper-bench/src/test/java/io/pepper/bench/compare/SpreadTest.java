package io.pepper.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Medians and their intervals. */
class SpreadTest {
    @Test
    void theMedianOfAnEvenNumberIsBetweenTheTwoInTheMiddle() {
        assertThat(Spread.median(new double[] {9, 1, 4, 2})).isEqualTo(3);
        assertThat(Spread.median(new double[] {9, 1, 4})).isEqualTo(4);
    }

    @Test
    void fewValuesReachFromTheLeastToTheGreatestAndSayHowSureThatIs() {
        assertThat(Spread.of(new double[] {7})).isEqualTo(new Spread(7, 7, 7, 0));
        assertThat(Spread.of(new double[] {3, 1, 2})).isEqualTo(new Spread(1, 2, 3, 0.75));
        assertThat(Spread.of(new double[] {1, 2, 3, 4, 5, 6}).confidence()).isEqualTo(1 - 2.0 / 64);
    }

    @Test
    void manyValuesLeaveOutAsManyAtEachEndAsStatisticsAllows() {
        // Tables of the sign test: of 9 values the second and the eighth, of 20 the sixth and the fifteenth.
        Spread nine = Spread.of(IntStream.rangeClosed(1, 9).asDoubleStream().toArray());
        assertThat(nine.low()).isEqualTo(2);
        assertThat(nine.high()).isEqualTo(8);
        assertThat(nine.confidence()).isCloseTo(0.961, within(0.001));
        Spread twenty = Spread.of(IntStream.rangeClosed(1, 20).asDoubleStream().toArray());
        assertThat(twenty.low()).isEqualTo(6);
        assertThat(twenty.high()).isEqualTo(15);
        assertThat(twenty.confidence()).isCloseTo(0.959, within(0.001));
    }

    @Test
    void intervalsHoldTheTrueMedianAsOftenAsTheyPromise() {
        Random random = new Random(42);
        for (int n : new int[] {6, 9, 15}) {
            int held = 0;
            int trials = 4_000;
            for (int trial = 0; trial < trials; trial++) {
                // Log-normal, as times are: the median is 1.
                Spread spread = Spread.of(random.doubles(n)
                        .map(any -> Math.exp(random.nextGaussian()))
                        .toArray());
                held += spread.low() <= 1 && spread.high() >= 1 ? 1 : 0;
            }
            assertThat(held / (double) trials).as("%d values", n).isGreaterThan(0.945);
        }
    }

    @Test
    void noValuesAreRefused() {
        assertThatThrownBy(() -> Spread.of(new double[0])).isInstanceOf(IllegalArgumentException.class);
    }
}
