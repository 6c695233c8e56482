package io.pepper.predict.internal.csv;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations in the format of the original PEPPER: {@code HH:MM:SS.micros}. */
public final class PaperTime {
    private static final Pattern FORM = Pattern.compile("(\\d{1,4}):(\\d{2}):(\\d{2})(\\.\\d{1,9})?");
    private static final long MICROS = 1_000_000;
    private static final int SIXTY = 60;

    private PaperTime() {}

    /**
     * Parses a duration.
     *
     * @param text the duration, for instance {@code 00:00:01.500000}
     * @return seconds
     * @throws IllegalArgumentException if the text has another format
     */
    public static double parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not a time in the form HH:MM:SS.micros");
        }
        long whole = (Long.parseLong(parts.group(1)) * SIXTY + Long.parseLong(parts.group(2))) * SIXTY
                + Long.parseLong(parts.group(3));
        return parts.group(4) == null ? (double) whole : whole + Double.parseDouble("0" + parts.group(4));
    }

    /**
     * Formats a duration.
     *
     * @param seconds 0 or more
     * @return the duration, to a microsecond
     */
    public static String format(double seconds) {
        long micros = Math.round(seconds * MICROS);
        long whole = micros / MICROS;
        return String.format(
                Locale.ROOT,
                "%02d:%02d:%02d.%06d",
                whole / SIXTY / SIXTY,
                whole / SIXTY % SIXTY,
                whole % SIXTY,
                micros % MICROS);
    }
}
