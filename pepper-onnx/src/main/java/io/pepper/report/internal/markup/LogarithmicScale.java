package io.pepper.report.internal.markup;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A logarithmic scale of whole decades. */
final class LogarithmicScale implements Scale {
    private static final double BASE = 10;
    private static final int MAX_TICKS = 10;
    private static final double[] ALL_ROUND = {1, 2, 5};
    private static final double[] POWERS_ALONE = {1};
    private static final double EVEN = 1e-9;

    private final int low;
    private final int high;

    private LogarithmicScale(int low, int high) {
        this.low = low;
        this.high = high;
    }

    static LogarithmicScale spanning(double[]... values) {
        double[] logarithms = Arrays.stream(values)
                .flatMapToDouble(Arrays::stream)
                .filter(value -> value > 0 && Double.isFinite(value))
                .map(Math::log10)
                .toArray();
        double least = Arrays.stream(logarithms).min().orElse(0);
        double most = Arrays.stream(logarithms).max().orElse(1);
        int low = (int) Math.floor(least + EVEN);
        return new LogarithmicScale(low, Math.max(low + 1, (int) Math.ceil(most - EVEN)));
    }

    @Override
    public double place(double value) {
        if (!(value > 0)) {
            return 0;
        }
        return Math.max(0, Math.min(1, (Math.log10(value) - low) / (high - low)));
    }

    @Override
    public List<Double> ticks() {
        int decades = high - low;
        double[] round = decades * ALL_ROUND.length <= MAX_TICKS ? ALL_ROUND : POWERS_ALONE;
        int stride = (decades + MAX_TICKS - 1) / MAX_TICKS;
        List<Double> ticks = new ArrayList<>();
        for (int power = low; power < high; power += stride) {
            for (double factor : round) {
                ticks.add(factor * Math.pow(BASE, power));
            }
        }
        if (decades % stride == 0) {
            ticks.add(Math.pow(BASE, high));
        }
        return ticks;
    }
}
