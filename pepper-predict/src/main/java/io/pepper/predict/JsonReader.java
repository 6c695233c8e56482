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
 * A streaming JSON reader for untrusted bytes. It names the position of each error and bounds nesting and lengths.
 * Inside an object or array, the current token is the first token of the value to read. Not thread-safe.
 */
final class JsonReader implements AutoCloseable {
    private static final int MAX_DEPTH = 32;
    private static final int MAX_CHARACTERS = 100_000;
    private static final int MAX_DIGITS = 64;

    /** XGBoost writes infinite thresholds as bare words. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .disable(JsonFactory.Feature.CHARSET_DETECTION) // UTF-8, as RFC 8259 requires
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_CHARACTERS)
                    .maxNumberLength(MAX_DIGITS)
                    .build())
            .build();

    private final String source;
    private final JsonParser parser;
    private final Deque<String> path = new ArrayDeque<>();
    private long nodes;

    private JsonReader(JsonParser parser, String source) {
        this.source = source;
        this.parser = parser;
    }

    /** Reads a document. */
    @FunctionalInterface
    public interface Document {
        /**
         * Reads the document.
         *
         * @param json the reader, at the document's first token
         * @throws IOException if the document cannot be read
         */
        void read(JsonReader json) throws IOException;
    }

    /** Reads a field. */
    @FunctionalInterface
    public interface Field {
        /**
         * Reads the value of a field. A value that is left unread is skipped.
         *
         * @param name the field's name
         * @throws IOException if the value cannot be read
         */
        void read(String name) throws IOException;
    }

    /** Reads an element of an array. */
    @FunctionalInterface
    public interface Element {
        /**
         * Reads the element.
         *
         * @throws IOException if the element cannot be read
         */
        void read() throws IOException;
    }

    /**
     * Reads a document to its end.
     *
     * @param in the document's bytes
     * @param source the name of the document in messages
     * @param document reads the document
     * @throws PredictorFormatException if the bytes are not JSON, or not the expected document
     * @throws IOException if the bytes cannot be read
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
     * Returns an exception that names the current position.
     *
     * @param problem the problem, for a person
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
     * @throws IOException if the value is not an object
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
     * @throws IOException if the value is not an array
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
     * Reads a text. Numbers and other scalar values are returned as they are written.
     *
     * @return the characters
     * @throws IOException if the value is an object or array
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
     * @return its value; 1 for true and 0 for false
     * @throws IOException if the value is not an integer of 32 bits
     */
    public int integer() throws IOException {
        String text = text();
        if (parser.currentToken().isBoolean()) {
            return parser.getBooleanValue() ? 1 : 0;
        }
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException none) {
            throw wrong("'" + text + "' is not an integer");
        }
    }

    /**
     * Reads a number of 32 bits. It is parsed directly from its digits, as XGBoost does: parsing by way of a double
     * would round some numbers twice.
     *
     * @return its value
     * @throws IOException if the value is not a number
     */
    public float number() throws IOException {
        String text = text();
        try {
            return Float.parseFloat(text);
        } catch (NumberFormatException none) {
            throw wrong("'" + text + "' is not a number");
        }
    }

    /**
     * Reads a number of 64 bits.
     *
     * @return its value
     * @throws IOException if the value is not a number
     */
    public double real() throws IOException {
        String text = text();
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException none) {
            throw wrong("'" + text + "' is not a number");
        }
    }

    /**
     * Reads an array of integers.
     *
     * @return its elements
     * @throws IOException if the value is not an array of integers
     */
    public int[] integers() throws IOException {
        return integers(Integer.MAX_VALUE);
    }

    /**
     * Reads an array of integers.
     *
     * @param most maximum number of elements
     * @return its elements
     * @throws IOException if the value is not an array of integers, or is longer
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
     * Reads an array of numbers of 32 bits.
     *
     * @return its elements
     * @throws IOException if the value is not an array of numbers
     */
    public float[] numbers() throws IOException {
        return numbers(Integer.MAX_VALUE);
    }

    /**
     * Reads an array of numbers of 32 bits.
     *
     * @param most maximum number of elements
     * @return its elements
     * @throws IOException if the value is not an array of numbers, or is longer
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
     * @throws IOException if the value is not an array of numbers
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
     * @throws IOException if the value is not an array of texts
     */
    public List<String> texts() throws IOException {
        List<String> texts = new ArrayList<>();
        array(() -> texts.add(text()));
        return texts;
    }

    /** Returns the number of nodes of the trees that have been read from the document. */
    long nodes() {
        return nodes;
    }

    /** Counts nodes of a tree that has been read. */
    void addNodes(long more) {
        nodes += more;
    }

    /**
     * Returns the start of the current token.
     *
     * @return offset in bytes from the start of the document
     */
    public int begin() {
        return Math.toIntExact(parser.currentTokenLocation().getByteOffset());
    }

    /**
     * Returns the end of the current token.
     *
     * @return offset in bytes from the start of the document
     */
    public int end() {
        return Math.toIntExact(parser.currentLocation().getByteOffset());
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }
}
