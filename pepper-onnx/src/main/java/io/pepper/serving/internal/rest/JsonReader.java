package io.pepper.serving.internal.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.pepper.serving.internal.ServingException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A reader of JSON objects of the protocol. The values of tensors are skipped, and read later when their type and shape
 * are known. Fields that the protocol does not have are skipped, too.
 */
final class JsonReader {
    static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.CHARSET_DETECTION) // UTF-8, as RFC 8259 requires
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // Some servers write NaN.
            .build();

    private static final int MAX_ELEMENTS = 10_000;

    private final JsonParser parser;

    private JsonReader(JsonParser parser) {
        this.parser = parser;
    }

    /**
     * Reads an object.
     *
     * @throws ServingException if the bytes are not one object, or a field has another kind of value
     */
    static JsonMessage read(byte[] json) throws ServingException {
        try (JsonParser parser = JSON.createParser(json)) {
            parser.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
            JsonMessage message = new JsonReader(parser).message();
            if (parser.nextToken() != null) {
                throw ServingException.invalid("the body has something after its JSON object");
            }
            return message;
        } catch (JsonProcessingException wrong) {
            throw new ServingException(
                    ServingException.Reason.INVALID,
                    "the body is not JSON: " + wrong.getOriginalMessage() + " (byte "
                            + (wrong.getLocation() == null
                                    ? "?"
                                    : wrong.getLocation().getByteOffset()) + ")",
                    wrong);
        } catch (ServingException fault) {
            throw fault;
        } catch (IOException wrong) {
            throw new ServingException(
                    ServingException.Reason.INVALID, "the body is not JSON: " + wrong.getMessage(), wrong);
        }
    }

    private JsonMessage message() throws IOException {
        expect(parser.nextToken(), JsonToken.START_OBJECT, "the body");
        Map<String, String> texts = new HashMap<>();
        Map<String, Object> parameters = Map.of();
        List<JsonTensor> inputs = List.of();
        List<JsonTensor> outputs = List.of();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (name) {
                case "parameters" -> parameters = parameters(name);
                case "inputs" -> inputs = tensors(name);
                case "outputs" -> outputs = tensors(name);
                default -> {
                    if (value == JsonToken.VALUE_STRING) {
                        texts.put(name, parser.getText());
                        limit(texts.size(), "the body");
                    } else {
                        parser.skipChildren();
                    }
                }
            }
        }
        return new JsonMessage(texts, parameters, inputs, outputs);
    }

    private List<JsonTensor> tensors(String field) throws IOException {
        expect(parser.currentToken(), JsonToken.START_ARRAY, field);
        List<JsonTensor> tensors = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            String place = field + "[" + tensors.size() + "]";
            expect(parser.currentToken(), JsonToken.START_OBJECT, place);
            tensors.add(tensor(place));
            limit(tensors.size(), field);
        }
        return tensors;
    }

    private JsonTensor tensor(String place) throws IOException {
        String name = "";
        String datatype = "";
        List<Long> shape = List.of();
        Map<String, Object> parameters = Map.of();
        int start = -1;
        int end = -1;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            switch (field) {
                case "name" -> name = text(place + ".name");
                case "datatype" -> datatype = text(place + ".datatype");
                case "shape" -> shape = shape(place + ".shape");
                case "parameters" -> parameters = parameters(place + ".parameters");
                case "data" -> {
                    start = (int) parser.currentTokenLocation().getByteOffset();
                    expect(parser.currentToken(), JsonToken.START_ARRAY, place + ".data");
                    parser.skipChildren();
                    end = (int) parser.currentLocation().getByteOffset();
                }
                default -> parser.skipChildren();
            }
        }
        return new JsonTensor(name, datatype, shape, parameters, start, end);
    }

    private String text(String place) throws IOException {
        expect(parser.currentToken(), JsonToken.VALUE_STRING, place);
        return parser.getText();
    }

    private List<Long> shape(String place) throws IOException {
        expect(parser.currentToken(), JsonToken.START_ARRAY, place);
        List<Long> shape = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(parser.currentToken(), JsonToken.VALUE_NUMBER_INT, place + "[" + shape.size() + "]");
            shape.add(parser.getLongValue());
            limit(shape.size(), place);
        }
        return shape;
    }

    private Map<String, Object> parameters(String place) throws IOException {
        expect(parser.currentToken(), JsonToken.START_OBJECT, place);
        Map<String, Object> parameters = new HashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            switch (parser.nextToken()) {
                case VALUE_STRING -> parameters.put(name, parser.getText());
                case VALUE_TRUE, VALUE_FALSE -> parameters.put(name, parser.getBooleanValue());
                case VALUE_NUMBER_INT -> parameters.put(name, parser.getLongValue());
                case VALUE_NUMBER_FLOAT -> parameters.put(name, parser.getDoubleValue());
                default -> parser.skipChildren();
            }
            limit(parameters.size(), place);
        }
        return parameters;
    }

    private static void limit(int size, String place) throws ServingException {
        if (size > MAX_ELEMENTS) {
            throw ServingException.invalid(place + " has more than " + MAX_ELEMENTS + " elements");
        }
    }

    private static void expect(JsonToken found, JsonToken expected, String place) throws ServingException {
        if (found != expected) {
            throw ServingException.invalid(
                    place + ": " + kind(expected) + " is expected, found " + (found == null ? "nothing" : kind(found)));
        }
    }

    private static String kind(JsonToken token) {
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a text";
            case VALUE_NUMBER_INT -> "an integer";
            case VALUE_NUMBER_FLOAT -> "a number";
            case VALUE_TRUE, VALUE_FALSE -> "a boolean";
            case VALUE_NULL -> "null";
            default -> "the end";
        };
    }
}
