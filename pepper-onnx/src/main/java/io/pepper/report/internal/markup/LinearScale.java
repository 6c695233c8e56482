package io.pepper.report.internal.markup;

import java.util.ArrayList;
import java.util.List;

/** A linear scale with round ticks. */
final class LinearScale implements Scale {
    private static final int MAX_TICKS = 8;
    private static final double[] ROUND = {1, 2, 5, 10};
    private static final double ROUNDING = 1e-6;

    private final double first;
    private final double greatest;
    private final double step;

    /** A scale from 0 that ends at the greatest value, which need not be round. */
    LinearScale(double greatest) {
        this(0, greatest > 0 ? greatest : 1);
    }

    /** A scale from the last round value that is no more than the least one. */
    LinearScale(double least, double greatest) {
        this.greatest = greatest;
        this.step = step(greatest - least);
        this.first = step * Math.floor(least / step + ROUNDING);
    }

    private static double step(double range) {
        double least = range / MAX_TICKS;
        double power = Math.pow(10, Math.floor(Math.log10(least)));
        double found = ROUND[ROUND.length - 1];
        for (int i = ROUND.length - 1; i >= 0 && ROUND[i] * power >= least; i--) {
            found = ROUND[i];
        }
        return found * power;
    }

    @Override
    public double place(double value) {
        return (value - first) / (greatest - first);
    }

    @Override
    public List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        for (int i = 0; first + i * step <= greatest * (1 + ROUNDING); i++) {
            ticks.add(first + i * step);
        }
        return ticks;
    }
}
