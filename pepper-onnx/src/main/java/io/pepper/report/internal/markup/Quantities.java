package io.pepper.report.internal.markup;

import java.util.Locale;

/** Quantities as a person reads them. */
public final class Quantities {
    private static final double MICRO = 1e-6;
    private static final double MILLI = 1e-3;
    private static final double LEAST_DECIMAL = 1e-4;
    private static final double MOST_DECIMAL = 1e6;

    private Quantities() {}

    /**
     * A time with a unit that suits it.
     *
     * @param seconds 0 or more
     * @return for instance {@code 41.2 ms}
     */
    public static String seconds(double seconds) {
        if (Double.isInfinite(seconds)) {
            return "never";
        }
        if (seconds == 0) {
            return "0";
        }
        if (seconds < MILLI) {
            return number(seconds / MICRO) + " µs";
        }
        return seconds < 1 ? number(seconds / MILLI) + " ms" : number(seconds) + " s";
    }

    /**
     * A number of bytes with a binary unit.
     *
     * @param bytes 0 or more
     * @return for instance {@code 98 KiB}
     */
    public static String bytes(double bytes) {
        return Texts.bytes(bytes);
    }

    /**
     * Three digits that count, with an exponent from a million on and below a ten-thousandth.
     *
     * @param value any
     * @return for instance {@code 0.0412}
     */
    public static String number(double value) {
        if (Double.isNaN(value)) {
            return "?";
        }
        if (value == 0 || Double.isInfinite(value)) {
            return value == 0 ? "0" : value > 0 ? "∞" : "-∞";
        }
        double size = Math.abs(value);
        if (size < LEAST_DECIMAL || size >= MOST_DECIMAL) {
            return String.format(Locale.ROOT, "%.2e", value).replaceFirst("\\.?0+e", "e");
        }
        int digits = (int) Math.max(0, 2 - Math.floor(Math.log10(size)));
        String text = String.format(Locale.ROOT, "%." + digits + "f", value);
        return text.contains(".") ? text.replaceAll("\\.?0+$", "") : text;
    }
}
