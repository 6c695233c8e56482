package io.pepper.report.internal;

import java.util.ArrayList;
import java.util.List;

/** A linear axis from 0 with round ticks. */
final class Axis {
    private static final int MOST_TICKS = 8;
    private static final double[] ROUND = {1, 2, 5, 10};

    private final double greatest;
    private final double step;

    /** Creates an axis that ends at the greatest value, which need not be round. */
    Axis(double greatest) {
        this.greatest = greatest > 0 ? greatest : 1;
        double least = this.greatest / MOST_TICKS;
        double power = Math.pow(10, Math.floor(Math.log10(least)));
        double found = ROUND[ROUND.length - 1];
        for (int i = ROUND.length - 1; i >= 0 && ROUND[i] * power >= least; i--) {
            found = ROUND[i];
        }
        step = found * power;
    }

    /** Returns the position of a value: 0 at the start, 1 at the end. */
    double place(double value) {
        return value / greatest;
    }

    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        for (int i = 0; i * step <= greatest * 1.000_001; i++) {
            ticks.add(i * step);
        }
        return ticks;
    }
}
