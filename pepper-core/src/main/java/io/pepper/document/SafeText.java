package io.pepper.document;

import java.util.HexFormat;

/**
 * Text from files and from other machines, made safe to show. Characters that steer a terminal, change the direction of writing, end a
 * line or cannot be seen are written as {@code \\u001b} and the like: those of the Unicode categories Cc, Cf, Zl and Zp, halves of
 * surrogate pairs, and noncharacters. All other text stays as it is. Within JSON the result is JSON of the same meaning. Stateless.
 */
public final class SafeText {
    private static final HexFormat HEX = HexFormat.of();
    private static final int MAX_CHARACTERS = 2000;

    private SafeText() {}

    /**
     * Makes text safe for a message: on one line, and cut off after 2000 characters.
     *
     * @param text any text
     * @return the text itself if it is safe and short
     */
    public static String of(String text) {
        return line(text, MAX_CHARACTERS);
    }

    /**
     * Makes text safe, on one line, and cuts it off.
     *
     * @param text any text
     * @param most how many of its characters stay, 1 or more
     * @return the text itself if it is safe and short
     */
    public static String line(String text, int most) {
        if (text.length() <= most) {
            return line(text);
        }
        int end = Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most;
        return line(text.substring(0, end)) + "…";
    }

    /**
     * Makes text safe, on one line.
     *
     * @param text any text
     * @return the text itself if it is safe
     */
    public static String line(String text) {
        return safe(text, false);
    }

    /**
     * Makes text of several lines safe: line feeds, also after carriage returns, and tabs stay.
     *
     * @param text any text
     * @return the text itself if it is safe
     */
    public static String lines(String text) {
        return safe(text, true);
    }

    private static String safe(String text, boolean lines) {
        StringBuilder safe = null;
        for (int i = 0, length; i < text.length(); i += length) {
            int character = text.codePointAt(i);
            length = Character.charCount(character);
            boolean stays = isSafe(character) || (lines && isLayout(text, i));
            if (!stays && safe == null) {
                safe = new StringBuilder(text.length() + 16).append(text, 0, i);
            }
            if (safe != null) {
                append(safe, text, i, length, stays);
            }
        }
        return safe == null ? text : safe.toString();
    }

    private static void append(StringBuilder safe, String text, int start, int length, boolean stays) {
        for (int i = start; i < start + length; i++) {
            if (stays) {
                safe.append(text.charAt(i));
            } else {
                safe.append("\\u").append(HEX.toHexDigits(text.charAt(i)));
            }
        }
    }

    private static boolean isLayout(String text, int i) {
        char c = text.charAt(i);
        return c == '\n' || c == '\t' || (c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n');
    }

    private static boolean isSafe(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> false;
            default -> (character & 0xFFFE) != 0xFFFE;
        };
    }
}
