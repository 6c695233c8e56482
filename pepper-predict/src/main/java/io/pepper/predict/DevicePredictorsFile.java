package io.pepper.predict;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.pepper.workload.DevicePredictors;
import io.pepper.workload.LatencyPredictor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file of the predictors of several devices: the first line of a {@linkplain PredictorFile trained one}, then a
 * document with the field {@code devices}. {@code docs/predictor-format.md} describes it.
 */
final class DevicePredictorsFile {
    static final String FIELD = "devices";
    private static final String TRAINED = "trained";
    private static final String NAME = "name";
    private static final int MAX_DEVICES = 1024;
    private static final int MAX_NAME = 200;

    private DevicePredictorsFile() {}

    static void write(Map<String, LatencyPredictor> predictors, Path file) throws IOException {
        if (predictors.isEmpty() || predictors.size() > MAX_DEVICES) {
            throw new IllegalArgumentException(
                    predictors.size() + " predictors: a file has at least one and at most " + MAX_DEVICES);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
            json.writeStartObject();
            json.writeArrayFieldStart(FIELD);
            for (Map.Entry<String, LatencyPredictor> entry : predictors.entrySet()) {
                write(json, entry.getKey(), entry.getValue());
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        PredictorFile.write(file, bytes.toByteArray());
    }

    private static void write(JsonGenerator json, String name, LatencyPredictor predictor) throws IOException {
        if (isWrong(name)) {
            throw new IllegalArgumentException("a predictor in a file of several has a name of 1 to " + MAX_NAME
                    + " characters, found '" + name + "'");
        }
        json.writeStartObject();
        json.writeStringField(NAME, name);
        if (predictor instanceof TrainedPredictor trained) {
            json.writeFieldName(TRAINED);
            json.writeRawValue(text(PredictorFile.document(trained.parts())));
        } else if (predictor instanceof CalibratedPredictor calibrated) {
            json.writeFieldName(CalibrationFile.FIELD);
            CalibrationFile.write(json, calibrated.parts());
        } else {
            throw new IllegalArgumentException("the predictor '" + name + "' is neither trained nor calibrated: "
                    + predictor.getClass().getName());
        }
        json.writeEndObject();
    }

    private static String text(byte[] document) {
        return new String(document, StandardCharsets.UTF_8);
    }

    private static boolean isWrong(String name) {
        return name.isBlank() || name.length() > MAX_NAME;
    }

    /** A reader of such a document. It does not trust the bytes. */
    static final class Reader {
        private final Path file;
        private final PredictorFile.Document document;
        private final Set<String> names = new HashSet<>();
        private DevicePredictors found = DevicePredictors.NONE;

        Reader(Path file, PredictorFile.Document document) {
            this.file = file;
            this.document = document;
        }

        DevicePredictors read() throws IOException {
            byte[] all = document.file();
            JsonReader.read(
                    new ByteArrayInputStream(all, document.begin(), all.length - document.begin()),
                    file.toString(),
                    json -> json.object(field -> {
                        if (field.equals(FIELD)) {
                            json.array(() -> add(json));
                        }
                    }));
            if (names.isEmpty()) {
                throw new PredictorFormatException(file.toString(), FIELD, "there is no predictor in it");
            }
            return found;
        }

        private void add(JsonReader json) throws IOException {
            if (names.size() >= MAX_DEVICES) {
                throw json.wrong("there are more than " + MAX_DEVICES + " devices");
            }
            Draft draft = new Draft();
            String source = file + ", " + FIELD + "[" + names.size() + "]";
            json.object(field -> {
                switch (field) {
                    case NAME -> draft.name = json.text();
                    case TRAINED ->
                        draft.predictor = new PredictorReader(source, document.file(), document.begin()).read(json);
                    case CalibrationFile.FIELD -> draft.predictor = new CalibrationReader(source, document).read(json);
                    default -> {}
                }
            });
            if (isWrong(draft.name)) {
                throw json.wrong("its name has " + draft.name.length() + " characters, not 1 to " + MAX_NAME);
            }
            if (draft.predictor == null) {
                throw json.wrong("'" + draft.name + "' has neither a trained nor a calibrated predictor");
            }
            if (!names.add(draft.name)) {
                throw json.wrong("there is another predictor for '" + draft.name + "' in the file");
            }
            found = found.withPredictor(draft.name, draft.predictor, file.toString());
        }
    }

    /** A predictor and its name while they are read. */
    private static final class Draft {
        private String name = "";
        private @Nullable LatencyPredictor predictor;
    }
}
