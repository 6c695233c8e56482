package io.pepper.plan;

import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The costs of runs of segments on devices, each in constant time. Immutable. */
final class RunCosts {
    private final int segments;
    private final boolean additive;

    /** By device, the sums of all segments before each cut; or the values by device and run. */
    private final double[][] values;

    private RunCosts(int segments, boolean additive, double[][] values) {
        this.segments = segments;
        this.additive = additive;
        this.values = values;
    }

    /** Sums one kind of cost. Impossible runs count as 0, and callers must not ask for them. */
    static RunCosts of(CostTable table, Function<DeviceCosts, double[]> which) {
        double[][] values = IntStream.range(0, table.devices())
                .mapToObj(device -> which.apply(table.column(device)))
                .toArray(double[][]::new);
        return new RunCosts(table.segments(), table.isAdditive(), values);
    }

    /** Returns whether other runs cost the same on a device, compared by identity. */
    boolean sameOn(int device, RunCosts other) {
        return values[device] == other.values[device];
    }

    double at(int from, int to, int device) {
        double[] its = values[device];
        return additive ? its[to] - its[from] : its[from * segments - from * (from - 1) / 2 + to - from - 1];
    }

    /** Returns the weighted sum of these costs and others. */
    RunCosts weighted(double factor, RunCosts other, double otherFactor) {
        if (factor == 1 && otherFactor == 0) {
            return this;
        }
        double[][] sum = new double[values.length][];
        Arrays.setAll(sum, device -> sum(factor, values[device], otherFactor, other.values[device]));
        return new RunCosts(segments, additive, sum);
    }

    private static double[] sum(double factor, double[] one, double otherFactor, double... other) {
        double[] sum = new double[one.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = (factor > 0 ? factor * one[i] : 0) + (otherFactor > 0 ? otherFactor * other[i] : 0);
        }
        return sum;
    }
}
