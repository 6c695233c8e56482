package io.pepper.partition;

import java.util.function.IntToLongFunction;

/** The sum of independent costs. */
final class SumAccumulator implements OperatorCosts.Accumulator {
    private final IntToLongFunction cost;
    private long sum;

    SumAccumulator(IntToLongFunction cost) {
        this.cost = cost;
    }

    @Override
    public void clear() {
        sum = 0;
    }

    @Override
    public long add(int operator) {
        sum = Costs.add(sum, cost.applyAsLong(operator), operator);
        return sum;
    }
}
