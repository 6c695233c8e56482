package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code pepper profile}, {@code train} and {@code predict}, one after the other. */
class ProfileCommandTest extends CommandTest {
    @Test
    void aProfileIsTrainedOnAndPredictedFrom() throws IOException {
        Path data = directory.resolve("data.csv");
        Object[] profile = {
            "profile",
            "--quiet-wait",
            0,
            model,
            "--shape",
            "x=1,3,48,192",
            "--pieces",
            2,
            "--loads",
            "0,50",
            "--threads",
            "1",
            "--rounds",
            1,
            "--seconds",
            0.01,
            "--device",
            "here",
            "--out",
            data,
            "--json"
        };
        assertThat(run(profile)).as(err.toString()).isZero();
        assertThat(json().get("records").asInt()).isEqualTo(6);
        assertThat(run(profile)).as("again: all is there already").isZero();
        assertThat(json().get("records").asInt()).isEqualTo(6);
        assertThat(run("profile", "--out", data)).isEqualTo(2);

        Path predictor = directory.resolve("here.predictor");
        assertThat(run("train", data, "--out", predictor, "--json"))
                .as(err.toString())
                .isZero();
        assertThat(names(json()))
                .containsExactly(
                        "predictor",
                        "schema",
                        "records",
                        "dataSha256",
                        "marked",
                        "far",
                        "kept",
                        "borrowed",
                        "heldBack",
                        "errors",
                        "choices",
                        "deviceChoices",
                        "problems");
        assertThat(json().get("heldBack").get("rows").get("medianApe").asDouble())
                .isNotNegative();
        assertThat(run("train", data, "--schema", "paper", "--out", directory.resolve("paper.predictor")))
                .isZero();
        assertThat(out.toString()).contains("paper version 1, 10 features, trained on 6 records");

        assertThat(run("predict", model, "--predictor", predictor, "--shape", "x=1x3x48x192", "--load", 50, "--json"))
                .as(err.toString())
                .isZero();
        JsonNode device = json().get("pieces").get(0).get("devices").get(0);
        assertThat(device.get("cpuLoadPercent").asDouble()).isEqualTo(50);
        assertThat(device.get("medianSeconds").asDouble()).isPositive();
        assertThat(device.get("p90Seconds").asDouble())
                .isGreaterThanOrEqualTo(device.get("medianSeconds").asDouble());
        assertThat(run("predict", model, "--predictor", predictor)).isEqualTo(1);
        assertThat(err.toString()).contains("--shape x=1x");
        assertThat(run("predict", model, "--predictor", model)).isEqualTo(1);
        assertThat(err.toString()).contains("it does not begin with 'PEPPER-PREDICTOR 1'");
        assertThat(run(
                        "predict",
                        model,
                        "--predictor",
                        predictor,
                        "--prometheus",
                        "http://127.0.0.1:1",
                        "--shape",
                        "x=1x3x48x192"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("http://127.0.0.1:1");
    }
}
