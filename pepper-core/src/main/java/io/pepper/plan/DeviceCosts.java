package io.pepper.plan;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * The costs of segments, or of runs of segments, on one device: a column of a {@link CostTable}. Immutable; callers
 * must not change the arrays.
 */
final class DeviceCosts {
    private final boolean additive;
    private final double[] seconds;
    private final double[] p90Seconds;
    private final double[] joules;
    private final double runtimeBytes;

    /** For searches: the sums before each cut, or the values by run. Impossible and unknown values count as 0. */
    private final double[] secondsOfRuns;

    private final double[] joulesOfRuns;
    private final boolean runsEverything;

    private DeviceCosts(boolean additive, double[] seconds, double[] p90Seconds, double[] joules, double runtimeBytes) {
        this.additive = additive;
        this.seconds = seconds;
        this.p90Seconds = p90Seconds;
        this.joules = joules;
        this.runtimeBytes = runtimeBytes;
        this.secondsOfRuns = ofRuns(additive, seconds);
        this.joulesOfRuns = ofRuns(additive, joules);
        this.runsEverything = Arrays.stream(seconds).allMatch(Double::isFinite);
    }

    private static double[] ofRuns(boolean additive, double... values) {
        int shift = additive ? 1 : 0;
        double[] runs = new double[values.length + shift];
        for (int i = 0; i < values.length; i++) {
            runs[i + shift] = (additive ? runs[i] : 0) + (Double.isFinite(values[i]) ? values[i] : 0);
        }
        return runs;
    }

    /** Returns the times by segment or run; infinite if it cannot run on the device. */
    double[] seconds() {
        return seconds;
    }

    double[] p90Seconds() {
        return p90Seconds;
    }

    /** Returns the energies by segment or run; NaN if unknown. */
    double[] joules() {
        return joules;
    }

    double runtimeBytes() {
        return runtimeBytes;
    }

    double[] secondsOfRuns() {
        return secondsOfRuns;
    }

    double[] joulesOfRuns() {
        return joulesOfRuns;
    }

    /** Returns whether no time is infinite. */
    boolean runsEverything() {
        return runsEverything;
    }

    DeviceCosts pessimistic() {
        return new DeviceCosts(additive, p90Seconds, p90Seconds, joules, runtimeBytes);
    }

    DeviceCosts slower(double factor) {
        DoubleUnaryOperator times = value -> value * factor;
        return new DeviceCosts(
                additive,
                Arrays.stream(seconds).map(times).toArray(),
                Arrays.stream(p90Seconds).map(times).toArray(),
                Arrays.stream(joules).map(times).toArray(),
                runtimeBytes);
    }

    DeviceCosts worst(DeviceCosts other) {
        return new DeviceCosts(
                additive,
                greater(seconds, other.seconds),
                greater(p90Seconds, other.p90Seconds),
                greater(joules, other.joules),
                runtimeBytes);
    }

    /** Returns the larger of both values at each place. */
    static double[] greater(double[] one, double... other) {
        double[] greater = new double[one.length];
        Arrays.setAll(greater, i -> Math.max(one[i], other[i]));
        return greater;
    }

    static DeviceCosts weighted(List<DeviceCosts> columns, double... weights) {
        int rows = columns.get(0).seconds.length;
        double[] seconds = new double[rows];
        double[] p90Seconds = new double[rows];
        double[] joules = new double[rows];
        for (int i = 0; i < weights.length; i++) {
            DeviceCosts column = columns.get(i);
            for (int row = 0; row < rows; row++) {
                seconds[row] += share(weights[i], column.seconds[row]);
                p90Seconds[row] += share(weights[i], column.p90Seconds[row]);
                joules[row] += share(weights[i], column.joules[row]);
            }
        }
        return new DeviceCosts(columns.get(0).additive, seconds, p90Seconds, joules, columns.get(0).runtimeBytes);
    }

    /** Returns a weighted cost. An impossible cost stays impossible, whatever its weight. */
    private static double share(double weight, double value) {
        return Double.isInfinite(value) ? value : weight * value;
    }

    /** A column while it is filled. At first, all times and memory are 0, and the energies are unknown. */
    static final class Draft {
        private final double[] seconds;
        private final double[] p90Seconds;
        private final double[] joules;
        private double runtimeBytes;

        Draft(int rows) {
            this.seconds = new double[rows];
            this.p90Seconds = new double[rows];
            this.joules = new double[rows];
            Arrays.fill(joules, Double.NaN);
        }

        void time(int row, double median, double p90) {
            seconds[row] = median;
            p90Seconds[row] = p90;
        }

        void joules(int row, double value) {
            joules[row] = value;
        }

        void runtimeBytes(double value) {
            runtimeBytes = value;
        }

        DeviceCosts build(boolean additive) {
            return new DeviceCosts(additive, seconds.clone(), p90Seconds.clone(), joules.clone(), runtimeBytes);
        }
    }
}
