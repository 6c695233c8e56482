package io.pepper.partition;

/** The sum of several kinds of costs. */
final class TotalAccumulator implements OperatorCosts.Accumulator {
    private final OperatorCosts.Accumulator[] summands;

    TotalAccumulator(OperatorCosts.Accumulator... summands) {
        this.summands = summands;
    }

    @Override
    public void clear() {
        for (OperatorCosts.Accumulator summand : summands) {
            summand.clear();
        }
    }

    @Override
    public long add(int operator) {
        long sum = 0;
        for (OperatorCosts.Accumulator summand : summands) {
            sum = Costs.add(sum, summand.add(operator), operator);
        }
        return sum;
    }
}
