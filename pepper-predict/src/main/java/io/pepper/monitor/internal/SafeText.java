package io.pepper.monitor.internal;

import java.util.Locale;

/** Texts of servers, made fit for messages: nothing in them steers a terminal, and they are short. */
public final class SafeText {
    private static final int MOST_CHARACTERS = 200;

    private SafeText() {}

    /**
     * Escapes control, format and separator characters, and cuts off what is beyond 200 characters.
     *
     * @param text any text
     * @return a text of one line
     */
    public static String of(String text) {
        StringBuilder safe = new StringBuilder();
        int end = Math.min(text.length(), MOST_CHARACTERS);
        for (int i = 0; i < end; ) {
            int character = text.codePointAt(i);
            i += Character.charCount(character);
            switch (Character.getType(character)) {
                case Character.CONTROL,
                        Character.FORMAT,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR,
                        Character.SURROGATE,
                        Character.UNASSIGNED -> safe.append(String.format(Locale.ROOT, "\\u%04x", character));
                default -> safe.appendCodePoint(character);
            }
        }
        return text.length() > MOST_CHARACTERS ? safe.append('…').toString() : safe.toString();
    }
}
