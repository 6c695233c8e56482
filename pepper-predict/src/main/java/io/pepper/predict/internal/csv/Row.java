package io.pepper.predict.internal.csv;

import java.util.Map;
import java.util.OptionalDouble;

/**
 * A row of a table. Its errors name the column.
 *
 * @param values the values by column
 */
public record Row(Map<String, String> values) {
    /**
     * Returns a value as it is written.
     *
     * @param column the value's column
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
     * Returns a number that may be unknown.
     *
     * @param column the value's column
     * @return the number; NaN if the value is empty or there is no such column
     * @throws IllegalArgumentException if the value is not a finite number
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
            // Reported below.
        }
        throw new IllegalArgumentException("column '" + column + "': '" + text + "' is not a number");
    }

    /**
     * Returns a number that may be unknown.
     *
     * @param column the value's column
     * @return the number; empty if the value is empty or there is no such column
     * @throws IllegalArgumentException if the value is not a finite number
     */
    public OptionalDouble optional(String column) {
        double value = number(column);
        return Double.isNaN(value) ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    /**
     * Returns a number that must be known.
     *
     * @param column the value's column
     * @return the number
     * @throws IllegalArgumentException if the value is missing or not a finite number
     */
    public double known(String column) {
        double value = number(column);
        if (Double.isNaN(value)) {
            throw new IllegalArgumentException("column '" + column + "' is empty");
        }
        return value;
    }
}
