package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.pepper.cluster.DeviceState;
import io.pepper.measure.ModelTiming;
import io.pepper.predict.LatencyDataset;
import io.pepper.predict.LatencyRecord;
import io.pepper.predict.LoadLevel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The share of right choices between devices, from data sets of devices with known speeds. */
class EvaluateCommandTest extends CommandTest {
    private static final int MODELS = 5;

    /** Writes the data set of a device that computes so many operations in a second, and is slower under load. */
    private Path data(String device, double flopsPerSecond) throws IOException {
        List<LatencyRecord> records = new ArrayList<>();
        for (int model = 1; model <= MODELS; model++) {
            for (double load : new double[] {0, 50, 100}) {
                double flops = 3e8 * model;
                records.add(LatencyRecord.builder(
                                "net" + model,
                                "whole",
                                DeviceState.of(device).withCores(4).withCpuLoadPercent(load),
                                timing(flops / flopsPerSecond * (1 + load / 100)))
                        .work(convolution(flops))
                        .load(new LoadLevel(load, load == 0 ? 0 : 4))
                        .build());
            }
        }
        Path file = directory.resolve(device + ".csv");
        LatencyDataset.of(records).write(file);
        return file;
    }

    private static ModelTiming timing(double seconds) {
        return ModelTiming.builder(9, seconds).medianUncertainty(0.01).build();
    }

    @Test
    void devicesFarApartAreAlwaysChosenRightAndRandomOnesInAThird() throws IOException {
        Path tries = directory.resolve("tries.csv");
        assertThat(run(
                        "evaluate",
                        data("desktop", 4e10),
                        data("nano", 1e10),
                        data("pi", 2e9),
                        "--tries",
                        600,
                        "--csv",
                        tries,
                        "--json"))
                .as(err.toString())
                .isZero();
        JsonNode found = json();
        assertThat(found.path("tries").asInt()).isEqualTo(600);
        assertThat(found.path("right").asDouble()).isEqualTo(1);
        assertThat(found.path("regretSeconds").asDouble()).isZero();
        assertThat(found.path("randomRight").asDouble()).isCloseTo(1 / 3.0, within(0.06));
        assertThat(found.path("randomRegretSeconds").asDouble()).isPositive();
        assertThat(found.path("byModel")).hasSize(MODELS);
        assertThat(found.path("byModel").get(0).path("model").asText()).isEqualTo("net1");
        assertThat(found.path("byModel").get(0).path("right").asDouble()).isEqualTo(1);
        assertThat(found.path("devices")).hasSize(3);
        assertThat(Files.readAllLines(tries)).hasSize(601).first().asString().startsWith("model,run_number,");
    }

    @Test
    void theTableNamesTheRandomBaselineOnlyWhereItIsWanted() throws IOException {
        Path fast = data("fast", 1e10);
        Path slow = data("slow", 1e9);
        assertThat(run("evaluate", fast, slow, "--tries", 20, "--random-baseline"))
                .isZero();
        assertThat(out.toString()).contains("predicted fastest", "random device", "net5", "median error");
        assertThat(run("evaluate", fast, slow, "--tries", 20)).isZero();
        assertThat(out.toString()).doesNotContain("random device");
    }

    @Test
    void trainedPredictorsOfDevicesAreUsedAndTheirModelsCountAsSeen() throws IOException {
        Path fast = data("fast", 1e10);
        Path slow = data("slow", 1e9);
        Path predictor = directory.resolve("fast.predictor");
        assertThat(run("train", fast, "--out", predictor)).isZero();
        assertThat(run("evaluate", fast, slow, "--predictor", "fast=" + predictor, "--json"))
                .isZero();
        assertThat(json().path("notes").toString())
                .contains("the given predictor of fast was trained on 5 of these 5 models");
        assertThat(run("evaluate", fast, slow, "--predictor", "other=" + predictor))
                .isEqualTo(2);
        assertThat(err.toString()).contains("fast, slow").contains("other=");
    }

    @Test
    void oneDeviceIsRefused() throws IOException {
        assertThat(run("evaluate", data("pi", 1e9))).isEqualTo(1);
        assertThat(err.toString()).contains("no model was measured on 2 devices");
        assertThat(run("evaluate", data("pi", 1e9), "--devices", 1)).isEqualTo(2);
    }
}
