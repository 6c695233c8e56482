package io.pepper.monitor.internal;

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
        return io.pepper.document.SafeText.line(text, MOST_CHARACTERS);
    }
}
