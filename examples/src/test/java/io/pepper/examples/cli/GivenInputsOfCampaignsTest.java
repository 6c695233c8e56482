package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.pepper.predict.LatencyDataset;
import io.pepper.session.TensorFiles;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Campaigns on values that the user gives, such as a photograph. */
class GivenInputsOfCampaignsTest extends CommandTest {
    private Path image(long... shape) throws IOException, OrtException {
        Path file = directory.resolve("image.npy");
        int elements = 1;
        for (long size : shape) {
            elements *= (int) size;
        }
        float[] values = new float[elements];
        Arrays.fill(values, 0.25f);
        try (OnnxTensor tensor =
                OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), FloatBuffer.wrap(values), shape)) {
            TensorFiles.write(file, "x", tensor);
        }
        return file;
    }

    private int profile(Object... more) {
        Object[] quickly = {
            "--quiet-wait", 0, "--loads", 0, "--threads", 1, "--rounds", 1, "--seconds", 0.01, "--pieces", 3, "--json"
        };
        return run(with(with(quickly, more), "profile", model, "--out", directory.resolve("data.csv")));
    }

    @Test
    void theWholeModelAndItsPiecesRunOnTheGivenValuesWhichAlsoStateTheSizes() throws Exception {
        assertThat(profile("--input", "x=" + image(1, 3, 48, 192)))
                .as(err.toString())
                .isZero();
        assertThat(json().path("records").asInt()).isEqualTo(4);
        assertThat(json().path("problems")).isEmpty();
        LatencyDataset data = LatencyDataset.read(directory.resolve("data.csv"));
        assertThat(data.records())
                .allSatisfy(
                        entry -> assertThat(entry.work().total().operators()).isPositive());
    }

    @Test
    void theyAlsoReachPiecesInChildProcesses() throws Exception {
        assertThat(profile("--input", "x=" + image(1, 3, 48, 192), "--isolated", "--candidates", 2))
                .as(err.toString())
                .isZero();
        assertThat(json().path("problems")).isEmpty();
        assertThat(json().path("records").asInt()).isEqualTo(6);
    }

    @Test
    void unknownInputsAndOtherShapesAreRefusedBeforeAnythingIsMeasured() throws Exception {
        Path image = image(1, 3, 32, 192);
        assertThat(profile("--input", "y=" + image)).isEqualTo(2);
        assertThat(err.toString()).contains("--input y=", "no model has such an input");
        assertThat(profile("--input", "x=" + image(3, 48))).isEqualTo(1);
        assertThat(err.toString()).contains("input x", "image.npy has float[3,48]");
        assertThat(profile("--input", "x=" + image(1, 3, 32, 192), "--shape", SIZES))
                .isEqualTo(2);
        assertThat(err.toString()).contains("the shape [1, 3, 32, 192]", "--shape or --dim states [1, 3, 48, 192]");
        assertThat(directory.resolve("data.csv")).doesNotExist();
    }
}
