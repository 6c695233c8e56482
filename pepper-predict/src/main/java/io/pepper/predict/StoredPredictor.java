package io.pepper.predict;

import io.pepper.workload.LatencyPredictor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A reader of predictor files of both kinds. */
public final class StoredPredictor {
    private static final String CALIBRATED = "{\"" + CalibrationFile.FIELD + "\"";

    private StoredPredictor() {}

    /**
     * Reads a predictor.
     *
     * @param file a file that {@link TrainedPredictor#save} or {@link CalibratedPredictor#save} wrote
     * @return a trained or a calibrated predictor
     * @throws PredictorFormatException if the file holds no predictor, was changed, or is of another version
     * @throws IOException if the file cannot be read
     */
    public static LatencyPredictor load(Path file) throws IOException {
        PredictorFile.Document document = PredictorFile.open(file);
        int length = Math.min(CALIBRATED.length(), document.file().length - document.begin());
        String start = new String(document.file(), document.begin(), length, StandardCharsets.UTF_8);
        return start.equals(CALIBRATED)
                ? new CalibrationReader(file.toString(), document).read()
                : new PredictorReader(file.toString(), document.file(), document.begin()).read();
    }
}
