package io.pepper.session.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LatencyCountsTest {
    @Test
    void everyTimeIsCountedNearItself() {
        Random random = new Random(5);
        for (int i = 0; i < 100_000; i++) {
            long value = random.nextLong() >>> (1 + random.nextInt(62));
            double middle = LatencyCounts.middle(LatencyCounts.index(value));
            assertThat(Math.abs(middle - (double) value)).isLessThanOrEqualTo((double) value * 0.0079 + 0.01);
        }
        for (long edge : new long[] {0, 1, 63, 64, 127, 128, Long.MAX_VALUE}) {
            assertThat(LatencyCounts.middle(LatencyCounts.index(edge)))
                    .isCloseTo((double) edge, within((double) edge * 0.008));
        }
    }

    @Test
    void quantilesAreThoseOfASortedSample() {
        Random random = new Random(6);
        for (int round = 0; round < 1_000; round++) {
            LatencyCounts counts = new LatencyCounts();
            long[] sample = new long[1 + random.nextInt(200)];
            for (int i = 0; i < sample.length; i++) {
                sample[i] = (long) Math.exp(random.nextDouble() * 25);
                counts.add(sample[i]);
            }
            Arrays.sort(sample);
            for (double share : new double[] {0, 0.5, 0.9, 0.99, 1}) {
                long exact = sample[(int) Math.max(0, Math.ceil(share * sample.length) - 1)];
                assertThat(LatencyCounts.quantile(share, counts.snapshot()))
                        .isCloseTo((double) exact, within((double) exact * 0.01 + 0.01));
            }
        }
        assertThat(LatencyCounts.quantile(0.5, new LatencyCounts().snapshot())).isZero();
    }
}
