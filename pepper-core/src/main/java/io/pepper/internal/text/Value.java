package io.pepper.internal.text;

import io.pepper.document.SafeText;
import java.util.List;
import java.util.Map;

/** A value of a document with the line in which it starts, from 1. */
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
     * @return the kind, for messages
     */
    String kind();

    /**
     * A text or number.
     *
     * @param line the line in which it starts, from 1
     * @param text the text as written
     * @param quoted whether it is quoted
     */
    record Scalar(int line, String text, boolean quoted) implements Value {
        private static final int MAX_SHOWN = 60;

        @Override
        public String kind() {
            return quoted ? "the text " + shown() : shown();
        }

        /** Returns the text in quotation marks, shortened. */
        String shown() {
            return "'" + SafeText.line(text, MAX_SHOWN) + "'";
        }

        /**
         * Returns whether it stands for a missing value.
         *
         * @return whether it is {@code null}, {@code ~} or nothing, without quotation marks
         */
        public boolean isNothing() {
            return !quoted && (text.isEmpty() || text.equals("null") || text.equals("~"));
        }
    }

    /**
     * A list of values.
     *
     * @param line the line in which it starts, from 1
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
     * @param line the line in which it starts, from 1
     * @param values the values by name
     */
    record Mapping(int line, Map<String, Value> values) implements Value {
        @Override
        public String kind() {
            return "a mapping";
        }
    }
}
