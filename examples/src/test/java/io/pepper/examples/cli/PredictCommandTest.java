package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code pepper predict} of the parts of a partition. */
class PredictCommandTest extends CommandTest {
    @Test
    void eachPartOfAPartitionIsPredicted() throws IOException {
        Path data = directory.resolve("data.csv");
        Path predictor = directory.resolve("here.predictor");
        Path parts = directory.resolve("parts");
        assertThat(run(
                        "profile",
                        "--quiet-wait",
                        0,
                        model,
                        "--shape",
                        "x=1x3x48x192",
                        "--pieces",
                        1,
                        "--loads",
                        "0",
                        "--threads",
                        "1",
                        "--rounds",
                        1,
                        "--seconds",
                        0.01,
                        "--out",
                        data))
                .as(err.toString())
                .isZero();
        assertThat(run("train", data, "--out", predictor)).isZero();
        assertThat(run("split", model, "--parts", 2, "--out", parts)).isZero();
        assertThat(run("predict", parts, "--predictor", predictor))
                .as("the whole's sizes are open")
                .isEqualTo(1);
        assertThat(err.toString()).contains("is not known");
        assertThat(run("predict", parts, "--predictor", predictor, "--shape", "x=1x3x48x192", "--cores", 4, "--json"))
                .as("a part takes its sizes from the parts before")
                .isZero();
        JsonNode pieces = json().get("pieces");
        assertThat(pieces).hasSize(2).allSatisfy(piece -> {
            JsonNode device = piece.get("devices").get(0);
            assertThat(device.get("medianSeconds").asDouble()).isPositive();
            assertThat(device.get("cores").asInt()).isEqualTo(4);
        });
        assertThat(run("predict", parts, "--predictor", predictor, "--shape", "y=1x3x48x192"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--shape y: no such input");
    }
}
