package io.pepper.predict.internal.csv;

import java.util.Map;
import java.util.OptionalDouble;

/**
 * A row of a table, whose errors name the column.
 *
 * @param values by column
 */
public record Row(Map<String, String> values) {
    /**
     * A value as it stands.
     *
     * @param column its column
     * @return the value, which may be empty
     * @throws IllegalArgumentException if there is no such column
     */
    public String text(String column) {
        String value = values.get(column);
        if (value == null) {
            throw new IllegalArgumentException("there is no column '" + column + "'");
        }
        return value;
    }

    /**
     * A number that may be unknown.
     *
     * @param column its column
     * @return the number, NaN if it is left empty or there is no such column
     * @throws IllegalArgumentException if it is no finite number
     */
    public double number(String column) {
        String text = values.getOrDefault(column, "");
        if (text.isEmpty()) {
            return Double.NaN;
        }
        try {
            double value = Double.parseDouble(text);
            if (Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException none) {
            // Said below.
        }
        throw new IllegalArgumentException("column '" + column + "': '" + text + "' is no number");
    }

    /**
     * A number that may be unknown.
     *
     * @param column its column
     * @return the number, empty if it is left empty
     * @throws IllegalArgumentException if it is no finite number
     */
    public OptionalDouble optional(String column) {
        double value = number(column);
        return Double.isNaN(value) ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    /**
     * A number that must be known.
     *
     * @param column its column
     * @return the number
     * @throws IllegalArgumentException if it is none
     */
    public double known(String column) {
        double value = number(column);
        if (Double.isNaN(value)) {
            throw new IllegalArgumentException("column '" + column + "' is empty");
        }
        return value;
    }
}
