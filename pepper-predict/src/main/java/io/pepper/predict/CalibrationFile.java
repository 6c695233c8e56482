package io.pepper.predict;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.pepper.predict.internal.learn.CostTerms;
import io.pepper.predict.internal.learn.LogCosts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * The file of a calibrated predictor: the first line of a {@linkplain PredictorFile trained one}, then a document with
 * the field {@code calibration}. {@code docs/predictor-format.md} describes it.
 */
final class CalibrationFile {
    static final String FIELD = "calibration";

    private CalibrationFile() {}

    static void write(CalibratedPredictor predictor, Path file) throws IOException {
        PredictorFile.write(file, document(predictor.parts()));
    }

    private static byte[] document(CalibratedPredictor.Parts parts) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
            json.writeStartObject();
            json.writeFieldName(FIELD);
            write(json, parts);
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    /** Writes the value of the field. */
    static void write(JsonGenerator json, CalibratedPredictor.Parts parts) throws IOException {
        json.writeStartObject();
        json.writeStringField("device", parts.device());
        json.writeFieldName("platform");
        PlatformJson.write(json, parts.platform());
        json.writeNumberField("records", parts.records());
        json.writeNumberField("threads", parts.threads());
        if (parts.heldOutError().isPresent()) {
            json.writeNumberField("heldOutError", parts.heldOutError().getAsDouble());
        }
        json.writeNumberField("spread", parts.spread());
        if (parts.otherRuntime().isPresent()) {
            json.writeStringField("otherRuntime", parts.otherRuntime().get());
        }
        json.writeBooleanField("fine", parts.fine());
        costs(json, parts.costs());
        json.writeObjectFieldStart("threadFactors");
        for (Map.Entry<Integer, Double> entry : new TreeMap<>(parts.threadFactors()).entrySet()) {
            json.writeNumberField(String.valueOf(entry.getKey()), entry.getValue());
        }
        json.writeEndObject();
        residuals(json, "measured", parts.measured());
        residuals(json, "borrowed", parts.borrowed());
        if (parts.base().isPresent()) {
            json.writeFieldName("base");
            json.writeRawValue(
                    new String(PredictorFile.document(parts.base().get().parts()), StandardCharsets.UTF_8));
        }
        json.writeEndObject();
    }

    private static void costs(JsonGenerator json, LogCosts costs) throws IOException {
        json.writeArrayFieldStart("terms");
        for (String term : CostTerms.names()) {
            json.writeString(term);
        }
        json.writeEndArray();
        numbers(json, "costs", costs.costs());
        json.writeArrayFieldStart("covariance");
        for (double[] row : costs.covariance()) {
            numbers(json, row);
        }
        json.writeEndArray();
    }

    private static void numbers(JsonGenerator json, String name, double... values) throws IOException {
        json.writeFieldName(name);
        numbers(json, values);
    }

    private static void numbers(JsonGenerator json, double... values) throws IOException {
        json.writeStartArray();
        for (double value : values) {
            json.writeNumber(value);
        }
        json.writeEndArray();
    }

    private static void residuals(JsonGenerator json, String name, Map<Long, Double> values) throws IOException {
        json.writeObjectFieldStart(name);
        for (Map.Entry<Long, Double> entry : new TreeMap<>(values).entrySet()) {
            json.writeNumberField(Long.toHexString(entry.getKey()), entry.getValue());
        }
        json.writeEndObject();
    }

    static CalibratedPredictor read(Path file) throws IOException {
        return new CalibrationReader(file.toString(), PredictorFile.open(file)).read();
    }

    static CalibratedPredictor read(String source, byte[] file) throws IOException {
        return new CalibrationReader(source, PredictorFile.open(source, file)).read();
    }
}
