package io.pepper.distributed.internal.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.distributed.internal.proto.PartMeasure;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The counts of a served part, by a clock of the test. */
class PartMeterTest {
    private static final long SECOND = 1_000_000_000;

    private final AtomicLong now = new AtomicLong(-77);
    private final PartMeter meter = new PartMeter(3, now::get);

    @Test
    void countsAllRunsAndThoseOfTheLastCompleteSeconds() {
        meter.ran(5, 100, OptionalLong.of(7), 10, 20);
        assertThat(meter.measure().getRecentSeconds()).isZero();
        assertThat(meter.measure().getRecentRuns())
                .as("the second is not complete")
                .isZero();
        now.addAndGet(SECOND);
        meter.ran(1, 300, OptionalLong.empty(), 1, 2);
        PartMeasure first = meter.measure();
        assertThat(first.getPart()).isEqualTo(3);
        assertThat(first.getRuns()).isEqualTo(2);
        assertThat(first.getRunNanos()).isEqualTo(400);
        assertThat(first.getQueueNanos()).isEqualTo(6);
        assertThat(first.getWires()).isEqualTo(1);
        assertThat(first.getWireNanos()).isEqualTo(7);
        assertThat(first.getBytesIn()).isEqualTo(11);
        assertThat(first.getBytesOut()).isEqualTo(22);
        assertThat(first.getRecentSeconds()).isEqualTo(1);
        assertThat(first.getRecentRuns()).isEqualTo(1);
        assertThat(first.getRecentRunNanos()).isEqualTo(100);
        assertThat(first.getRecentWireNanos()).isEqualTo(7);
    }

    @Test
    void forgetsLatelyWhatIsLongAgoButNotTheTotal() {
        meter.ran(0, 50, OptionalLong.empty(), 0, 0);
        now.addAndGet(60 * SECOND);
        PartMeasure later = meter.measure();
        assertThat(later.getRuns()).isEqualTo(1);
        assertThat(later.getRecentRuns()).isZero();
        assertThat(later.getRecentSeconds()).isEqualTo(PartMeter.SECONDS);
    }

    @Test
    void countsFailuresApartAndNoNegativeTimes() {
        meter.failed();
        meter.ran(-5, -1, OptionalLong.of(-3), 0, 0);
        PartMeasure measure = meter.measure();
        assertThat(measure.getFailures()).isEqualTo(1);
        assertThat(measure.getRuns()).isEqualTo(1);
        assertThat(measure.getRunNanos()).isZero();
        assertThat(measure.getQueueNanos()).isZero();
        assertThat(measure.getWireNanos()).isZero();
    }

    @Test
    void agreesWithAListOfAllRuns() {
        Random random = new Random(11);
        for (int round = 0; round < 1_000; round++) {
            AtomicLong clock = new AtomicLong(random.nextLong(SECOND));
            long began = clock.get();
            PartMeter fresh = new PartMeter(0, clock::get);
            int runs = random.nextInt(30);
            long[] at = new long[runs];
            long[] took = new long[runs];
            for (int i = 0; i < runs; i++) {
                clock.addAndGet(random.nextLong(2 * SECOND));
                at[i] = (clock.get() - began) / SECOND;
                took[i] = random.nextLong(1_000);
                fresh.ran(0, took[i], OptionalLong.empty(), 0, 0);
            }
            long second = (clock.get() - began) / SECOND;
            long recent = 0;
            long recentNanos = 0;
            for (int i = 0; i < runs; i++) {
                boolean counts = at[i] < second && at[i] >= second - PartMeter.SECONDS;
                recent += counts ? 1 : 0;
                recentNanos += counts ? took[i] : 0;
            }
            assertThat(fresh.measure().getRecentRuns()).isEqualTo(recent);
            assertThat(fresh.measure().getRecentRunNanos()).isEqualTo(recentNanos);
            assertThat(fresh.measure().getRuns()).isEqualTo(runs);
        }
    }
}
