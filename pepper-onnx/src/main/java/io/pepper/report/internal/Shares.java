package io.pepper.report.internal;

/**
 * The distribution of work over segments and steps: by arithmetic, or by the number of operators if that is unknown.
 */
final class Shares {
    private final boolean known;
    private final double total;
    private final double[] cumulative;

    Shares(Drawing drawing) {
        boolean allKnown =
                drawing.steps().stream().allMatch(step -> step.flops().isPresent());
        double sum = drawing.steps().stream()
                .mapToDouble(step -> step.flops().orElse(0))
                .sum();
        known = allKnown && sum > 0;
        total = known ? sum : Math.max(1, drawing.steps().size());
        cumulative = new double[drawing.steps().size()];
        double before = 0;
        for (int i = 0; i < cumulative.length; i++) {
            before += known ? drawing.steps().get(i).flops().orElse(0) : 1;
            cumulative[i] = before / total;
        }
    }

    /** Returns whether the arithmetic of all operators is known. */
    boolean isKnown() {
        return known;
    }

    double of(Drawing.Block block) {
        return (known ? block.flops().orElse(0) : block.operators().size()) / total;
    }

    /** Returns the share of a step and of all steps before it. */
    double upTo(int step) {
        return cumulative[step];
    }
}
