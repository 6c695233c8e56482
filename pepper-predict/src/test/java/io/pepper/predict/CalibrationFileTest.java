package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CalibrationFileTest {
    @TempDir
    Path directory;

    private Path file = Path.of("");
    private List<LatencyRecord> records = List.of();

    @BeforeEach
    void save() throws IOException {
        records = BoardData.boards().group(entry -> entry.device().device()).getOrDefault("rk3588s", List.of());
        file = directory.resolve("board.predictor");
        DeviceCalibration.of(List.of(), LatencyDataset.of(records)).predictor().save(file);
    }

    private String document() throws IOException {
        String text = Files.readString(file);
        return text.substring(text.indexOf('\n') + 1);
    }

    @Test
    void predictsTheSameAfterReading() throws IOException {
        CalibratedPredictor read = CalibratedPredictor.load(file);
        CalibratedPredictor saved =
                DeviceCalibration.of(List.of(), LatencyDataset.of(records)).predictor();
        for (LatencyRecord entry : records) {
            assertThat(read.predict(entry.work(), 1, entry.device()))
                    .isEqualTo(saved.predict(entry.work(), 1, entry.device()));
        }
        assertThat(read).hasToString(saved.toString());
        assertThat(read.caveats()).isEqualTo(saved.caveats());
        assertThat(read.device()).isEqualTo("rk3588s");
        assertThat(read.records()).isEqualTo(records.size());
    }

    @ParameterizedTest
    @CsvSource({
        "'\"records\":27', '\"records\":0', 'records, threads, spread'",
        "'\"threads\":1', '\"threads\":100000', 'records, threads, spread'",
        "'\"terms\":[\"kernels\",', '\"terms\":[\"grains\",', 'calibrate the predictor again'",
        "'\"costs\":[', '\"costs\":[1e400,', 'costs, covariance'",
        "'\"costs\":[', '\"costs\":[1,', 'costs, covariance'",
        "'\"covariance\":[[', '\"covariance\":[[],[', 'more rows than terms'",
        "'\"covariance\":[[', '\"covariance\":[[NaN,', 'costs, covariance'",
        "'\"threadFactors\":{', '\"threadFactors\":{\"-1\":1', 'number of threads'",
        "'\"threadFactors\":{', '\"threadFactors\":{\"2\":0', 'threadFactors.2'",
        "'\"measured\":{', '\"measured\":{\"zz\":1,', 'is not a fingerprint'",
        "'\"measured\":{', '\"measured\":{\"1\":NaN,', 'measured.1'",
        "'\"borrowed\":{', '\"borrowed\":{\"1\":1e9', 'borrowed.1'",
        "'\"spread\":', '\"spread\":-', 'records, threads, spread'",
        "'\"calibration\"', '\"celebration\"', 'holds no calibrated predictor'",
    })
    void refusesWrongNumbersByTheirField(String found, String wrong, String message) throws IOException {
        String document = document();
        assertThat(document).contains(found);
        SignedDocument.write(file, document.replace(found, wrong).getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> CalibratedPredictor.load(file))
                .isInstanceOf(PredictorFormatException.class)
                .hasMessageContaining(message)
                .hasMessageContaining("board.predictor");
    }

    @Test
    void namesTheOtherKindOfFile() {
        assertThatThrownBy(() -> TrainedPredictor.load(file))
                .isInstanceOf(PredictorFormatException.class)
                .hasMessageContaining("calibrated predictor, which CalibratedPredictor reads");
    }

    @Test
    void refusesAChangedFile() throws IOException {
        Files.writeString(file, Files.readString(file).replace("rk3588s", "rk3588t"));
        assertThatThrownBy(() -> CalibratedPredictor.load(file))
                .isInstanceOf(PredictorFormatException.class)
                .hasMessageContaining("the file was changed");
    }
}
