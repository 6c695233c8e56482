package io.pepper.predict;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Reads JSON as a stream, says where it is, and bounds depth and lengths: bytes are not trusted. Inside of an object or array
 * the first token of a value is there when it is to be read. Not thread-safe.
 */
final class JsonReader implements AutoCloseable {
    private static final int MOST_DEPTH = 32;
    private static final int MOST_CHARACTERS = 100_000;
    private static final int MOST_DIGITS = 64;

    /** XGBoost writes infinite thresholds as they are. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .disable(JsonFactory.Feature.CHARSET_DETECTION) // UTF-8, as RFC 8259 says
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MOST_DEPTH)
                    .maxStringLength(MOST_CHARACTERS)
                    .maxNumberLength(MOST_DIGITS)
                    .build())
            .build();

    private final String source;
    private final JsonParser parser;
    private final Deque<String> path = new ArrayDeque<>();

    private JsonReader(JsonParser parser, String source) {
        this.source = source;
        this.parser = parser;
    }

    /** What is to be done with a document. */
    @FunctionalInterface
    public interface Document {
        /**
         * Reads the document.
         *
         * @param json at its first token
         * @throws IOException if it cannot
         */
        void read(JsonReader json) throws IOException;
    }

    /** What is to be done with a field. */
    @FunctionalInterface
    public interface Field {
        /**
         * Reads the value of a field, or leaves it, so that it is skipped.
         *
         * @param name the field's name
         * @throws IOException if it cannot
         */
        void read(String name) throws IOException;
    }

    /** What is to be done with an element of an array. */
    @FunctionalInterface
    public interface Element {
        /**
         * Reads the element.
         *
         * @throws IOException if it cannot
         */
        void read() throws IOException;
    }

    /**
     * Reads a document to its end.
     *
     * @param in its bytes
     * @param source what to call it in messages
     * @param document what to do
     * @throws PredictorFormatException if it is no JSON, or not what was expected
     * @throws IOException if it cannot be read
     */
    public static void read(InputStream in, String source, Document document) throws IOException {
        try (JsonReader json = new JsonReader(FACTORY.createParser(in), source)) {
            json.parser.nextToken();
            document.read(json);
            if (json.parser.nextToken() != null) {
                throw json.wrong("something follows the end");
            }
        } catch (JsonProcessingException malformed) {
            throw new PredictorFormatException(
                    source, "JSON", String.valueOf(malformed.getOriginalMessage()), malformed);
        }
    }

    /**
     * What is wrong here.
     *
     * @param problem for a person
     * @return the exception to throw
     */
    public PredictorFormatException wrong(String problem) {
        return new PredictorFormatException(source, where(), problem);
    }

    private String where() {
        StringBuilder place = new StringBuilder();
        path.descendingIterator().forEachRemaining(step -> place.append(place.isEmpty() ? "" : ".")
                .append(step));
        return place.isEmpty() ? "the document" : place.toString();
    }

    /**
     * Reads an object.
     *
     * @param field called for each field
     * @throws IOException if it is none
     */
    public void object(Field field) throws IOException {
        require(JsonToken.START_OBJECT, "an object");
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            path.push(String.valueOf(name));
            parser.nextToken();
            field.read(String.valueOf(name));
            parser.skipChildren();
            path.pop();
        }
    }

    /**
     * Reads an array.
     *
     * @param element called for each element
     * @throws IOException if it is none
     */
    public void array(Element element) throws IOException {
        require(JsonToken.START_ARRAY, "an array");
        int place = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
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

    /**
     * Reads a text, or anything else that is not made of parts, as it is written.
     *
     * @return its characters
     * @throws IOException if it is an object or array
     */
    public String text() throws IOException {
        JsonToken token = parser.currentToken();
        if (token == null || !token.isScalarValue()) {
            throw wrong("expected a text or a number, found " + token);
        }
        return parser.getText();
    }

    /**
     * Reads an integer, also one that is written as a text.
     *
     * @return its value, 1 for true and 0 for false
     * @throws IOException if it is none, or beyond 32 bits
     */
    public int integer() throws IOException {
        String text = text();
        if (parser.currentToken().isBoolean()) {
            return parser.getBooleanValue() ? 1 : 0;
        }
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException none) {
            throw wrong("'" + text + "' is no integer");
        }
    }

    /**
     * Reads a number straight from its digits, as XGBoost does: by way of a double some would be rounded twice.
     *
     * @return its value
     * @throws IOException if it is none
     */
    public float number() throws IOException {
        String text = text();
        try {
            return Float.parseFloat(text);
        } catch (NumberFormatException none) {
            throw wrong("'" + text + "' is no number");
        }
    }

    /**
     * Reads a number of 64 bits.
     *
     * @return its value
     * @throws IOException if it is none
     */
    public double real() throws IOException {
        String text = text();
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException none) {
            throw wrong("'" + text + "' is no number");
        }
    }

    /**
     * Reads an array of integers.
     *
     * @return its elements
     * @throws IOException if it is none
     */
    public int[] integers() throws IOException {
        return integers(Integer.MAX_VALUE);
    }

    /**
     * Reads an array of integers.
     *
     * @param most how many there may be
     * @return its elements
     * @throws IOException if it is none, or longer
     */
    public int[] integers(int most) throws IOException {
        Numbers numbers = new Numbers();
        array(() -> numbers.add(within(most, numbers, integer())));
        return numbers.integers();
    }

    private int within(int most, Numbers numbers, int value) throws PredictorFormatException {
        if (numbers.size() >= most) {
            throw wrong("there are more numbers than the " + most + " that are allowed");
        }
        return value;
    }

    /**
     * Reads an array of numbers.
     *
     * @return its elements
     * @throws IOException if it is none
     */
    public float[] numbers() throws IOException {
        return numbers(Integer.MAX_VALUE);
    }

    /**
     * Reads an array of numbers.
     *
     * @param most how many there may be
     * @return its elements
     * @throws IOException if it is none, or longer
     */
    public float[] numbers(int most) throws IOException {
        Numbers numbers = new Numbers();
        array(() -> numbers.add(within(most, numbers, Float.floatToRawIntBits(number()))));
        return numbers.floats();
    }

    /**
     * Reads an array of numbers of 64 bits.
     *
     * @return its elements
     * @throws IOException if it is none
     */
    public double[] reals() throws IOException {
        List<Double> numbers = new ArrayList<>();
        array(() -> numbers.add(real()));
        return numbers.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /**
     * Reads an array of texts.
     *
     * @return its elements
     * @throws IOException if it is none
     */
    public List<String> texts() throws IOException {
        List<String> texts = new ArrayList<>();
        array(() -> texts.add(text()));
        return texts;
    }

    /**
     * Where the current token begins.
     *
     * @return bytes from the beginning of the document
     */
    public int begin() {
        return Math.toIntExact(parser.currentTokenLocation().getByteOffset());
    }

    /**
     * Where the current token ends.
     *
     * @return bytes from the beginning of the document
     */
    public int end() {
        return Math.toIntExact(parser.currentLocation().getByteOffset());
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }
}
