package io.pepper.plan;

/**
 * The quantity that a planner minimises: a weighted sum of metrics, usually of a single one. Limits on the others are
 * {@link Constraints}. Immutable and therefore thread-safe.
 *
 * @param latencyWeight the weight of {@link Metric#LATENCY}, per second, 0 or more
 * @param periodWeight the weight of {@link Metric#PERIOD}, per second, 0 or more
 * @param energyWeight the weight of {@link Metric#ENERGY}, per joule, 0 or more
 */
public record Objective(double latencyWeight, double periodWeight, double energyWeight) {
    /** Minimal latency. */
    public static final Objective LATENCY = new Objective(1, 0, 0);

    /** Maximal throughput, which is the minimal period. */
    public static final Objective THROUGHPUT = new Objective(0, 1, 0);

    /** Minimal energy. */
    public static final Objective ENERGY = new Objective(0, 0, 1);

    /**
     * Checks the weights.
     *
     * @param latencyWeight the weight of {@link Metric#LATENCY}, per second, 0 or more
     * @param periodWeight the weight of {@link Metric#PERIOD}, per second, 0 or more
     * @param energyWeight the weight of {@link Metric#ENERGY}, per joule, 0 or more
     * @throws IllegalArgumentException if one is negative or infinite, or all are 0
     */
    public Objective {
        double sum = latencyWeight + periodWeight + energyWeight;
        if (!(latencyWeight >= 0 && periodWeight >= 0 && energyWeight >= 0 && sum > 0 && sum < Double.MAX_VALUE)) {
            throw new IllegalArgumentException("the weights of an objective are 0 or more, and one is more: found "
                    + latencyWeight + ", " + periodWeight + ", " + energyWeight);
        }
    }

    /**
     * Returns the objective of a single metric.
     *
     * @param metric the metric
     * @return the objective
     */
    public static Objective of(Metric metric) {
        return switch (metric) {
            case LATENCY -> LATENCY;
            case PERIOD -> THROUGHPUT;
            case ENERGY -> ENERGY;
        };
    }

    /**
     * Returns the weight of a metric.
     *
     * @param metric the metric
     * @return 0 or more
     */
    public double weight(Metric metric) {
        return switch (metric) {
            case LATENCY -> latencyWeight;
            case PERIOD -> periodWeight;
            case ENERGY -> energyWeight;
        };
    }

    /** Returns the value of a placement. A metric without weight may be unknown. */
    double value(double latency, double period, double energy) {
        return (latencyWeight > 0 ? latencyWeight * latency : 0)
                + (periodWeight > 0 ? periodWeight * period : 0)
                + (energyWeight > 0 ? energyWeight * energy : 0);
    }
}
