package io.pepper.predict;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;

/** Writes and reads an accuracy as JSON. Unknown numbers are left out. */
final class AccuracyJson {
    private AccuracyJson() {}

    static void write(JsonGenerator json, Accuracy accuracy) throws IOException {
        json.writeStartObject();
        json.writeNumberField("records", accuracy.records());
        json.writeNumberField("maeSeconds", accuracy.maeSeconds());
        json.writeNumberField("rmseSeconds", accuracy.rmseSeconds());
        write(json, "r2", accuracy.r2());
        json.writeNumberField("mape", accuracy.mape());
        json.writeNumberField("medianApe", accuracy.medianApe());
        json.writeNumberField("within10", accuracy.within10());
        json.writeNumberField("within20", accuracy.within20());
        write(json, "rankCorrelation", accuracy.rankCorrelation());
        write(json, "p90Coverage", accuracy.p90Coverage());
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, String field, OptionalDouble value) throws IOException {
        if (value.isPresent()) {
            json.writeNumberField(field, value.getAsDouble());
        }
    }

    static Accuracy read(JsonReader json) throws IOException {
        Map<String, Double> fields = new HashMap<>();
        json.object(name -> fields.put(name, json.real()));
        return new Accuracy(
                (int) known(fields, "records", json),
                known(fields, "maeSeconds", json),
                known(fields, "rmseSeconds", json),
                optional(fields, "r2"),
                known(fields, "mape", json),
                known(fields, "medianApe", json),
                known(fields, "within10", json),
                known(fields, "within20", json),
                optional(fields, "rankCorrelation"),
                optional(fields, "p90Coverage"));
    }

    private static double known(Map<String, Double> fields, String name, JsonReader json) throws IOException {
        Double value = fields.get(name);
        if (value == null) {
            throw json.wrong("it has no " + name);
        }
        return value;
    }

    private static OptionalDouble optional(Map<String, Double> fields, String name) {
        Double value = fields.get(name);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }
}
