package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.pepper.workload.Prediction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StarterPredictorsTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Raspberry Pi 4",
                "raspberry-pi-4",
                "Raspberry Pi 4 Model B Rev 1.4",
                "RASPBERRY_PI_5",
                "jetson nano developer kit",
                "snapdragon 855 plus",
                "rk3588s"
            })
    void kindsAreFoundHoweverTheyAreWritten(String kind) {
        assertThat(StarterPredictors.of(kind)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Raspberry Pi 40", "Raspberry Pi", "Raspberry Pi 3", "", "celeron"})
    void otherKindsAreNotTakenForThem(String kind) {
        assertThat(StarterPredictors.of(kind)).isEmpty();
    }

    @Test
    void theyAreThoseOfThePublishedTables() throws IOException {
        assertThat(StarterPredictors.all()).hasSameSizeAs(StarterPredictors.names());
        for (CalibratedPredictor predictor : StarterPredictors.all()) {
            for (LatencyRecord entry : BoardData.boards().records()) {
                if (entry.device().device().equals(predictor.device())) {
                    Prediction found = predictor.predict(entry.work(), entry.threads(), entry.device());
                    double measured = entry.timing().medianSeconds();
                    assertThat(found.medianSeconds() / measured)
                            .as(predictor.device() + " " + entry.model())
                            .isBetween(0.85, 1.2);
                }
            }
        }
    }

    /** Whoever changes the terms of calibrations has to write the files anew: the resources' README says how. */
    @Test
    void theFilesAreWhatTheLibraryMakesOfTheTablesToday() throws IOException {
        LatencyDataset tables = BoardData.boards();
        Map<String, List<LatencyRecord>> boards =
                tables.group(entry -> entry.device().device());
        for (CalibratedPredictor starter : StarterPredictors.all()) {
            List<LatencyRecord> records = boards.get(starter.device());
            CalibratedPredictor today =
                    DeviceCalibration.of(List.of(), LatencyDataset.of(records)).predictor();
            for (LatencyRecord entry : records) {
                double expected = today.predict(entry.work(), entry.threads(), entry.device())
                        .medianSeconds();
                assertThat(starter.predict(entry.work(), entry.threads(), entry.device())
                                .medianSeconds())
                        .as(starter.device() + " " + entry.model())
                        .isCloseTo(expected, within(1e-6 * expected));
            }
        }
    }

    @Test
    void theySayThatTheirRuntimeIsAnotherAlsoAfterSaving() throws IOException {
        CalibratedPredictor pi = StarterPredictors.of("raspberry-pi-4").orElseThrow();
        assertThat(pi.caveats()).anySatisfy(caveat -> assertThat(caveat).contains("ncnn", "ONNX Runtime differ"));
        Path file = directory.resolve("pi.predictor");
        pi.save(file);
        assertThat(CalibratedPredictor.load(file).caveats()).isEqualTo(pi.caveats());
    }
}
