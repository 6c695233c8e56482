package io.pepper.predict;

import io.pepper.workload.DevicePredictors;
import io.pepper.workload.LatencyPredictor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A reader of predictor files of all kinds, and a writer of files with the predictors of several devices. */
public final class StoredPredictor {
    private static final String CALIBRATED = "{\"" + CalibrationFile.FIELD + "\"";
    private static final String SEVERAL = "{\"" + DevicePredictorsFile.FIELD + "\"";

    private StoredPredictor() {}

    /**
     * Reads a predictor.
     *
     * @param file a file that {@link TrainedPredictor#save}, {@link CalibratedPredictor#save} or {@link #save} wrote
     * @return a {@link TrainedPredictor}, a {@link CalibratedPredictor}, or {@link DevicePredictors} of several devices
     * @throws PredictorFormatException if the file holds no predictor, was changed, or is of another version
     * @throws IOException if the file cannot be read
     */
    public static LatencyPredictor load(Path file) throws IOException {
        PredictorFile.Document document = PredictorFile.open(file);
        if (startsWith(document, SEVERAL)) {
            return new DevicePredictorsFile.Reader(file, document).read();
        }
        return startsWith(document, CALIBRATED)
                ? new CalibrationReader(file.toString(), document).read()
                : new PredictorReader(file.toString(), document.file(), document.begin()).read();
    }

    private static boolean startsWith(PredictorFile.Document document, String text) {
        int length = Math.min(text.length(), document.file().length - document.begin());
        return new String(document.file(), document.begin(), length, StandardCharsets.UTF_8).equals(text);
    }

    /**
     * Writes the predictors of several devices to one file. The file appears whole or not at all, and replaces an existing
     * one.
     *
     * @param predictors trained and calibrated predictors, each under the name of a device or of a kind of devices
     * @param file the file to write
     * @throws IllegalArgumentException if there is no predictor, more than 1,024, one without a name or with a longer name
     *     than 200 characters, or one of another type
     * @throws IOException if the file cannot be written
     */
    public static void save(DevicePredictors predictors, Path file) throws IOException {
        DevicePredictorsFile.write(predictors.byName(), file);
    }
}
