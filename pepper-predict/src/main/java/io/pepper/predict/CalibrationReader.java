package io.pepper.predict;

import io.pepper.predict.internal.learn.CostTerms;
import io.pepper.predict.internal.learn.LogCosts;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** A reader of the document of a calibrated predictor. It does not trust the bytes. */
final class CalibrationReader {
    /** A factor of the time beyond this, or below its inverse, is no measurement. */
    private static final double MAX_LOG = 50;

    private static final int MAX_THREADS = 4096;
    private static final int HEXADECIMAL = 16;

    private final String source;
    private final PredictorFile.Document document;
    private final CalibrationDraft draft = new CalibrationDraft();
    private List<String> terms = List.of();
    private double[] costs = {};
    private final List<double[]> covariance = new ArrayList<>();
    private boolean found;

    CalibrationReader(String source, PredictorFile.Document document) {
        this.source = source;
        this.document = document;
    }

    CalibratedPredictor read() throws IOException {
        byte[] file = document.file();
        JsonReader.read(
                new ByteArrayInputStream(file, document.begin(), file.length - document.begin()),
                source,
                json -> json.object(name -> {
                    if (name.equals(CalibrationFile.FIELD)) {
                        found = true;
                        json.object(field -> field(json, field));
                    }
                }));
        if (!found) {
            throw wrong("the document", "it holds no calibrated predictor; StoredPredictor reads other ones");
        }
        return predictor();
    }

    /** Reads the value of the field in another document of the same file. */
    CalibratedPredictor read(JsonReader json) throws IOException {
        json.object(field -> field(json, field));
        return predictor();
    }

    private CalibratedPredictor predictor() throws PredictorFormatException {
        if (!terms.equals(CostTerms.names())) {
            throw wrong("terms", "they are not those of this library; calibrate the predictor again");
        }
        boolean inRange = draft.records >= 1
                && draft.threads >= 1
                && draft.threads <= MAX_THREADS
                && draft.spread >= 0
                && draft.spread <= MAX_LOG;
        if (!inRange) {
            throw wrong(
                    "records, threads, spread",
                    "one is missing or out of its range: " + draft.records + ", " + draft.threads + ", "
                            + draft.spread);
        }
        return new CalibratedPredictor(draft.parts(logCosts()));
    }

    private LogCosts logCosts() throws PredictorFormatException {
        try {
            return LogCosts.of(costs, covariance.toArray(double[][]::new));
        } catch (IllegalArgumentException invalid) {
            throw wrong("costs, covariance", String.valueOf(invalid.getMessage()));
        }
    }

    private void field(JsonReader json, String name) throws IOException {
        switch (name) {
            case "device" -> draft.device = json.text();
            case "platform" -> draft.platform = PlatformJson.read(json);
            case "records" -> draft.records = json.integer();
            case "threads" -> draft.threads = json.integer();
            case "heldOutError" -> draft.heldOutError = OptionalDouble.of(within(json, 0, Double.MAX_VALUE));
            case "spread" -> draft.spread = json.real();
            case "otherRuntime" -> draft.otherRuntime = Optional.of(json.text());
            case "fine" -> draft.fine = json.integer() != 0;
            case "terms" -> terms = json.texts();
            case "costs" -> costs = json.reals();
            case "covariance" -> json.array(() -> row(json));
            case "threadFactors" ->
                json.object(count -> draft.threadFactors.put(
                        whole(json, count), within(json, Math.exp(-MAX_LOG), Math.exp(MAX_LOG))));
            case "measured" -> json.object(key -> draft.measured.put(key(json, key), within(json, -MAX_LOG, MAX_LOG)));
            case "borrowed" -> json.object(key -> draft.borrowed.put(key(json, key), within(json, -MAX_LOG, MAX_LOG)));
            case "base" ->
                draft.base = Optional.of(new PredictorReader(source, document.file(), document.begin()).read(json));
            default -> {}
        }
    }

    private void row(JsonReader json) throws IOException {
        if (covariance.size() >= CostTerms.names().size()) {
            throw json.wrong("there are more rows than terms");
        }
        covariance.add(json.reals());
    }

    private static int whole(JsonReader json, String text) throws PredictorFormatException {
        try {
            int value = Integer.parseInt(text);
            if (value >= 1 && value <= MAX_THREADS) {
                return value;
            }
        } catch (NumberFormatException none) {
            throw json.wrong("'" + text + "' is not a number of threads");
        }
        throw json.wrong("'" + text + "' is not a number of threads from 1 to " + MAX_THREADS);
    }

    private static long key(JsonReader json, String text) throws PredictorFormatException {
        try {
            return Long.parseUnsignedLong(text, HEXADECIMAL);
        } catch (NumberFormatException none) {
            throw json.wrong("'" + text + "' is not a fingerprint of 16 hexadecimal digits");
        }
    }

    private static double within(JsonReader json, double least, double most) throws IOException {
        double value = json.real();
        if (!(value >= least && value <= most)) {
            throw json.wrong(value + " is not between " + least + " and " + most);
        }
        return value;
    }

    private PredictorFormatException wrong(String field, String problem) {
        return new PredictorFormatException(source, field, problem);
    }
}
