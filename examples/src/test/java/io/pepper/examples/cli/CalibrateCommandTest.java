package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code pepper calibrate} with records of this machine. */
class CalibrateCommandTest extends CommandTest {
    private Path measured(String device) {
        Path data = directory.resolve(device + ".csv");
        assertThat(run(
                        "profile",
                        "--quiet-wait",
                        0,
                        model,
                        "--shape",
                        SIZES,
                        "--pieces",
                        3,
                        "--loads",
                        "0",
                        "--threads",
                        1,
                        "--rounds",
                        1,
                        "--seconds",
                        0.01,
                        "--device",
                        device,
                        "--out",
                        data))
                .as(err.toString())
                .isZero();
        return data;
    }

    @Test
    void aCalibratedPredictorPredictsAndIsABaseItself() throws IOException {
        Path data = measured("board");
        Path first = directory.resolve("first.predictor");
        assertThat(run("calibrate", "--records", data, "--out", first))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("calibrated for 'board' with 4 measurements", "held-out", "least certain");

        Path second = directory.resolve("second.predictor");
        assertThat(run("calibrate", "--predictor", first, "--records", data, "--out", second, "--json"))
                .isZero();
        JsonNode found = json();
        assertThat(found.get("device").asText()).isEqualTo("board");
        assertThat(found.get("records").asInt()).isEqualTo(4);
        assertThat(found.get("heldOutError").asDouble()).isNotNegative();
        assertThat(found.get("leastCertain").asText()).isNotEmpty();

        assertThat(run("predict", model, "--shape", SIZES, "--predictor", second, "--load", 0, "--json"))
                .as(err.toString())
                .isZero();
        assertThat(json().findValue("medianSeconds").asDouble()).isPositive();
    }

    @Test
    void recordsOfTwoDevicesAndNoRecordsAreRefused() {
        Path one = measured("one");
        Path two = measured("two");
        Path to = directory.resolve("none.predictor");
        assertThat(run("calibrate", "--records", one, "--records", two, "--out", to))
                .isEqualTo(1);
        assertThat(err.toString()).contains("several devices, 'one' and 'two'");
        assertThat(run("calibrate", "--records", directory.resolve("missing.csv"), "--out", to))
                .isNotZero();
        assertThat(err.toString()).contains("missing.csv");
        assertThat(to).doesNotExist();
    }

    @Test
    void predictorsThatComeWithTheLibraryPlanForKindsOfBoards() throws IOException {
        Path cluster = directory.resolve("cluster.yaml");
        Files.writeString(
                cluster,
                """
                devices:
                  camera: {kind: Raspberry Pi 4 Model B, cores: 4}
                  hub: {kind: rk3588s, cores: 4}
                defaultLink: {bytesPerSecond: 12500000, latencySeconds: 0.0005}
                """);
        assertThat(run("plan", model, "--shape", SIZES, "--cluster", cluster, "--predictor", "starter:all", "--json"))
                .as(err.toString())
                .isZero();
        assertThat(json().get("caveats").toString()).contains("with ncnn only");

        assertThat(run("predict", model, "--shape", SIZES, "--predictor", "starter:raspberry-pi-9"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("no starter predictor for 'raspberry-pi-9'", "Raspberry Pi 5");
    }
}
