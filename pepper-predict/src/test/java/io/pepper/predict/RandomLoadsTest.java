package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Loads that are drawn for each measurement. */
class RandomLoadsTest {
    @Test
    void drawsCoverTheRangeAndFollowFromSeedAndNames() {
        RandomLoads range = RandomLoads.parse("random:20-80");
        List<Double> drawn = new ArrayList<>();
        for (int round = 0; round < 2_000; round++) {
            String name = String.valueOf(round);
            LoadLevel level = range.draw(42, "model", "whole", "1", name);
            assertThat(range.draw(42, "model", "whole", "1", name)).isEqualTo(level);
            drawn.add(level.percent());
        }
        assertThat(new TreeSet<>(drawn))
                .as("every whole per cent of the range, and no other")
                .hasSize(61)
                .first()
                .isEqualTo(20.0);
        assertThat(drawn.stream().mapToDouble(Double::doubleValue).average().orElseThrow())
                .isBetween(48.0, 52.0);
        assertThat(IntStream.range(0, 50)
                        .mapToObj(seed -> range.draw(seed, "model"))
                        .distinct())
                .as("other seeds draw other loads")
                .hasSizeGreaterThan(20);
    }

    @Test
    void aRangeOfOneLoadDrawsIt() {
        assertThat(new RandomLoads(0, 0).draw(1, "a")).isEqualTo(LoadLevel.NONE);
        assertThat(new RandomLoads(100, 100).draw(1, "a").percent()).isEqualTo(100);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "random",
                "random:",
                "random:5",
                "random:80-20",
                "random:0-101",
                "random:-5-20",
                "random:0-1e2",
                "0-100"
            })
    void otherTextsAreRefused(String text) {
        assertThatThrownBy(() -> RandomLoads.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
