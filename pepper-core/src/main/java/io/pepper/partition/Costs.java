package io.pepper.partition;

/** Helpers for adding up costs. */
final class Costs {
    private Costs() {}

    static long[] checked(long[] costs) {
        for (int i = 0; i < costs.length; i++) {
            if (costs[i] < 0) {
                throw new IllegalArgumentException("cost " + i + " is " + costs[i] + ", where 0 or more is needed");
            }
        }
        return costs.clone();
    }

    static void checkOperator(int operator, int count) {
        if (operator < 0 || operator >= count) {
            throw new IllegalArgumentException(
                    "operator " + operator + " has no cost: there are costs of " + count + " operators");
        }
    }

    /** Returns the sum of two costs. */
    static long add(long sum, long cost, int operator) {
        long more = sum + cost;
        if (more < 0) {
            throw new ArithmeticException("with operator " + operator + " the cost is more than " + Long.MAX_VALUE);
        }
        return more;
    }
}
