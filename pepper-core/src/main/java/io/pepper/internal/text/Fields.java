package io.pepper.internal.text;

import io.pepper.document.InvalidFileException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a mapping, read one by one. {@link #end} refuses fields that were not read. Not thread-safe.
 *
 * <p>In a document that people write, a text needs no quotation marks, and an empty value is a mapping without fields. In
 * the JSON that this library writes, neither is permitted, and texts are not numbers.
 */
public final class Fields {
    private static final String INFINITE = ".inf";
    private static final Set<String> BOOLEANS = Set.of("true", "false");

    private final String file;
    private final String path;
    private final Value.Mapping mapping;
    private final boolean strict;
    private final Set<String> asked = new LinkedHashSet<>();

    private Fields(String file, String path, Value value, boolean strict) throws InvalidFileException {
        this.file = file;
        this.path = path;
        this.strict = strict;
        if (value instanceof Value.Mapping fields) {
            this.mapping = fields;
        } else if (!strict && value instanceof Value.Scalar nothing && nothing.isNothing()) {
            this.mapping = new Value.Mapping(nothing.line(), Map.of());
        } else {
            String where = path.isEmpty() ? "" : path + ": ";
            throw new InvalidFileException(file, value.line(), where + "fields are expected, found " + value.kind());
        }
    }

    /**
     * Returns the fields of a document that people write.
     *
     * @param file the file's name, for messages
     * @param document a mapping, or an empty value for one without fields
     * @return its fields
     * @throws InvalidFileException if it is not a mapping
     */
    public static Fields of(String file, Value document) throws InvalidFileException {
        return new Fields(file, "", document, false);
    }

    /**
     * Returns the fields of a JSON document that this library writes.
     *
     * @param file the file's name, for messages
     * @param document a mapping
     * @return its fields
     * @throws InvalidFileException if it is not a mapping
     */
    public static Fields ofJson(String file, Value document) throws InvalidFileException {
        return new Fields(file, "", document, true);
    }

    /**
     * Returns the names of all fields.
     *
     * @return the names, in the order of the file
     */
    public Set<String> names() {
        return mapping.values().keySet();
    }

    /**
     * Returns whether there is a field.
     *
     * @param name its name
     * @return whether it exists, with or without a value
     */
    public boolean has(String name) {
        asked.add(name);
        return mapping.values().containsKey(name);
    }

    /**
     * Returns whether a field has a value.
     *
     * @param name its name
     * @return whether it exists and is not {@code null}
     */
    public boolean hasValue(String name) {
        return given(name) != null;
    }

    /**
     * Refuses a mapping without a field, which may be {@code null}.
     *
     * @param name its name
     * @return these fields
     * @throws InvalidFileException if it is missing
     */
    public Fields with(String name) throws InvalidFileException {
        if (!has(name)) {
            throw missing(name);
        }
        return this;
    }

    /**
     * Returns the fields in a field.
     *
     * @param name its name
     * @return its fields
     * @throws InvalidFileException if it is missing, or is not a mapping
     */
    public Fields fields(String name) throws InvalidFileException {
        return new Fields(file, path(name), value(name).orElseThrow(() -> missing(name)), strict);
    }

    /**
     * Returns the fields of each element of a list.
     *
     * @param name the name of the list
     * @return the fields of its elements, whose paths have their numbers from 0
     * @throws InvalidFileException if it is missing, or is not a list of mappings
     */
    public List<Fields> list(String name) throws InvalidFileException {
        List<Fields> elements = new ArrayList<>();
        for (Value each : values(name, "a list")) {
            elements.add(new Fields(file, path(element(name, elements.size())), each, strict));
        }
        return elements;
    }

    /**
     * Returns the elements of a list.
     *
     * @param name its name
     * @param expected the expected list, in words, for messages
     * @return its elements
     * @throws InvalidFileException if it is missing, or is not a list
     */
    public List<Value> values(String name, String expected) throws InvalidFileException {
        Value value = value(name).orElseThrow(() -> missing(name));
        if (value instanceof Value.Sequence list) {
            return list.values();
        }
        throw wrong(name, value, expected);
    }

    /**
     * Returns a list of texts.
     *
     * @param name its name
     * @return the texts
     * @throws InvalidFileException if it is missing, or is not a list of texts
     */
    public List<String> texts(String name) throws InvalidFileException {
        List<String> texts = new ArrayList<>();
        for (Value each : values(name, "a list of texts")) {
            texts.add(textOf(element(name, texts.size()), each));
        }
        return texts;
    }

    /**
     * Returns a text.
     *
     * @param name its name
     * @return the text; empty if it has no value
     * @throws InvalidFileException if it is not a text
     */
    public Optional<String> text(String name) throws InvalidFileException {
        Value value = given(name);
        return value == null ? Optional.empty() : Optional.of(textOf(name, value));
    }

    /**
     * Returns a text that must exist.
     *
     * @param name its name
     * @return the text
     * @throws InvalidFileException if it is missing, or is not a text
     */
    public String requiredText(String name) throws InvalidFileException {
        return text(name).orElseThrow(() -> missing(name));
    }

    private String textOf(String name, Value value) throws InvalidFileException {
        if (value instanceof Value.Scalar scalar && (scalar.quoted() || !strict)) {
            return scalar.text();
        }
        throw wrong(name, value, "a text");
    }

    /**
     * Returns a number.
     *
     * @param name its name
     * @return the number; empty if it has no value
     * @throws InvalidFileException if it is not a finite number
     */
    public OptionalDouble number(String name) throws InvalidFileException {
        Value value = given(name);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(finite(name, value));
    }

    /**
     * Returns a number that must exist.
     *
     * @param name its name
     * @return the number
     * @throws InvalidFileException if it is missing, or is not a finite number
     */
    public double requiredNumber(String name) throws InvalidFileException {
        return number(name).orElseThrow(() -> missing(name));
    }

    /**
     * Returns a list of numbers.
     *
     * @param name their name
     * @return the numbers; empty if there is no such field
     * @throws InvalidFileException if it is not a list of numbers; infinity is written {@code .inf}
     */
    public Optional<List<Double>> numbers(String name) throws InvalidFileException {
        if (!has(name)) {
            return Optional.empty();
        }
        List<Double> numbers = new ArrayList<>();
        for (Value each : values(name, "a list of numbers")) {
            boolean infinite =
                    each instanceof Value.Scalar scalar && scalar.text().equals(INFINITE);
            numbers.add(infinite ? Double.POSITIVE_INFINITY : finite(name, each));
        }
        return Optional.of(numbers);
    }

    /**
     * Returns an integer.
     *
     * @param name its name
     * @param most its maximum
     * @return the number; empty if it has no value
     * @throws InvalidFileException if it is not an integer from 0 to {@code most}
     */
    public OptionalLong whole(String name, long most) throws InvalidFileException {
        Value value = given(name);
        return value == null ? OptionalLong.empty() : OptionalLong.of(wholeOf(name, value, most));
    }

    /**
     * Returns an integer that must exist.
     *
     * @param name its name
     * @param most its maximum
     * @return the number
     * @throws InvalidFileException if it is missing, or is not an integer from 0 to {@code most}
     */
    public long requiredWhole(String name, long most) throws InvalidFileException {
        return whole(name, most).orElseThrow(() -> missing(name));
    }

    /**
     * Returns an integer.
     *
     * @param name its name, for messages
     * @param value its value
     * @param most its maximum
     * @return the number
     * @throws InvalidFileException if it is not an integer from 0 to {@code most}
     */
    public long wholeOf(String name, Value value, long most) throws InvalidFileException {
        String expected = "a whole number from 0 to " + most;
        BigDecimal number = decimal(name, value, expected);
        boolean inRange = number.signum() >= 0 && number.compareTo(BigDecimal.valueOf(most)) <= 0;
        if (!inRange || number.remainder(BigDecimal.ONE).signum() != 0) {
            throw wrong(name, value, expected);
        }
        return number.longValue();
    }

    /**
     * Returns a boolean.
     *
     * @param name its name
     * @return the boolean; empty if it has no value
     * @throws InvalidFileException if it is neither {@code true} nor {@code false}
     */
    public Optional<Boolean> flag(String name) throws InvalidFileException {
        Value value = given(name);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof Value.Scalar scalar && isPlain(scalar) && BOOLEANS.contains(scalar.text())) {
            return Optional.of(Boolean.valueOf(scalar.text()));
        }
        throw wrong(name, value, "true or false");
    }

    /** Returns the value of a field, or null if it has none. */
    private @Nullable Value given(String name) {
        return value(name)
                .filter(each -> !(each instanceof Value.Scalar scalar && scalar.isNothing()))
                .orElse(null);
    }

    private Optional<Value> value(String name) {
        asked.add(name);
        return Optional.ofNullable(mapping.values().get(name));
    }

    /** Returns whether a scalar may be a number or a boolean. */
    private boolean isPlain(Value.Scalar scalar) {
        return !(strict && scalar.quoted());
    }

    private double finite(String name, Value value) throws InvalidFileException {
        double number = decimal(name, value, "a number").doubleValue();
        if (!Double.isFinite(number)) {
            throw wrong(name, value, "a number");
        }
        return number;
    }

    private BigDecimal decimal(String name, Value value, String expected) throws InvalidFileException {
        Optional<BigDecimal> number = value instanceof Value.Scalar scalar && isPlain(scalar)
                ? Decimals.parse(scalar.text())
                : Optional.empty();
        return number.orElseThrow(() -> wrong(name, value, expected));
    }

    private String path(String name) {
        return path.isEmpty() || name.isEmpty() ? path + name : path + "." + name;
    }

    private static String element(String name, int index) {
        return name + "[" + index + "]";
    }

    private InvalidFileException wrong(String name, Value value, String expected) {
        return new InvalidFileException(
                file, value.line(), path(name) + ": " + expected + " is expected, found " + value.kind());
    }

    private InvalidFileException missing(String name) {
        return error(name, has(name) ? "has no value" : "is missing");
    }

    /**
     * Returns an error in a field.
     *
     * @param name the field; empty for all of them
     * @param problem the description of the error
     * @return the exception with the line of the field, for the caller to throw
     */
    public InvalidFileException error(String name, String problem) {
        String where = path(name);
        int line = mapping.values().getOrDefault(name, mapping).line();
        return new InvalidFileException(file, line, where.isEmpty() ? problem : where + ": " + problem);
    }

    /**
     * Calls a constructor with the values of the fields, and adds the file and line to its error.
     *
     * @param make the constructor, which may refuse the values
     * @param <T> the type of the result
     * @return the result
     * @throws InvalidFileException if the values were refused, with the reason
     */
    public <T> T made(Supplier<T> make) throws InvalidFileException {
        try {
            return make.get();
        } catch (IllegalArgumentException wrong) {
            InvalidFileException invalid = error("", String.valueOf(wrong.getMessage()));
            invalid.initCause(wrong);
            throw invalid;
        }
    }

    /**
     * Ends the reading.
     *
     * @throws InvalidFileException if there is a field that was not read
     */
    public void end() throws InvalidFileException {
        for (String each : names()) {
            if (!asked.contains(each)) {
                throw error(each, "is an unknown field; the known fields are " + asked);
            }
        }
    }
}
