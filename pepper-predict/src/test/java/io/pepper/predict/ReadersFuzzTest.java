package io.pepper.predict;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pepper.cluster.DeviceState;
import io.pepper.document.InvalidFileException;
import io.pepper.workload.DevicePredictors;
import io.pepper.workload.Kernel;
import io.pepper.workload.KernelFamily;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Workload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever bytes a reader is given, it reads them or refuses them by name, and what it reads can be used. In the build the inputs
 * beside this class are tried; with {@code JAZZER_FUZZ=1} and one method chosen, new ones are looked for.
 */
@Tag("fuzz")
class ReadersFuzzTest {
    private static final Workload WORK =
            Workload.builder().add(Kernel.of(KernelFamily.COPY, 1, 1e3, 1e3)).build();

    @TempDir
    static Path directory;

    @FuzzTest(maxDuration = "60m")
    void predictor(byte[] data) throws IOException {
        Path file = directory.resolve("fuzz.predictor");
        SignedDocument.write(file, data);
        try {
            TrainedPredictor predictor = TrainedPredictor.load(file);
            predictor.predict(WORK, 1, DeviceState.of("fuzz"));
            predictor.extrapolations(WORK, 1, DeviceState.of("fuzz"));
        } catch (PredictorFormatException refused) {
            // As it should be.
        }
    }

    @FuzzTest(maxDuration = "60m")
    void calibration(byte[] data) throws IOException {
        Path file = directory.resolve("fuzz-calibrated.predictor");
        SignedDocument.write(file, data);
        try {
            CalibratedPredictor.load(file).predict(Workload.builder().build(), 1, DeviceState.of("fuzz"));
        } catch (PredictorFormatException refused) {
            // As it should be.
        }
    }

    @FuzzTest(maxDuration = "60m")
    void severalDevices(byte[] data) throws IOException {
        Path file = directory.resolve("fuzz-several.predictor");
        SignedDocument.write(file, data);
        try {
            LatencyPredictor read = StoredPredictor.load(file);
            if (read instanceof DevicePredictors several) {
                several.byName().values().forEach(each -> each.predict(WORK, 1, DeviceState.of("fuzz")));
            }
        } catch (PredictorFormatException refused) {
            // As it should be.
        }
    }

    @FuzzTest(maxDuration = "60m")
    void trees(byte[] data) {
        try {
            TreeEnsemble trees = TreeEnsemble.read(data, "fuzz");
            trees.predict(new float[trees.features()]);
        } catch (PredictorFormatException refused) {
            // As it should be.
        }
    }

    @FuzzTest(maxDuration = "60m")
    void foreign(byte[] data) throws IOException {
        Path file = Files.write(directory.resolve("fuzz.json"), data);
        try {
            XgboostPredictor.read(file, FeatureSchema.PAPER, XgboostPredictor.Target.LOG_SECONDS)
                    .predict(Workload.builder().build(), 1, DeviceState.of("fuzz"));
        } catch (PredictorFormatException | IllegalArgumentException refused) {
            // As it should be.
        }
    }

    @FuzzTest(maxDuration = "60m")
    void dataset(byte[] data) {
        try {
            Path file = Files.write(directory.resolve("fuzz.csv"), data);
            LatencyDataset.read(file).averaged().sha256();
        } catch (IOException refused) {
            // As it should be.
        }
    }

    @FuzzTest(maxDuration = "60m")
    void campaign(byte[] data) throws IOException {
        try {
            CampaignOptions read = CampaignOptions.fromJson(
                    new String(data, StandardCharsets.UTF_8),
                    Map.of("model-1/a.onnx", directory.resolve("a.onnx"), "b", directory.resolve("b.onnx")));
            CampaignOptions.fromJson(read.toJson(), read.files());
        } catch (InvalidFileException refused) {
            // As it should be.
        }
    }
}
