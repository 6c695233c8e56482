package io.pepper.examples;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes of memory and durations as people type them: {@code 4GB}, {@code 512MiB}, {@code 90s}, {@code 1.5min}. */
public final class QuantityText {
    private static final Pattern QUANTITY = Pattern.compile("\\s*(\\d{1,18}(?:\\.\\d{1,9})?)\\s*([A-Za-z]*)\\s*");

    private static final Map<String, Long> BYTES = Map.of(
            "B", 1L,
            "kB", 1_000L,
            "KB", 1_000L,
            "MB", 1_000_000L,
            "GB", 1_000_000_000L,
            "TB", 1_000_000_000_000L,
            "KiB", 1L << 10,
            "MiB", 1L << 20,
            "GiB", 1L << 30,
            "TiB", 1L << 40);

    private static final Map<String, Long> NANOS = Map.of(
            "ms",
            1_000_000L,
            "s",
            1_000_000_000L,
            "m",
            60_000_000_000L,
            "min",
            60_000_000_000L,
            "h",
            3_600_000_000_000L);

    private QuantityText() {}

    /**
     * Parses a number of bytes.
     *
     * @param text a number and a unit: B, kB, MB, GB, TB (powers of 1000), or KiB, MiB, GiB, TiB (powers of 1024)
     * @return bytes, rounded down
     * @throws IllegalArgumentException if the text is malformed, or exceeds the range of {@code long}
     */
    public static long bytes(String text) {
        return read(text, BYTES, "4GB or 512MiB");
    }

    /**
     * Parses a duration.
     *
     * @param text a number and a unit: ms, s, m or min, or h
     * @return the duration, rounded down to nanoseconds
     * @throws IllegalArgumentException if the text is malformed, or exceeds 292 years
     */
    public static Duration time(String text) {
        return Duration.ofNanos(read(text, NANOS, "90s or 5min"));
    }

    private static long read(String text, Map<String, Long> units, String example) {
        Matcher quantity = QUANTITY.matcher(text);
        Long unit = quantity.matches() ? units.get(quantity.group(2)) : null;
        if (unit == null) {
            throw new IllegalArgumentException(
                    "takes a number and a unit, such as " + example + ", found '" + text + "'");
        }
        try {
            return new BigDecimal(quantity.group(1))
                    .multiply(BigDecimal.valueOf(unit))
                    .setScale(0, RoundingMode.DOWN)
                    .longValueExact();
        } catch (ArithmeticException tooMuch) {
            throw new IllegalArgumentException("'" + text + "' is too much", tooMuch);
        }
    }
}
