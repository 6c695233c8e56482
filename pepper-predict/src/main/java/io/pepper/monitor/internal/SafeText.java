package io.pepper.monitor.internal;

/** Texts of servers, made safe for messages: they cannot control a terminal, and they are short. */
public final class SafeText {
    private static final int MAX_CHARACTERS = 200;

    private SafeText() {}

    /**
     * Escapes control, format and separator characters, and cuts the text off after 200 characters.
     *
     * @param text any text
     * @return a text of one line
     */
    public static String of(String text) {
        return io.pepper.document.SafeText.line(text, MAX_CHARACTERS);
    }
}
