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
 */
public final class Fields {
    private static final String INFINITE = ".inf";

    private final String file;
    private final String path;
    private final Value.Mapping mapping;
    private final Set<String> asked = new LinkedHashSet<>();

    private Fields(String file, String path, Value.Mapping mapping) {
        this.file = file;
        this.path = path;
        this.mapping = mapping;
    }

    /**
     * Returns the fields of a value.
     *
     * @param file the file's name, for messages
     * @param path the path of the value in the file, for messages
     * @param value a mapping, or an empty value for one without fields
     * @return its fields
     * @throws InvalidFileException if it is not a mapping
     */
    public static Fields of(String file, String path, Value value) throws InvalidFileException {
        if (value instanceof Value.Mapping mapping) {
            return new Fields(file, path, mapping);
        }
        if (value instanceof Value.Scalar nothing && isNothing(nothing)) {
            return new Fields(file, path, new Value.Mapping(nothing.line(), Map.of()));
        }
        throw new InvalidFileException(
                file, value.line(), (path.isEmpty() ? "" : path + ": ") + "fields are expected, found " + value.kind());
    }

    private static boolean isNothing(Value.Scalar scalar) {
        return !scalar.quoted()
                && (scalar.text().isEmpty()
                        || scalar.text().equals("null")
                        || scalar.text().equals("~"));
    }

    /**
     * Returns all values by name.
     *
     * @return the values, in the order of the file
     */
    public Map<String, Value> all() {
        asked.addAll(mapping.values().keySet());
        return mapping.values();
    }

    /**
     * Returns the value of a field.
     *
     * @param name its name
     * @return the value; empty if it is missing
     */
    public Optional<Value> value(String name) {
        asked.add(name);
        return Optional.ofNullable(mapping.values().get(name));
    }

    /**
     * Returns a text.
     *
     * @param name its name
     * @return the text; empty if it is missing
     * @throws InvalidFileException if it is not a text
     */
    public Optional<String> text(String name) throws InvalidFileException {
        Value.Scalar scalar = scalar(name, "a text");
        return scalar == null ? Optional.empty() : Optional.of(scalar.text());
    }

    /**
     * Returns a number.
     *
     * @param name its name
     * @return the number; empty if it is missing
     * @throws InvalidFileException if it is not a finite number
     */
    public OptionalDouble number(String name) throws InvalidFileException {
        Value.Scalar scalar = scalar(name, "a number");
        if (scalar == null) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(finite(name, scalar));
    }

    /**
     * Returns an integer.
     *
     * @param name its name
     * @param most its maximum
     * @return the number; empty if it is missing
     * @throws InvalidFileException if it is not an integer from 0 to {@code most}
     */
    public OptionalLong whole(String name, long most) throws InvalidFileException {
        String expected = "a whole number from 0 to " + most;
        Value.Scalar scalar = scalar(name, expected);
        if (scalar == null) {
            return OptionalLong.empty();
        }
        BigDecimal number = decimal(name, scalar, expected);
        boolean inRange = number.signum() >= 0 && number.compareTo(BigDecimal.valueOf(most)) <= 0;
        if (!inRange || number.remainder(BigDecimal.ONE).signum() != 0) {
            throw wrong(name, scalar, expected);
        }
        return OptionalLong.of(number.longValue());
    }

    /**
     * Returns a boolean.
     *
     * @param name its name
     * @return the boolean; empty if it is missing
     * @throws InvalidFileException if it is neither {@code true} nor {@code false}
     */
    public Optional<Boolean> flag(String name) throws InvalidFileException {
        Value.Scalar scalar = scalar(name, "true or false");
        if (scalar == null) {
            return Optional.empty();
        }
        if (!scalar.text().equals("true") && !scalar.text().equals("false")) {
            throw wrong(name, scalar, "true or false");
        }
        return Optional.of(Boolean.valueOf(scalar.text()));
    }

    private Value.@Nullable Scalar scalar(String name, String expected) throws InvalidFileException {
        Optional<Value> value = value(name);
        if (value.isEmpty() || (value.get() instanceof Value.Scalar nothing && isNothing(nothing))) {
            return null;
        }
        if (value.get() instanceof Value.Scalar scalar) {
            return scalar;
        }
        throw wrong(name, value.get(), expected);
    }

    private BigDecimal decimal(String name, Value.Scalar scalar, String expected) throws InvalidFileException {
        try {
            BigDecimal number = new BigDecimal(scalar.text());
            // Numbers with larger exponents would take too much memory when expanded.
            if (Math.abs((long) number.precision() - number.scale()) < 400 && number.scale() < 1_000) {
                return number;
            }
        } catch (NumberFormatException notOne) {
            // Reported below.
        }
        throw wrong(name, scalar, expected);
    }

    private InvalidFileException wrong(String name, Value value, String expected) {
        return error(name, value.line(), expected + " is expected, found " + value.kind());
    }

    /**
     * Returns an error in a field.
     *
     * @param name the field; empty for all of them
     * @param line the line
     * @param problem the description of the error
     * @return the exception, for the caller to throw
     */
    public InvalidFileException error(String name, int line, String problem) {
        String where = path.isEmpty() || name.isEmpty() ? path + name : path + "." + name;
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
            throw error("", line(), String.valueOf(wrong.getMessage()));
        }
    }

    /**
     * Returns a list of numbers.
     *
     * @param name their name
     * @return the numbers; empty if there is no such field
     * @throws InvalidFileException if it is not a list of numbers; infinity is written {@code .inf}
     */
    public Optional<List<Double>> numbers(String name) throws InvalidFileException {
        Optional<Value> value = value(name);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        if (!(value.get() instanceof Value.Sequence list)) {
            throw wrong(name, value.get(), "a list of numbers");
        }
        List<Double> numbers = new ArrayList<>();
        for (Value each : list.values()) {
            if (!(each instanceof Value.Scalar scalar)) {
                throw wrong(name, each, "a number");
            }
            numbers.add(scalar.text().equals(INFINITE) ? Double.POSITIVE_INFINITY : finite(name, scalar));
        }
        return Optional.of(numbers);
    }

    private double finite(String name, Value.Scalar scalar) throws InvalidFileException {
        double number = decimal(name, scalar, "a number").doubleValue();
        if (!Double.isFinite(number)) {
            throw wrong(name, scalar, "a number");
        }
        return number;
    }

    /**
     * Returns the line at which these fields start.
     *
     * @return the line, from 1
     */
    public int line() {
        return mapping.line();
    }

    /**
     * Ends the reading.
     *
     * @throws InvalidFileException if there is a field that was not read
     */
    public void end() throws InvalidFileException {
        for (Map.Entry<String, Value> each : mapping.values().entrySet()) {
            if (!asked.contains(each.getKey())) {
                throw error(
                        each.getKey(), each.getValue().line(), "is an unknown field; the known fields are " + asked);
            }
        }
    }
}
