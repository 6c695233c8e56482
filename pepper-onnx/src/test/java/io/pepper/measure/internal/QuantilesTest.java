package io.pepper.measure.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class QuantilesTest {
    private static final Offset<Double> EXACT = Offset.offset(1e-12);

    @Test
    void interpolatesBetweenValues() {
        Quantiles sample = Quantiles.of(4, 1, 3, 2);
        assertThat(sample.at(0)).isEqualTo(1);
        assertThat(sample.median()).isEqualTo(2.5);
        assertThat(sample.at(0.9)).isCloseTo(3.7, EXACT);
        assertThat(sample.at(1)).isEqualTo(4);
        assertThatThrownBy(Quantiles::of).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theUncertaintyOfFewValuesIsInfinite() {
        assertThat(Quantiles.of(1).medianUncertainty()).isInfinite();
        assertThat(Quantiles.of(1, 2, 3).medianUncertainty()).isInfinite();
    }

    /** What a confidence interval promises: in 95 % of all samples the true median lies inside. */
    @Test
    void coversTheTrueMedian() {
        Random random = new Random(7);
        for (int n : new int[] {11, 30, 100}) {
            int inside = 0;
            int trials = 2_000;
            for (int trial = 0; trial < trials; trial++) {
                double[] sample = random.doubles(n).map(x -> -Math.log(x)).toArray();
                Quantiles quantiles = Quantiles.of(sample);
                double[] interval = quantiles.medianInterval();
                inside += interval[0] <= Math.log(2) && Math.log(2) <= interval[1] ? 1 : 0;
            }
            assertThat(inside / (double) trials).as("n = " + n).isBetween(0.94, 1.0);
        }
    }
}
