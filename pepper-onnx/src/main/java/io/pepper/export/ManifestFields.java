package io.pepper.export;

import com.fasterxml.jackson.databind.JsonNode;
import io.pepper.model.Dimension;
import io.pepper.model.MalformedModelException;
import io.pepper.onnx.internal.model.Locations;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** The fields of one object of a manifest. Missing fields and fields of another type are refused with their path. */
final class ManifestFields {
    private static final int MAX_SHOWN = 40;

    private final String source;
    private final String path;
    private final JsonNode node;

    ManifestFields(String source, String path, JsonNode node) throws MalformedModelException {
        this.source = source;
        this.path = path;
        this.node = node;
        if (!node.isObject()) {
            throw new MalformedModelException(source, path.isEmpty() ? "file" : path, "is not a JSON object");
        }
    }

    private String path(String field) {
        return path.isEmpty() ? field : path + "." + field;
    }

    /** Returns an exception for a field. */
    MalformedModelException wrong(String field, String what) {
        return new MalformedModelException(source, path(field), what);
    }

    private JsonNode required(String field) throws MalformedModelException {
        JsonNode value = node.get(field);
        if (value == null) {
            throw wrong(field, "is missing");
        }
        return value;
    }

    void expect(String field, String value) throws MalformedModelException {
        String found = required(field).asText();
        if (!found.equals(value)) {
            throw wrong(field, "is '" + found + "', but only '" + value + "' is supported");
        }
    }

    void expect(String field, int value) throws MalformedModelException {
        JsonNode found = required(field);
        if (!found.isInt() || found.intValue() != value) {
            throw wrong(field, "is " + shortened(found) + ", but only " + value + " is supported");
        }
    }

    private static String shortened(JsonNode node) {
        String written = node.toString();
        return written.length() <= MAX_SHOWN ? written : written.substring(0, MAX_SHOWN) + "…";
    }

    String text(String field) throws MalformedModelException {
        JsonNode value = required(field);
        if (!value.isTextual()) {
            throw wrong(field, "is not a text");
        }
        return value.textValue();
    }

    Optional<String> optionalText(String field) throws MalformedModelException {
        return required(field).isNull() ? Optional.empty() : Optional.of(text(field));
    }

    /** Returns a plain file name. It cannot lead out of the manifest's directory. */
    String fileName(String field) throws MalformedModelException {
        String name = text(field);
        if (!FileNames.isPlain(name)) {
            throw wrong(field, "'" + name + "' is not a plain file name");
        }
        return name;
    }

    /** Returns the name of a file in the manifest's directory or below it. */
    String location(String field) throws MalformedModelException {
        String location = text(field);
        Optional<String> refusal = Locations.refusal(location);
        if (refusal.isPresent()) {
            throw wrong(field, "'" + location + "' does not lead into this directory: it " + refusal.get());
        }
        return location;
    }

    /** Returns an enum constant by its name in lower case. */
    <E extends Enum<E>> E choice(String field, Class<E> words) throws MalformedModelException {
        String found = text(field);
        for (E word : words.getEnumConstants()) {
            if (word.name().toLowerCase(Locale.ROOT).equals(found)) {
                return word;
            }
        }
        throw wrong(field, "'" + found + "' is not known");
    }

    long number(String field, long max) throws MalformedModelException {
        JsonNode value = required(field);
        if (!value.canConvertToLong()
                || !value.isIntegralNumber()
                || value.longValue() < 0
                || value.longValue() > max) {
            throw wrong(field, "is not a number from 0 to " + max);
        }
        return value.longValue();
    }

    Optional<Long> optionalNumber(String field, long max) throws MalformedModelException {
        return required(field).isNull() ? Optional.empty() : Optional.of(number(field, max));
    }

    List<Long> numbers(String field, long max) throws MalformedModelException {
        List<Long> numbers = new ArrayList<>();
        for (JsonNode element : array(field)) {
            if (!element.isIntegralNumber()
                    || !element.canConvertToLong()
                    || element.longValue() < 0
                    || element.longValue() > max) {
                throw wrong(field, "has an element that is not a number from 0 to " + max);
            }
            numbers.add(element.longValue());
        }
        return numbers;
    }

    boolean flag(String field) throws MalformedModelException {
        JsonNode value = required(field);
        if (!value.isBoolean()) {
            throw wrong(field, "is neither true nor false");
        }
        return value.booleanValue();
    }

    boolean has(String field) {
        return node.has(field);
    }

    /** Returns a finite number of 0 or more. */
    double decimal(String field) throws MalformedModelException {
        JsonNode value = required(field);
        if (!value.isNumber() || !(value.doubleValue() >= 0 && value.doubleValue() < Double.POSITIVE_INFINITY)) {
            throw wrong(field, "is not a number of 0 or more");
        }
        return value.doubleValue();
    }

    OptionalDouble optionalDecimal(String field) throws MalformedModelException {
        return required(field).isNull() ? OptionalDouble.empty() : OptionalDouble.of(decimal(field));
    }

    ManifestFields object(String field) throws MalformedModelException {
        return new ManifestFields(source, path(field), required(field));
    }

    List<ManifestFields> list(String field) throws MalformedModelException {
        List<ManifestFields> elements = new ArrayList<>();
        for (JsonNode element : array(field)) {
            elements.add(new ManifestFields(source, path(field) + "[" + elements.size() + "]", element));
        }
        return elements;
    }

    List<String> texts(String field) throws MalformedModelException {
        List<String> texts = new ArrayList<>();
        for (JsonNode element : array(field)) {
            if (!element.isTextual()) {
                throw wrong(field, "has an element that is not a text");
            }
            texts.add(element.textValue());
        }
        return texts;
    }

    private JsonNode array(String field) throws MalformedModelException {
        JsonNode value = required(field);
        if (!value.isArray()) {
            throw wrong(field, "is not a list");
        }
        return value;
    }

    Optional<List<Dimension>> dimensions(String field) throws MalformedModelException {
        if (required(field).isNull()) {
            return Optional.empty();
        }
        List<Dimension> dimensions = new ArrayList<>();
        for (JsonNode element : array(field)) {
            dimensions.add(dimension(field, element));
        }
        return Optional.of(dimensions);
    }

    private Dimension dimension(String field, JsonNode element) throws MalformedModelException {
        if (element.isNull()) {
            return Dimension.unknown();
        }
        if (element.isTextual() && !element.textValue().isEmpty()) {
            return Dimension.of(element.textValue());
        }
        if (element.isIntegralNumber() && element.canConvertToLong() && element.longValue() >= 0) {
            return Dimension.of(element.longValue());
        }
        throw wrong(field, "holds '" + shortened(element) + "', which is neither a size nor a symbol nor null");
    }
}
