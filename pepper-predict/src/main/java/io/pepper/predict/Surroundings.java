package io.pepper.predict;

import io.pepper.cluster.Conditions;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * The conditions around a measurement. Unknown values are empty. Immutable and therefore thread-safe.
 *
 * @param foreignBeforePercent share of the processors that other processes took right before, 0 to 100; neither this
 *     process nor the load generator counts
 * @param foreignPercent share of the processors that other processes took while the piece ran, 0 to 100, over at least
 *     half a second
 * @param before the conditions right before
 * @param during the conditions while the piece ran
 * @param loadInProcess whether threads of the measuring process made the load because no other process could be started
 */
public record Surroundings(
        OptionalDouble foreignBeforePercent,
        OptionalDouble foreignPercent,
        Conditions before,
        Conditions during,
        boolean loadInProcess) {
    /** Unknown surroundings. */
    public static final Surroundings UNKNOWN = new Surroundings(
            OptionalDouble.empty(), OptionalDouble.empty(), Conditions.UNKNOWN, Conditions.UNKNOWN, false);

    private static final double ALL = 100;

    /**
     * Creates surroundings.
     *
     * @param foreignBeforePercent share of the processors that other processes took right before, 0 to 100
     * @param foreignPercent share of the processors that other processes took while the piece ran, 0 to 100
     * @param before the conditions right before
     * @param during the conditions while the piece ran
     * @param loadInProcess whether threads of the measuring process made the load
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
