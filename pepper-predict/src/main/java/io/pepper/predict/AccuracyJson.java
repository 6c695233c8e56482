package io.pepper.predict;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes and reads an accuracy as JSON. Fields that are NaN or infinite are left out. */
final class AccuracyJson {
    private AccuracyJson() {}

    static Map<String, Double> fields(Accuracy accuracy) {
        Map<String, Double> fields = new LinkedHashMap<>();
        fields.put("records", (double) accuracy.records());
        fields.put("maeSeconds", accuracy.maeSeconds());
        fields.put("rmseSeconds", accuracy.rmseSeconds());
        fields.put("r2", accuracy.r2());
        fields.put("mape", accuracy.mape());
        fields.put("medianApe", accuracy.medianApe());
        fields.put("within10", accuracy.within10());
        fields.put("within20", accuracy.within20());
        fields.put("rankCorrelation", accuracy.rankCorrelation());
        fields.put("p90Coverage", accuracy.p90Coverage());
        return fields;
    }

    static void write(JsonGenerator json, Accuracy accuracy) throws IOException {
        json.writeStartObject();
        for (Map.Entry<String, Double> field : fields(accuracy).entrySet()) {
            if (Double.isFinite(field.getValue())) {
                json.writeNumberField(field.getKey(), field.getValue());
            }
        }
        json.writeEndObject();
    }

    static Accuracy read(JsonReader json) throws IOException {
        Map<String, Double> fields = new HashMap<>();
        json.object(name -> fields.put(name, json.real()));
        return new Accuracy(
                fields.getOrDefault("records", 0.0).intValue(),
                fields.getOrDefault("maeSeconds", Double.NaN),
                fields.getOrDefault("rmseSeconds", Double.NaN),
                fields.getOrDefault("r2", Double.NaN),
                fields.getOrDefault("mape", Double.NaN),
                fields.getOrDefault("medianApe", Double.NaN),
                fields.getOrDefault("within10", Double.NaN),
                fields.getOrDefault("within20", Double.NaN),
                fields.getOrDefault("rankCorrelation", Double.NaN),
                fields.getOrDefault("p90Coverage", Double.NaN));
    }
}
