package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** {@code pepper devices} on this machine. */
class DevicesCommandTest extends CommandTest {
    @Test
    void printsTheStateOfThisMachine() throws IOException {
        assertThat(run("devices", "--local", "--json")).isZero();
        JsonNode device = json().get("devices").get(0);
        assertThat(device.get("cores").asDouble())
                .as("a quota may be less than what the JDK rounds it to")
                .isPositive()
                .isLessThanOrEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(device.get("cpuLoadPercent").asDouble()).isBetween(0.0, 100.0);
        assertThat(run("devices")).isZero();
        assertThat(out.toString()).startsWith("device");
        assertThat(run("devices", "--local", "--prometheus", "http://127.0.0.1:1"))
                .isEqualTo(1);
    }
}
