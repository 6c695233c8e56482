package io.pepper.internal.text;

import java.util.List;
import java.util.Map;

/** A value of a document, and the line that it begins in, from 1. */
public sealed interface Value {
    /**
     * Returns the line of the value.
     *
     * @return the line, from 1
     */
    int line();

    /**
     * Returns the kind of the value, in words.
     *
     * @return for messages
     */
    String kind();

    /**
     * A text or number.
     *
     * @param line see {@link #line}
     * @param text as it is written
     * @param quoted whether it stands in quotes
     */
    record Scalar(int line, String text, boolean quoted) implements Value {
        @Override
        public String kind() {
            return "'" + text + "'";
        }
    }

    /**
     * Values in a row.
     *
     * @param line see {@link #line}
     * @param values the values
     */
    record Sequence(int line, List<Value> values) implements Value {
        @Override
        public String kind() {
            return "a list";
        }
    }

    /**
     * Values by name, in the order of the document.
     *
     * @param line see {@link #line}
     * @param values by name
     */
    record Mapping(int line, Map<String, Value> values) implements Value {
        @Override
        public String kind() {
            return "a mapping";
        }
    }
}
