package io.pepper.monitor.internal.agent;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The mean power since an earlier reading of a counter of energy that starts again at 0 after its highest value. Not
 * thread-safe.
 */
final class EnergyCounter {
    private static final double NANOS = 1e-9;
    private static final double MICROS = 1e-6;

    /** Shorter times are too short for a counter that is updated every millisecond. */
    private static final double SHORTEST_SECONDS = 0.25;

    /**
     * More than a package of processors draws. If the counter could have passed its whole range at this power, the
     * difference is ambiguous.
     */
    private static final double MOST_WATTS = 1000;

    private long microjoules = -1;
    private long nanos;
    private OptionalDouble watts = OptionalDouble.empty();

    /**
     * Takes a reading.
     *
     * @param now the counter, in microjoules
     * @param range its highest value; empty if it is unknown
     * @param at the time in nanoseconds
     * @return the mean power since the reading before, or the last mean if that was just now; empty if it is unknown
     */
    OptionalDouble read(long now, OptionalLong range, long at) {
        double seconds = (at - nanos) * NANOS;
        if (microjoules >= 0 && seconds < SHORTEST_SECONDS) {
            return watts;
        }
        watts = microjoules < 0 ? OptionalDouble.empty() : mean(now - microjoules, range, seconds);
        microjoules = now;
        nanos = at;
        return watts;
    }

    private static OptionalDouble mean(long used, OptionalLong range, double seconds) {
        boolean startedAgain = used < 0;
        boolean isAmbiguous = range.isPresent() ? seconds * MOST_WATTS > range.getAsLong() * MICROS : startedAgain;
        double mean = (startedAgain ? used + range.orElse(0) + 1 : used) * MICROS / seconds;
        return !isAmbiguous && mean >= 0 && mean <= MOST_WATTS ? OptionalDouble.of(mean) : OptionalDouble.empty();
    }
}
