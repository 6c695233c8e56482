package io.pepper.bench;

import java.util.Arrays;

/** Medians of measurements. */
final class Medians {
    private Medians() {}

    /** Returns the middle of some values; of an even number, the upper one of the two in the middle. */
    static double of(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
