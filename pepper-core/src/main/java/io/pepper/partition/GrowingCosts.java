package io.pepper.partition;

/** A check of a user's costs, which must never shrink when operators are added. */
final class GrowingCosts implements OperatorCosts.Accumulator {
    private final OperatorCosts.Accumulator costs;
    private long sum;

    GrowingCosts(OperatorCosts.Accumulator costs) {
        this.costs = costs;
    }

    static IllegalArgumentException orderMatters() {
        return new IllegalArgumentException("the cost of operators depends on the order in which they are added");
    }

    @Override
    public void clear() {
        costs.clear();
        sum = 0;
    }

    @Override
    public long add(int operator) {
        long more = costs.add(operator);
        if (more < sum) {
            throw new IllegalArgumentException(
                    "with operator " + operator + " the cost shrinks from " + sum + " to " + more);
        }
        sum = more;
        return more;
    }
}
