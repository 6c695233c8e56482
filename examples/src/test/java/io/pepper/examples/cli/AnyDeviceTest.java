package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Platform;
import io.pepper.measure.ModelTiming;
import io.pepper.predict.LatencyDataset;
import io.pepper.predict.LatencyRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Devices of several kinds on the command line: predictors that are trained together, and kinds without measurements. */
class AnyDeviceTest extends CommandTest {
    private static final int MODELS = 6;

    /** Writes a data set of devices of two kinds, one of which is twenty times slower. */
    private Path data() throws IOException {
        List<LatencyRecord> records = new ArrayList<>();
        records.addAll(on("desktop", Platform.of("Ryzen 7 5700"), 4e10));
        records.addAll(on("pi", Platform.of("Raspberry Pi 4 Model B"), 2e9));
        Path file = directory.resolve("boards.csv");
        LatencyDataset.of(records).write(file);
        return file;
    }

    private static List<LatencyRecord> on(String device, Platform platform, double flopsPerSecond) {
        List<LatencyRecord> records = new ArrayList<>();
        for (int model = 1; model <= MODELS; model++) {
            double flops = 3e8 * model;
            DeviceState state =
                    DeviceState.of(device).withPlatform(platform).withCores(4).withCpuLoadPercent(0);
            records.add(LatencyRecord.builder(
                            "net" + model,
                            "whole",
                            state,
                            ModelTiming.builder(9, flops / flopsPerSecond)
                                    .medianUncertainty(0.01)
                                    .build())
                    .work(convolution(flops))
                    .build());
        }
        return records;
    }

    private Path trained() throws IOException {
        Path file = directory.resolve("boards.predictor");
        assertThat(run("train", data(), "--out", file)).as(err.toString()).isZero();
        return file;
    }

    private double predicted(Path file, String kind) throws IOException {
        assertThat(runSized("predict", "--predictor", file, "--device-kind", kind, "--cores", 4, "--json"))
                .as(err.toString())
                .isZero();
        return json().at("/pieces/0/devices/0/medianSeconds").asDouble();
    }

    @Test
    void oneFileServesAllKindsOfDevicesThatWereTrainedTogether() throws IOException {
        Path file = trained();
        assertThat(out.toString())
                .contains(
                        "predictors of 2 kinds of devices",
                        "Ryzen 7 5700: ",
                        "Raspberry Pi 4 Model B: ",
                        "of devices",
                        "calibrate needs fewer");
        double desktop = predicted(file, "ryzen-7-5700");
        double pi = predicted(file, "raspberry-pi-4");
        assertThat(pi).isGreaterThan(5 * desktop);
        assertThat(runSized("predict", "--predictor", file, "--device-kind", "Jetson Nano"))
                .isEqualTo(1);
        assertThat(err.toString())
                .contains(
                        "no predictor for device 'Jetson Nano'",
                        "only for Ryzen 7 5700, Raspberry Pi 4 Model B",
                        "--predictor Jetson Nano=FILE");
        assertThat(runSized(
                        "plan",
                        "--device-kind",
                        "camera=raspberry-pi-4",
                        "--device-kind",
                        "ryzen-7-5700",
                        "--link",
                        "100MB/s,2ms",
                        "--predictor",
                        file,
                        "--json"))
                .as(err.toString())
                .isZero();
        assertThat(json().at("/stages/0/device").asText()).isEqualTo("ryzen-7-5700");
    }

    @Test
    void aNameTakesOnePredictorOutOfTheFile() throws IOException {
        Path file = trained();
        assertThat(runSized("plan", "--device-kind", "camera=AMD Ryzen", "--predictor", "raspberry-pi-4=" + file))
                .as("no predictor for the camera is left")
                .isEqualTo(1);
        assertThat(err.toString()).contains("'camera' (AMD Ryzen)", "only for raspberry-pi-4");
        assertThat(runSized("plan", "--device-kind", "camera=AMD Ryzen", "--predictor", "camera=" + file))
                .isEqualTo(1);
        assertThat(err.toString())
                .contains("there is no predictor for 'camera' in it", "Ryzen 7 5700, Raspberry Pi 4 Model B");
    }

    @Test
    void theReportOfTheTrainingHasEachKindAndItsErrorsByModel() throws IOException {
        Path page = directory.resolve("report.html");
        assertThat(run("train", data(), "--out", directory.resolve("p"), "--report", page, "--json"))
                .as(err.toString())
                .isZero();
        assertThat(page).content().contains("<h2>Ryzen 7 5700</h2>", "<h2>Raspberry Pi 4 Model B</h2>");
        JsonNode document = json();
        assertThat(names(document)).containsExactly("predictor", "records", "devices", "deviceChoices", "problems");
        assertThat(document.path("devices")).hasSize(2);
        assertThat(document.at("/devices/1/name").asText()).isEqualTo("Raspberry Pi 4 Model B");
        assertThat(document.at("/devices/1/errors/models")).hasSize(MODELS).allSatisfy(errors -> {
            assertThat(names(errors)).containsExactly("heldBack", "records", "p10", "median", "p90");
            assertThat(errors.path("records").asInt()).isEqualTo(1);
        });
        assertThat(document.at("/deviceChoices/models/choices").asInt()).isEqualTo(MODELS);
        assertThat(document.at("/deviceChoices/models/right").asDouble()).isEqualTo(1);
        assertThat(run("train", data(), "--schema", "paper", "--out", directory.resolve("p"), "--json"))
                .as("the original's features tell devices apart")
                .isZero();
        assertThat(json().path("schema").asText()).isEqualTo("paper");
    }

    @Test
    void evaluateTakesTheFileOfSeveralDevicesAndCalibratedOnes() throws IOException {
        Path file = trained();
        Path data = directory.resolve("boards.csv");
        Path tries = directory.resolve("tries.csv");
        assertThat(run("evaluate", data, "--predictor", file, "--csv", tries, "--json"))
                .as(err.toString())
                .isZero();
        assertThat(json().path("right").asDouble()).isEqualTo(1);
        assertThat(json().path("notes").toString()).contains("trained on 6 of these 6 models");
        assertThat(tries).content().contains("net1", "pi", "desktop");
        Path pi = directory.resolve("pi.csv");
        LatencyDataset.of(on("pi", Platform.of("Raspberry Pi 4 Model B"), 2e9).subList(0, 2))
                .write(pi);
        Path calibrated = directory.resolve("pi.predictor");
        assertThat(run("calibrate", "--predictor", file, "--records", pi, "--out", calibrated))
                .as(err.toString())
                .isZero();
        assertThat(run("evaluate", data, "--predictor", calibrated, "--json"))
                .as(err.toString())
                .isZero();
        assertThat(json().path("notes").toString())
                .contains("the given predictor of pi was calibrated with 2 of these 6 pieces")
                .doesNotContain("desktop");
        assertThat(run("evaluate", data, "--predictor", "starter:raspberry-pi-4", "--json"))
                .as(err.toString())
                .isZero();
        assertThat(run("evaluate", data, "--predictor", "starter:visionfive2")).isEqualTo(2);
        assertThat(err.toString()).contains("desktop, pi", "VisionFive 2");
    }

    @Test
    void plansForKindsOfDevicesWithoutMeasurementsHaveAnInterval() throws IOException {
        assertThat(runSized("plan", "--device-kind", "raspberry-pi-4", "--device-kind", "jetson-nano"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString())
                .contains(
                        "jetson-nano",
                        "raspberry-pi-4",
                        "90 % within",
                        "assumed a link of",
                        "latency of 1 ms between all devices",
                        "with ncnn only");
        assertThat(runSized(
                        "plan",
                        "--device-kind",
                        "raspberry-pi-4",
                        "--device-kind",
                        "raspberry-pi-4",
                        "--link",
                        "12.5MB/s",
                        "--json"))
                .as(err.toString())
                .isZero();
        assertThat(json().path("notes").toString()).doesNotContain("assumed");
        assertThat(json().path("singleDevice")).hasSize(2).allSatisfy(single -> assertThat(
                        single.path("p90LatencySeconds").asDouble())
                .isGreaterThan(1.3 * single.path("latencySeconds").asDouble()));
        assertThat(json().at("/singleDevice/1/device").asText()).isEqualTo("raspberry-pi-4-2");
        assertThat(runSized("plan", "--device-kind", "x86-64", "--device-kind", "raspberry-pi-5", "--json"))
                .as(err.toString())
                .isZero();
        assertThat(json().path("caveats").toString()).contains("one x86-64 machine");
    }

    @Test
    void kindsAreGivenInsteadOfAClusterAndKnown() throws IOException {
        assertThat(runSized("plan", "--device-kind", "abacus")).isEqualTo(1);
        assertThat(err.toString()).contains("no starter predictor for 'abacus'", "Raspberry Pi 4", "x86-64");
        assertThat(runSized("plan", "--predictor", "starter:all")).isEqualTo(2);
        assertThat(err.toString()).contains("either by --cluster FILE or HOST:PORT, or by --device-kind KIND");
        assertThat(runSized("plan", "--device-kind", "a=rk3588s", "--device-kind", "a=rk3588s"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--device-kind takes a kind, or a new name");
        for (String link : List.of("fast", "12MB", "1MB/s,soon", "1MB/s,1ms,2ms", "0B/s")) {
            assertThat(runSized("plan", "--device-kind", "rk3588s", "--link", link))
                    .as(link)
                    .isEqualTo(2);
            assertThat(err.toString()).contains("--link takes bytes per second", link);
        }
        Path cluster = directory.resolve("cluster.yaml");
        Files.writeString(cluster, "devices: {a: {}}\n");
        assertThat(runSized("plan", "--cluster", cluster)).isEqualTo(2);
        assertThat(err.toString()).contains("a source of times is missing");
        assertThat(runSized("plan", "--cluster", cluster, "--link", "1MB/s", "--roofline"))
                .isEqualTo(2);
    }
}
