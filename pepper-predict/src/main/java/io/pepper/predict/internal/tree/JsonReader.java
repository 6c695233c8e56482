package io.pepper.predict.internal.tree;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.pepper.predict.PredictorFormatException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;

/** Reads JSON as a stream, says where it is, and bounds depth and lengths. Not thread-safe. */
final class JsonReader implements AutoCloseable {
    private static final int MOST_DEPTH = 32;
    private static final int MOST_CHARACTERS = 100_000;
    private static final int MOST_DIGITS = 64;

    /** XGBoost writes infinite thresholds as they are. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MOST_DEPTH)
                    .maxStringLength(MOST_CHARACTERS)
                    .maxNumberLength(MOST_DIGITS)
                    .build())
            .build();

    private final String source;
    private final JsonParser parser;
    private final Deque<String> path = new ArrayDeque<>();

    JsonReader(InputStream in, String source) throws IOException {
        this.source = source;
        this.parser = FACTORY.createParser(in);
        parser.nextToken();
    }

    /** Reads the value of a field, whose first token is there. */
    @FunctionalInterface
    interface Field {
        void read(String name) throws IOException;
    }

    /** Reads an element of an array, whose first token is there. */
    @FunctionalInterface
    interface Element {
        void read() throws IOException;
    }

    PredictorFormatException wrong(String problem) {
        return new PredictorFormatException(source, where(), problem);
    }

    private String where() {
        StringBuilder place = new StringBuilder();
        path.descendingIterator().forEachRemaining(step -> place.append(place.isEmpty() ? "" : ".")
                .append(step));
        return place.isEmpty() ? "the document" : place.toString();
    }

    /** Reads an object; what a field does not read is skipped. */
    void object(Field field) throws IOException {
        require(JsonToken.START_OBJECT, "an object");
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            if (parser.currentToken() == null) {
                throw wrong("the document ends early");
            }
            String name = parser.currentName();
            path.push(name);
            parser.nextToken();
            field.read(name);
            skip();
            path.pop();
        }
    }

    /** Where nothing was read of an object or array, its first token is still there. */
    private void skip() throws IOException {
        parser.skipChildren();
    }

    void array(Element element) throws IOException {
        require(JsonToken.START_ARRAY, "an array");
        int place = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() == null) {
                throw wrong("the document ends early");
            }
            path.push("[" + place + "]");
            element.read();
            path.pop();
            place++;
        }
    }

    private void require(JsonToken token, String what) throws PredictorFormatException {
        if (parser.currentToken() != token) {
            throw wrong("expected " + what + ", found " + parser.currentToken());
        }
    }

    boolean isArray() {
        return parser.currentToken() == JsonToken.START_ARRAY;
    }

    /** A text, or a number as it is written. */
    String text() throws IOException {
        if (!parser.currentToken().isScalarValue()) {
            throw wrong("expected a text or a number, found " + parser.currentToken());
        }
        return parser.getText();
    }

    int integer() throws IOException {
        String text = text();
        if (parser.currentToken() == JsonToken.VALUE_TRUE || parser.currentToken() == JsonToken.VALUE_FALSE) {
            return parser.currentToken() == JsonToken.VALUE_TRUE ? 1 : 0;
        }
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException none) {
            throw wrong("'" + text + "' is no integer");
        }
    }

    /** Straight from its digits, as XGBoost reads it: by way of a double some numbers would be rounded twice. */
    float number() throws IOException {
        String text = text();
        try {
            return Float.parseFloat(text);
        } catch (NumberFormatException none) {
            throw wrong("'" + text + "' is no number");
        }
    }

    int[] integers() throws IOException {
        Numbers numbers = new Numbers();
        array(() -> numbers.add(integer()));
        return numbers.integers();
    }

    float[] numbers() throws IOException {
        Numbers numbers = new Numbers();
        array(() -> numbers.add(Float.floatToRawIntBits(number())));
        return numbers.floats();
    }

    void end() throws IOException {
        if (parser.nextToken() != null) {
            throw wrong("something follows the end");
        }
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }
}
