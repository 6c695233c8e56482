package io.pepper.report.internal.markup;

import io.pepper.document.SafeText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;

/** Names, counts and coordinates in pages and pictures. */
public final class Texts {
    private static final int LONGEST_NAME = 60;

    private Texts() {}

    /**
     * Formats a number of things.
     *
     * @param number how many
     * @param what one of them
     * @return for instance {@code 3 cuts}
     */
    public static String count(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    /**
     * Formats a coordinate: short, and the same on every system.
     *
     * @param value in units of the picture
     * @return the value with at most one decimal
     */
    public static String number(double value) {
        String text = String.format(Locale.ROOT, "%.1f", value);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }

    /**
     * Shortens a long name in the middle, since start and end say most.
     *
     * @param name any
     * @return the name, with at most 60 characters
     */
    public static String shorten(String name) {
        String clean = SafeText.line(name);
        int[] points = clean.codePoints().toArray();
        if (points.length <= LONGEST_NAME) {
            return clean;
        }
        int half = LONGEST_NAME / 2;
        return new String(points, 0, half) + "…" + new String(points, points.length - half + 1, half - 1);
    }

    /**
     * Reads a file beside a class.
     *
     * @param beside the class
     * @param name of the file
     * @return its text
     */
    public static String resource(Class<?> beside, String name) {
        try (InputStream in = Objects.requireNonNull(beside.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
