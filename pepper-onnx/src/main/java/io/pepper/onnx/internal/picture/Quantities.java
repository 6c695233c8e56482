package io.pepper.onnx.internal.picture;

import java.util.Locale;

/** Quantities as a person reads them. */
public final class Quantities {
    private static final double MICRO = 1e-6;
    private static final double MILLI = 1e-3;
    private static final int MOST_DIGITS = 9;

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
     * Three digits that count.
     *
     * @param value any
     * @return for instance {@code 0.0412}
     */
    public static String number(double value) {
        if (value == 0 || !Double.isFinite(value)) {
            return value == 0 ? "0" : "∞";
        }
        int digits = (int) Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
        String text = String.format(Locale.ROOT, "%." + Math.min(digits, MOST_DIGITS) + "f", value);
        return text.contains(".") ? text.replaceAll("\\.?0+$", "") : text;
    }
}
