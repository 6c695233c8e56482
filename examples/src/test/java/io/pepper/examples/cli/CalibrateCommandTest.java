package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pepper.predict.LatencyDataset;
import io.pepper.predict.Mark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** {@code pepper calibrate} with records of this machine. */
class CalibrateCommandTest extends CommandTest {
    private Path measured(String device, Object... more) {
        Path data = directory.resolve(device + ".csv");
        List<Object> words =
                new ArrayList<>(List.of("profile", "--quiet-wait", 0, model, "--shape", SIZES, "--pieces", 3));
        words.addAll(List.of("--loads", "0", "--threads", 1, "--rounds", 1, "--seconds", 0.01));
        words.addAll(List.of("--device", device, "--out", data));
        words.addAll(List.of(more));
        assertThat(run(words.toArray())).as(err.toString()).isZero();
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

    @Test
    void aStatedKindIsThatOfThePredictorAndChoosesIt() {
        Path data = measured("box", "--kind", "Lab Box 7");
        Path file = directory.resolve("lab.predictor");
        assertThat(run("calibrate", "--predictor", "starter:all", "--records", data, "--out", file))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("with 4 measurements and 9 predictors of other devices");
        assertThat(run("predict", model, "--shape", SIZES, "--predictor", file, "--device-kind", "lab-box-7"))
                .as(err.toString())
                .isZero();
        assertThat(run("predict", model, "--shape", SIZES, "--predictor", file, "--device-kind", "Lab Box 8"))
                .isNotZero();
        assertThat(err.toString()).contains("Lab Box 8 instead of Lab Box 7");
        assertThat(run("calibrate", "--predictor", "starter:rk3588s", "--records", data, "--out", file))
                .isZero();
        assertThat(out.toString()).contains("and a predictor of another device");
    }

    @Test
    void marksAreReportedAndUsedIfAllMeasurementsHaveThem() throws IOException {
        Path data = measured("busy");
        LatencyDataset read = LatencyDataset.read(data);
        LatencyDataset marked = LatencyDataset.of(read.records().stream()
                .map(entry -> entry.toBuilder().marks(Set.of(Mark.BUSY)).build())
                .toList());
        Path busy = directory.resolve("marked.csv");
        marked.write(busy);
        assertThat(run("calibrate", "--records", busy, "--out", directory.resolve("busy.predictor")))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("note: 4 of 4 measurements are marked (busy 4): they are used");
    }
}
