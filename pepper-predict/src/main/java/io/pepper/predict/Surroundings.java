package io.pepper.predict;

import io.pepper.cluster.Conditions;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * What went on around a measurement. What is not known is empty. Immutable and therefore thread-safe.
 *
 * @param foreignBeforePercent how much of the processors other processes took right before, 0 to 100: neither this process nor the load
 *     generator
 * @param foreignPercent how much of them they took while the piece ran, over half a second at least
 * @param before the conditions right before
 * @param during the conditions while the piece ran
 * @param loadInProcess whether threads of the measuring process made the load, since no other process could be started
 */
public record Surroundings(
        OptionalDouble foreignBeforePercent,
        OptionalDouble foreignPercent,
        Conditions before,
        Conditions during,
        boolean loadInProcess) {
    /** Nothing is known. */
    public static final Surroundings UNKNOWN = new Surroundings(
            OptionalDouble.empty(), OptionalDouble.empty(), Conditions.UNKNOWN, Conditions.UNKNOWN, false);

    private static final double ALL = 100;

    /**
     * Checks the ranges.
     *
     * @param foreignBeforePercent see the record
     * @param foreignPercent see the record
     * @param before see the record
     * @param during see the record
     * @param loadInProcess see the record
     * @throws IllegalArgumentException if a number is out of its range
     */
    public Surroundings {
        Objects.requireNonNull(before);
        Objects.requireNonNull(during);
        check("foreignBeforePercent", foreignBeforePercent);
        check("foreignPercent", foreignPercent);
    }

    private static void check(String what, OptionalDouble percent) {
        double value = percent.orElse(0);
        if (!(value >= 0 && value <= ALL)) {
            throw new IllegalArgumentException(what + " " + value + " is not between 0 and " + ALL);
        }
    }
}
