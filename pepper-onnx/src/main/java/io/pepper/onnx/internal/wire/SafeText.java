package io.pepper.onnx.internal.wire;

import java.util.Locale;

/** Text from a file or another process, made fit for terminals and logs. */
public final class SafeText {
    private static final int MOST_CHARACTERS = 2000;

    private SafeText() {}

    /**
     * Writes characters that steer terminals as {@code \\u001b} and the like, and cuts off what is very long.
     *
     * @param text any text
     * @return at most 2000 of its characters
     */
    public static String of(String text) {
        StringBuilder readable = new StringBuilder(Math.min(text.length(), MOST_CHARACTERS) + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (i >= MOST_CHARACTERS) {
                return readable.append('…').toString();
            }
            if (isSteering(c)) {
                readable.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                readable.append(c);
            }
        }
        return readable.toString();
    }

    private static boolean isSteering(char c) {
        int type = Character.getType(c);
        return type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR;
    }
}
