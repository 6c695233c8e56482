package io.pepper.onnx;

import java.io.IOException;
import java.util.Locale;

/**
 * A model, or a file beside it, is refused. The message says which file, where in it, and what was found. Names come from the
 * file and may be anything: in the message, characters that steer terminals and logs are written as {@code \\u001b} and the like,
 * and what is very long is cut off.
 */
public class ModelException extends IOException {
    private static final long serialVersionUID = 1L;

    private static final int MOST_CHARACTERS = 2000;

    /**
     * Makes the exception.
     *
     * @param source which file or model
     * @param where where in it, for instance {@code graph.node[12].attribute[0]}
     * @param what what was found there
     */
    protected ModelException(String source, String where, String what) {
        super(readable(source) + ": " + readable(where) + ": " + readable(what));
    }

    /**
     * Makes the exception.
     *
     * @param source which file or model
     * @param where where in it, for instance {@code graph.node[12].attribute[0]}
     * @param what what was found there
     * @param cause what said so first
     */
    protected ModelException(String source, String where, String what, Throwable cause) {
        super(readable(source) + ": " + readable(where) + ": " + readable(what), cause);
    }

    private static String readable(String text) {
        StringBuilder readable = new StringBuilder(Math.min(text.length(), MOST_CHARACTERS) + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (i >= MOST_CHARACTERS) {
                return readable.append('…').toString();
            }
            if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                readable.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                readable.append(c);
            }
        }
        return readable.toString();
    }
}
