package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.predict.LatencyDataset;
import io.pepper.predict.LatencyRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Times of another tool, from the table to a calibrated predictor. */
class ImportCommandTest extends CommandTest {
    private Path table(String... lines) throws IOException {
        return Files.writeString(directory.resolve("times.csv"), String.join("\n", lines) + "\n");
    }

    @Test
    void aTableOfTimesCalibratesAPredictor() throws IOException {
        Path data = directory.resolve("pi.csv");
        assertThat(run(
                        "import",
                        table("model,milliseconds", "classifier,20", "absent,5"),
                        "--models",
                        directory,
                        "--device",
                        "kitchen",
                        "--kind",
                        "raspberry-pi-5",
                        "--cores",
                        4,
                        "--runtime",
                        "ncnn",
                        "--shape",
                        SIZES,
                        "--out",
                        data,
                        "--json"))
                .as(err.toString())
                .isZero();
        assertThat(json().path("records").asInt()).isEqualTo(1);
        assertThat(json().path("devices").get(0).asText()).isEqualTo("kitchen");
        assertThat(json().path("problems").get(0).asText()).contains("times.csv:3", "absent.onnx");
        assertThat(err.toString()).contains("absent.onnx");
        LatencyRecord record = LatencyDataset.read(data).records().get(0);
        assertThat(record.device().model()).contains("raspberry-pi-5");
        assertThat(record.device().platform().runtime()).contains("ncnn");

        Path predictor = directory.resolve("pi.predictor");
        assertThat(run("calibrate", "--records", data, "--predictor", "starter:raspberry-pi-5", "--out", predictor))
                .as(err.toString())
                .isZero();
        assertThat(run(
                        "predict",
                        model,
                        "--shape",
                        SIZES,
                        "--predictor",
                        predictor,
                        "--device-kind",
                        "raspberry-pi-5",
                        "--json"))
                .as(err.toString())
                .isZero();
        assertThat(json().path("pieces")
                        .get(0)
                        .path("devices")
                        .get(0)
                        .path("medianSeconds")
                        .asDouble())
                .isBetween(0.015, 0.025);
    }

    @Test
    void withoutAnyUsableRowNothingIsWritten() throws IOException {
        Path data = directory.resolve("pi.csv");
        assertThat(run(
                        "import",
                        table("model,seconds", "absent,5"),
                        "--models",
                        directory,
                        "--device",
                        "pi",
                        "--out",
                        data))
                .isEqualTo(1);
        assertThat(err.toString()).contains("absent.onnx").contains("no row can be used");
        assertThat(data).doesNotExist();
        assertThat(run(
                        "import",
                        table("model,seconds", "classifier,5"),
                        "--models",
                        directory,
                        "--device",
                        "pi",
                        "--out",
                        data))
                .isEqualTo(1);
        assertThat(err.toString())
                .as("the open sizes")
                .contains("classifier.onnx")
                .contains("--shape");
    }

    @Test
    void aModelOutsideOfTheDirectoryIsNotRead() throws IOException {
        Path models = Files.createDirectory(directory.resolve("models"));
        assertThat(run(
                        "import",
                        table("model,seconds", "../classifier,5"),
                        "--models",
                        models,
                        "--device",
                        "pi",
                        "--out",
                        directory.resolve("pi.csv")))
                .isEqualTo(1);
        assertThat(err.toString()).contains("outside of");
    }
}
