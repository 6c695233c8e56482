package io.pepper.examples.cli;

import java.util.Locale;

/** Amounts as a person reads them, never longer than a dozen characters: what is very large or very small has an exponent. */
final class Amounts {
    private static final double MILLIS = 1e3;
    private static final double LEAST_MILLIS = 1e-3;
    private static final double MOST_MILLIS = 1e5;
    private static final double LEAST_DECIMAL = 0.1;
    private static final double MOST_DECIMAL = 1e6;
    private static final double KIBI = 1024;
    private static final String[] BYTE_UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private Amounts() {}

    /** A time: milliseconds with three decimals, or three digits of a unit that suits it. */
    static String time(double seconds) {
        double millis = seconds * MILLIS;
        if (millis == 0 || (millis >= LEAST_MILLIS && millis < MOST_MILLIS)) {
            return String.format(Locale.ROOT, "%.3f ms", millis);
        }
        return millis < LEAST_MILLIS ? figure(millis * MILLIS) + " µs" : figure(seconds) + " s";
    }

    /** A number of inferences in a second, or of whatever else is counted. */
    static String rate(double perSecond) {
        return perSecond == 0 || (perSecond >= LEAST_DECIMAL && perSecond < MOST_DECIMAL)
                ? String.format(Locale.ROOT, "%.1f", perSecond)
                : figure(perSecond);
    }

    /** A number of bytes with a binary unit. */
    static String bytes(long bytes) {
        return bytes((double) bytes);
    }

    /** A number of bytes with a binary unit. */
    static String bytes(double bytes) {
        double scaled = bytes;
        int unit = 0;
        while (scaled >= KIBI && unit < BYTE_UNITS.length - 1) {
            scaled /= KIBI;
            unit++;
        }
        if (scaled >= MOST_DECIMAL) {
            return figure(scaled) + " " + BYTE_UNITS[unit];
        }
        boolean whole = unit == 0 && scaled == Math.rint(scaled);
        return String.format(Locale.ROOT, whole ? "%.0f %s" : "%.1f %s", scaled, BYTE_UNITS[unit]);
    }

    /** Three digits. */
    static String figure(double value) {
        return Double.isInfinite(value) ? value > 0 ? "∞" : "-∞" : String.format(Locale.ROOT, "%.3g", value);
    }
}
