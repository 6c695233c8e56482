package io.pepper.bench.compare;

import java.util.Arrays;

/** The results of one benchmark with one set of parameters: a value for each fork, the median of its iterations. */
final class Measured {
    private final String benchmark;
    private final String unit;
    private final double[] values;

    Measured(String benchmark, String unit, double[] values) {
        this.benchmark = benchmark;
        this.unit = unit;
        this.values = values.clone();
    }

    String benchmark() {
        return benchmark;
    }

    String unit() {
        return unit;
    }

    double[] values() {
        return values.clone();
    }

    /** JMH counts operations in a unit of time, or time in an operation. */
    static boolean moreIsBetter(String unit) {
        return unit.startsWith("ops/");
    }

    Measured and(Measured later) {
        if (!unit.equals(later.unit)) {
            throw new IllegalArgumentException(
                    benchmark + ": measured in " + unit + " and in " + later.unit + ", which cannot be compared");
        }
        double[] all = Arrays.copyOf(values, values.length + later.values.length);
        System.arraycopy(later.values, 0, all, values.length, later.values.length);
        return new Measured(benchmark, unit, all);
    }
}
