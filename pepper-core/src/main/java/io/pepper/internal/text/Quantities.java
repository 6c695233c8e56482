package io.pepper.internal.text;

import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Quantities with their units, for people: three significant digits, more only before the decimal point, without trailing
 * zeros. Texts have at most 16 characters; very large and very small values have an exponent.
 */
public final class Quantities {
    private static final double KIBI = 1024;
    private static final double KILO = 1000;
    private static final double PERCENT = 100;
    private static final double MIN_DECIMAL = 1e-4;
    private static final double MAX_DECIMAL = 1e6;

    /** Values that round to the next unit at three digits are written in that unit. */
    private static final double ALMOST = 0.9995;

    private static final String[] BYTES = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    private static final String[] PREFIXES = {"", "k", "M", "G", "T", "P", "E"};

    private Quantities() {}

    /**
     * Formats a time in the unit that suits it.
     *
     * @param seconds the time; infinity means never
     * @return for instance {@code 41.2 ms}
     */
    public static String seconds(double seconds) {
        if (Double.isInfinite(seconds)) {
            return "never";
        }
        if (seconds == 0 || seconds >= ALMOST || Double.isNaN(seconds)) {
            return number(seconds) + " s";
        }
        double millis = seconds * KILO;
        return millis >= ALMOST ? number(millis) + " ms" : number(millis * KILO) + " µs";
    }

    /**
     * Formats a number of bytes with a binary unit.
     *
     * @param bytes 0 or more
     * @return for instance {@code 98 KiB}
     */
    public static String bytes(double bytes) {
        return scaled(bytes, KIBI, BYTES);
    }

    /**
     * Formats a number of bytes with a binary unit.
     *
     * @param bytes 0 or more
     * @return for instance {@code 98 KiB}
     */
    public static String bytes(long bytes) {
        return bytes((double) bytes);
    }

    /**
     * Formats a number of bytes that may be unknown.
     *
     * @param bytes 0 or more, or empty if unknown
     * @return for instance {@code 98 KiB} or {@code ? B}
     */
    public static String bytes(OptionalLong bytes) {
        return bytes(bytes.isPresent() ? (double) bytes.getAsLong() : Double.NaN);
    }

    /**
     * Formats a count with a decimal prefix.
     *
     * @param count 0 or more
     * @param unit its unit, for instance {@code FLOPs}
     * @return for instance {@code 1.82 GFLOPs}
     */
    public static String decimal(double count, String unit) {
        String[] units = new String[PREFIXES.length];
        for (int i = 0; i < units.length; i++) {
            units[i] = PREFIXES[i] + unit;
        }
        return scaled(count, KILO, units);
    }

    /**
     * Formats a count that may be unknown with a decimal prefix.
     *
     * @param count 0 or more, or empty if unknown
     * @param unit its unit
     * @return for instance {@code 1.82 GFLOPs} or {@code ? FLOPs}
     */
    public static String decimal(OptionalLong count, String unit) {
        return decimal(count.isPresent() ? (double) count.getAsLong() : Double.NaN, unit);
    }

    private static String scaled(double value, double factor, String... units) {
        double scaled = value;
        int unit = 0;
        while (scaled >= factor * ALMOST && unit < units.length - 1) {
            scaled /= factor;
            unit++;
        }
        return number(scaled) + " " + units[unit];
    }

    /**
     * Formats a share in per cent.
     *
     * @param share the share, 1 for all
     * @return for instance {@code 12.5 %}
     */
    public static String percent(double share) {
        return number(PERCENT * share) + " %";
    }

    /**
     * Formats a share in per cent that may be unknown.
     *
     * @param share the share, 1 for all, or empty if unknown
     * @return for instance {@code 12.5 %} or {@code ?}
     */
    public static String percent(OptionalDouble share) {
        return share.isPresent() ? percent(share.getAsDouble()) : "?";
    }

    /**
     * Formats a number of per cents that may be unknown.
     *
     * @param percent the number of per cents, 100 for all, or empty if unknown
     * @return for instance {@code 12.5 %} or {@code ?}
     */
    public static String percents(OptionalDouble percent) {
        return percent.isPresent() ? number(percent.getAsDouble()) + " %" : "?";
    }

    /**
     * Formats a number that may be unknown.
     *
     * @param value the number, or empty if unknown
     * @return for instance {@code 0.0412} or {@code ?}
     */
    public static String number(OptionalDouble value) {
        return number(value.orElse(Double.NaN));
    }

    /**
     * Formats a number, with an exponent from a million on and below a ten-thousandth.
     *
     * @param value the number; NaN means unknown
     * @return for instance {@code 0.0412}, {@code 2.5e+06}, {@code ∞} or {@code ?}
     */
    public static String number(double value) {
        if (Double.isNaN(value)) {
            return "?";
        }
        if (value == 0 || Double.isInfinite(value)) {
            return value == 0 ? "0" : value > 0 ? "∞" : "-∞";
        }
        double size = Math.abs(value);
        if (size < MIN_DECIMAL || size >= MAX_DECIMAL) {
            return String.format(Locale.ROOT, "%.2e", value).replaceFirst("\\.?0+e", "e");
        }
        int digits = (int) Math.max(0, 2 - Math.floor(Math.log10(size)));
        String text = String.format(Locale.ROOT, "%." + digits + "f", value);
        return text.contains(".") ? text.replaceAll("\\.?0+$", "") : text;
    }
}
