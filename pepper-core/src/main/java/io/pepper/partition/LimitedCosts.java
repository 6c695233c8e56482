package io.pepper.partition;

import java.util.List;

/** Costs that are maximal for operators that together exceed a limit. */
final class LimitedCosts implements OperatorCosts {
    /** The cost of operators that exceed a limit. */
    static final long BEYOND = Long.MAX_VALUE;

    /** The largest cost of operators within all limits. */
    static final long WITHIN = BEYOND - 1;

    private final OperatorCosts costs;
    private final List<Limit> limits;

    LimitedCosts(OperatorCosts costs, List<Limit> limits) {
        this.costs = costs;
        this.limits = limits;
    }

    @Override
    public Accumulator accumulator() {
        return new Limited(
                new GrowingCosts(costs.accumulator()),
                limits.stream()
                        .map(limit -> new GrowingCosts(limit.costs().accumulator()))
                        .toArray(Accumulator[]::new));
    }

    private final class Limited implements Accumulator {
        private final Accumulator cost;
        private final Accumulator[] limited;
        private boolean beyond;

        Limited(Accumulator cost, Accumulator... limited) {
            this.cost = cost;
            this.limited = limited;
        }

        @Override
        public void clear() {
            cost.clear();
            for (Accumulator one : limited) {
                one.clear();
            }
            beyond = false;
        }

        @Override
        public long add(int operator) {
            long sum = cost.add(operator);
            for (int i = 0; i < limited.length; i++) {
                beyond |= limited[i].add(operator) > limits.get(i).most();
            }
            return beyond ? BEYOND : Math.min(sum, WITHIN);
        }
    }
}
