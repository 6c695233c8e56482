package io.pepper.internal.text;

import java.math.BigDecimal;
import java.util.Optional;

/** A parser of decimal numbers whose cost is limited. Stateless and therefore thread-safe. */
final class Decimals {
    private static final int MAX_CHARACTERS = 1_000;
    private static final int MAX_EXPONENT = 400;

    private Decimals() {}

    /** Returns a number; empty if the text is none, or would take too much time to parse or memory when expanded. */
    static Optional<BigDecimal> parse(String text) {
        if (text.length() > MAX_CHARACTERS) {
            return Optional.empty();
        }
        try {
            BigDecimal number = new BigDecimal(text);
            boolean small = Math.abs((long) number.precision() - number.scale()) < MAX_EXPONENT
                    && number.scale() < MAX_CHARACTERS;
            return small ? Optional.of(number) : Optional.empty();
        } catch (NumberFormatException notOne) {
            return Optional.empty();
        }
    }
}
