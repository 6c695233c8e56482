package io.pepper.bench.compare;

/**
 * One benchmark before and now.
 *
 * @param slowdown by which factor it takes longer now, as the ratio of the medians; with the interval of the ratio
 */
record Comparison(String benchmark, String unit, double before, double now, Spread slowdown) {
    /** The verdict on a benchmark. */
    enum Verdict {
        /** Slower by more than the share, and the interval excludes that it is not slower. */
        SLOWER,
        /** Faster by more than the share, and the interval excludes that it is not faster. */
        FASTER,
        /** The interval excludes that it is slower by more than the share. */
        SAME,
        /** There are too few rounds, or the interval does not exclude that it is slower by more than the share. */
        UNCLEAR
    }

    /**
     * Compares rounds of one run. The interval is that of the ratios of the rounds, so that slow periods of the machine
     * affect both sides.
     */
    static Comparison paired(Measured before, Measured now) {
        checkUnits(now.benchmark(), before.unit(), now.unit());
        double[] old = before.values();
        double[] recent = now.values();
        if (old.length != recent.length) {
            throw new IllegalArgumentException(now.benchmark() + ": " + old.length + " rounds before and "
                    + recent.length + " now; as many are needed");
        }
        double[] ratios = new double[old.length];
        for (int round = 0; round < ratios.length; round++) {
            ratios[round] = slowdown(now.unit(), old[round], recent[round]);
        }
        Spread rounds = Spread.of(ratios);
        double median = slowdown(now.unit(), Spread.median(old), Spread.median(recent));
        return new Comparison(
                now.benchmark(),
                now.unit(),
                Spread.median(old),
                Spread.median(recent),
                new Spread(
                        Math.min(rounds.low(), median), median, Math.max(rounds.high(), median), rounds.confidence()));
    }

    /** Compares with a figure of another run. The interval reaches from the best case to the worst of both. */
    static Comparison withFigure(Figure before, Measured now) {
        checkUnits(now.benchmark(), before.unit(), now.unit());
        Spread recent = Spread.of(now.values());
        double first = slowdown(now.unit(), before.high(), recent.low());
        double second = slowdown(now.unit(), before.low(), recent.high());
        return new Comparison(
                now.benchmark(),
                now.unit(),
                before.median(),
                recent.median(),
                new Spread(
                        Math.min(first, second),
                        slowdown(now.unit(), before.median(), recent.median()),
                        Math.max(first, second),
                        Math.min(recent.confidence(), Spread.confidenceOfAll(before.rounds()))));
    }

    Comparison relativeTo(double factor) {
        return new Comparison(benchmark, unit, before, now, slowdown.times(1 / factor));
    }

    Verdict verdict(double share) {
        if (slowdown.confidence() < Spread.WANTED) {
            return Verdict.UNCLEAR;
        }
        if (slowdown.median() > 1 + share && slowdown.low() > 1) {
            return Verdict.SLOWER;
        }
        if (slowdown.median() < 1 / (1 + share) && slowdown.high() < 1) {
            return Verdict.FASTER;
        }
        return slowdown.high() > 1 + share ? Verdict.UNCLEAR : Verdict.SAME;
    }

    private static double slowdown(String unit, double before, double now) {
        return Measured.moreIsBetter(unit) ? before / now : now / before;
    }

    private static void checkUnits(String benchmark, String before, String now) {
        if (!before.equals(now)) {
            throw new IllegalArgumentException(
                    benchmark + ": measured in " + before + " before and in " + now + " now, which cannot be compared");
        }
    }
}
