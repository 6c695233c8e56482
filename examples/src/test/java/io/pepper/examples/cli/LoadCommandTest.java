package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The command that holds this machine at a load. */
class LoadCommandTest extends CommandTest {
    @Test
    void theTargetAndTheAchievedLoadArePrinted() throws IOException {
        assertThat(run("load", "--cpu", "30", "--seconds", "0.5", "--json"))
                .as(err.toString())
                .isZero();
        assertThat(json().path("targetPercent").asDouble()).isEqualTo(30);
        assertThat(json().path("threads").asInt()).isPositive();
        assertThat(json().path("achievedPercent").asDouble()).isBetween(0.0, 100.0);
        assertThat(run("load", "--cpu", "0", "--seconds", "0.1")).isZero();
        assertThat(out.toString()).startsWith("load 0 %: achieved ");
    }

    @Test
    void impossibleLoadsAndTimesAreRefused() {
        assertThat(run("load", "--cpu", "101", "--seconds", "1")).isEqualTo(2);
        assertThat(run("load", "--cpu", "much", "--seconds", "1")).isEqualTo(2);
        assertThat(err.toString()).contains("'much' is not a load");
        assertThat(run("load", "--cpu", "50", "--seconds", "0")).isEqualTo(2);
        assertThat(run("load", "--cpu", "50", "--seconds", "1e9")).isEqualTo(2);
        assertThat(run("load", "--seconds", "1")).isEqualTo(2);
    }
}
