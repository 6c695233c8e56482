package io.pepper.report.internal.markup;

import io.pepper.document.SafeText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalLong;

/** Numbers and names as people read them. */
public final class Texts {
    private static final int LONGEST_NAME = 60;
    private static final double KIBI = 1024;
    private static final double KILO = 1000;
    private static final double MOST_DECIMAL = 1e6;

    private Texts() {}

    /**
     * Formats a number of bytes with a binary unit.
     *
     * @param bytes empty if not known
     * @return for instance {@code 98 KiB}
     */
    public static String bytes(OptionalLong bytes) {
        return bytes.isEmpty() ? "? B" : bytes((double) bytes.getAsLong());
    }

    /**
     * Formats a number of bytes with a binary unit.
     *
     * @param bytes 0 or more
     * @return for instance {@code 98 KiB}
     */
    public static String bytes(double bytes) {
        return scaled(bytes, KIBI, "B", "KiB", "MiB", "GiB", "TiB", "PiB");
    }

    /**
     * Formats a number of operations with a decimal prefix.
     *
     * @param flops empty if not known
     * @return for instance {@code 1.5 GFLOPs}
     */
    public static String flops(OptionalLong flops) {
        return flops.isEmpty()
                ? "? FLOPs"
                : scaled((double) flops.getAsLong(), KILO, "FLOPs", "kFLOPs", "MFLOPs", "GFLOPs", "TFLOPs", "PFLOPs");
    }

    private static String scaled(double value, double factor, String... units) {
        double scaled = value;
        int unit = 0;
        while (scaled >= factor && unit < units.length - 1) {
            scaled /= factor;
            unit++;
        }
        if (!(scaled < MOST_DECIMAL)) {
            return Quantities.number(scaled) + " " + units[unit];
        }
        boolean whole = unit == 0 || scaled >= 100 || scaled == Math.rint(scaled);
        return String.format(Locale.ROOT, whole ? "%.0f %s" : "%.1f %s", scaled, units[unit]);
    }

    /**
     * Formats a share in per cent.
     *
     * @param share 0 to 1
     * @return for instance {@code 12 %}
     */
    public static String percent(double share) {
        return String.format(Locale.ROOT, share >= 0.1 ? "%.0f %%" : "%.1f %%", share * 100);
    }

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
