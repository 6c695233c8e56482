package io.pepper.partition;

/** The cost of the costliest operator. */
final class MaximumAccumulator implements OperatorCosts.Accumulator {
    private final long[] costs;
    private long maximum;

    MaximumAccumulator(long... costs) {
        this.costs = costs;
    }

    @Override
    public void clear() {
        maximum = 0;
    }

    @Override
    public long add(int operator) {
        Costs.checkOperator(operator, costs.length);
        maximum = Math.max(maximum, costs[operator]);
        return maximum;
    }
}
