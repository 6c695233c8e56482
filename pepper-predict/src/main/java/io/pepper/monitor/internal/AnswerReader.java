package io.pepper.monitor.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A streaming reader of the JSON of Prometheus's HTTP interface. It bounds the contents, so that 16 MiB of JSON never
 * take a hundred times as much memory.
 */
final class AnswerReader {
    private static final int MAX_DEPTH = 16;
    private static final int MAX_SAMPLES = 50_000;
    private static final int MAX_LABELS = 500_000;
    private static final int MAX_WARNINGS = 10;

    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.CHARSET_DETECTION) // UTF-8, as RFC 8259 requires
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(1 << 16)
                    .maxNameLength(1 << 12)
                    .build())
            .build();

    private final JsonParser parser;
    private final Map<String, String> texts = new HashMap<>();
    private final List<Sample> samples = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private boolean hasVector;
    private int labels;

    private AnswerReader(JsonParser parser) {
        this.parser = parser;
    }

    /** The contents of an answer, successful or not. */
    record Contents(Map<String, String> texts, boolean hasVector, Answer answer) {
        /** Returns a text of the outermost object, or of its {@code data}; empty if there is none. */
        String text(String name) {
            return SafeText.of(texts.getOrDefault(name, ""));
        }

        boolean isSuccess() {
            return "success".equals(texts.get("status"));
        }
    }

    /** Thrown if the answer is not JSON, or not that of Prometheus. */
    static final class NotUnderstoodException extends IOException {
        private static final long serialVersionUID = 1L;

        NotUnderstoodException(String message) {
            super(message);
        }
    }

    static Contents read(byte[] bytes) throws IOException {
        try (JsonParser parser = JSON.createParser(bytes)) {
            return new AnswerReader(parser).read();
        } catch (JsonProcessingException garbage) {
            throw new NotUnderstoodException("not JSON: " + SafeText.of(garbage.getOriginalMessage()));
        }
    }

    private Contents read() throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new NotUnderstoodException("not a JSON object");
        }
        fields("");
        if (parser.nextToken() != null) {
            throw new NotUnderstoodException("something follows the JSON object");
        }
        return new Contents(texts, hasVector, new Answer(samples, warnings));
    }

    /** Reads the fields of an object. The parser is at its start before and at its end afterwards. */
    private void fields(String parent) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parent + parser.currentName();
            JsonToken value = parser.nextToken();
            if (value == JsonToken.START_OBJECT && name.equals("data")) {
                fields("data.");
            } else if (value == JsonToken.START_ARRAY && name.equals("data.result")) {
                hasVector = true;
                vector();
            } else if (value == JsonToken.START_ARRAY && name.equals("warnings")) {
                warnings();
            } else if (value.isScalarValue() && texts.size() < MAX_DEPTH) {
                texts.put(name, parser.getText());
            } else {
                parser.skipChildren();
            }
        }
    }

    private void warnings() throws IOException {
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (token.isScalarValue() && warnings.size() < MAX_WARNINGS) {
                warnings.add(SafeText.of(parser.getText()));
            } else {
                parser.skipChildren();
            }
        }
    }

    private void vector() throws IOException {
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (token != JsonToken.START_OBJECT) {
                parser.skipChildren(); // A scalar has two numbers here; the type of the result is checked later.
                continue;
            }
            if (samples.size() == MAX_SAMPLES) {
                throw new NotUnderstoodException("more than " + MAX_SAMPLES + " series");
            }
            samples.add(sample());
        }
    }

    private Sample sample() throws IOException {
        Map<String, String> metric = new HashMap<>();
        double value = Double.NaN;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            if (token == JsonToken.START_OBJECT && name.equals("metric")) {
                metric = metric();
            } else if (token == JsonToken.START_ARRAY && name.equals("value")) {
                value = value();
            } else {
                parser.skipChildren();
            }
        }
        return new Sample(metric, value);
    }

    private Map<String, String> metric() throws IOException {
        Map<String, String> metric = new HashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            if (++labels > MAX_LABELS) {
                throw new NotUnderstoodException("more than " + MAX_LABELS + " labels");
            }
            if (!token.isScalarValue()) {
                throw new NotUnderstoodException("a label that is not a text");
            }
            metric.put(name, parser.getText());
        }
        return metric;
    }

    /** Returns the second of two elements; the first is the time. */
    private double value() throws IOException {
        String text = null;
        int index = 0;
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (index++ == 1 && token.isScalarValue()) {
                text = parser.getText();
            }
            parser.skipChildren();
        }
        return number(text);
    }

    /** Parses a number in Prometheus's format; NaN if it is malformed. */
    private static double number(@Nullable String text) {
        try {
            return text == null
                    ? Double.NaN
                    : switch (text) {
                        case "+Inf" -> Double.POSITIVE_INFINITY;
                        case "-Inf" -> Double.NEGATIVE_INFINITY;
                        default -> Double.parseDouble(text);
                    };
        } catch (NumberFormatException none) {
            return Double.NaN;
        }
    }
}
