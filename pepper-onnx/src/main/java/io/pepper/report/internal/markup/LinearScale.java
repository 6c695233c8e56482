package io.pepper.report.internal.markup;

import java.util.ArrayList;
import java.util.List;

/** A linear scale from 0 with round ticks. */
final class LinearScale implements Scale {
    private static final int MAX_TICKS = 8;
    private static final double[] ROUND = {1, 2, 5, 10};

    private final double greatest;
    private final double step;

    /** A scale that ends at the greatest value, which need not be round. */
    LinearScale(double greatest) {
        this.greatest = greatest > 0 ? greatest : 1;
        double least = this.greatest / MAX_TICKS;
        double power = Math.pow(10, Math.floor(Math.log10(least)));
        double found = ROUND[ROUND.length - 1];
        for (int i = ROUND.length - 1; i >= 0 && ROUND[i] * power >= least; i--) {
            found = ROUND[i];
        }
        step = found * power;
    }

    @Override
    public double place(double value) {
        return value / greatest;
    }

    @Override
    public List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        for (int i = 0; i * step <= greatest * 1.000_001; i++) {
            ticks.add(i * step);
        }
        return ticks;
    }
}
