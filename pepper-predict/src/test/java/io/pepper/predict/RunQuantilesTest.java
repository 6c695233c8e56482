package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.pepper.measure.ModelTiming;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunQuantilesTest {
    /** With a minimum of one unit, and quantiles of 2 to 6. */
    private static ModelTiming timing(double unit) {
        return ModelTiming.builder(10, 3 * unit)
                .minSeconds(unit)
                .p25Seconds(2 * unit)
                .p75Seconds(4 * unit)
                .p90Seconds(5 * unit)
                .p99Seconds(6 * unit)
                .build();
    }

    @Test
    void quantilesOfOneMeasurementAreItsOwn() {
        RunQuantiles runs = RunQuantiles.of(timing(1));
        assertThat(List.of(runs.at(0), runs.at(0.25), runs.at(0.5), runs.at(0.75), runs.at(0.9), runs.at(0.99)))
                .containsExactly(1.0, 2.0, 3.0, 4.0, 5.0, 6.0);
        assertThat(runs.shareWithin(0.5)).isZero();
        assertThat(runs.shareWithin(3)).isCloseTo(0.625, within(1e-12));
        assertThat(runs.shareWithin(6)).isCloseTo(1, within(1e-12));
    }

    @Test
    void quantilesOfAFastAndASlowPaceSpanBoth() {
        RunQuantiles runs = RunQuantiles.of(List.of(timing(1), timing(100)));
        assertThat(runs.at(0)).isEqualTo(1);
        assertThat(runs.at(0.49)).as("half of the runs are fast").isEqualTo(6);
        assertThat(runs.at(0.75)).isEqualTo(300);
        assertThat(runs.at(0.9)).isEqualTo(400);
        assertThat(runs.shareWithin(50)).isCloseTo(0.5, within(1e-12));
    }
}
