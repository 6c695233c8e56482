package io.pepper.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuantityTextTest {
    @Test
    void readsBytes() {
        assertThat(QuantityText.bytes("4GB")).isEqualTo(4_000_000_000L);
        assertThat(QuantityText.bytes("512 MiB")).isEqualTo(512L << 20);
        assertThat(QuantityText.bytes("1.5kB")).isEqualTo(1_500);
        assertThat(QuantityText.bytes("0.25TiB")).isEqualTo(1L << 38);
        assertThat(QuantityText.bytes("7B")).isEqualTo(7);
    }

    @Test
    void readsTimes() {
        assertThat(QuantityText.time("60s")).isEqualTo(Duration.ofMinutes(1));
        assertThat(QuantityText.time("1.5min")).isEqualTo(Duration.ofSeconds(90));
        assertThat(QuantityText.time("2m")).isEqualTo(Duration.ofMinutes(2));
        assertThat(QuantityText.time("250 ms")).isEqualTo(Duration.ofMillis(250));
        assertThat(QuantityText.time("2h")).isEqualTo(Duration.ofHours(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "4", "GB", "-4GB", "4gb", "4 apples", "1e3GB", "0x4GB", "4s", "999999999999TB"})
    void textThatIsNoAmountOfMemoryIsRefused(String text) {
        assertThatThrownBy(() -> QuantityText.bytes(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "60", "s", "-1s", "1M", "4GB", "99999999999999h"})
    void textThatIsNoTimeIsRefused(String text) {
        assertThatThrownBy(() -> QuantityText.time(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'");
    }
}
