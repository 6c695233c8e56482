package io.pepper.partition;

/** Costs of items that count once, however many operators need them. */
final class SharedItems implements OperatorCosts.Accumulator {
    private final int[][] itemsOfOperator;
    private final long[] itemCosts;

    /** The round in which each item was last counted; clearing begins a new one. */
    private final int[] counted;

    private int round = 1;
    private long sum;

    SharedItems(int[][] itemsOfOperator, long[] itemCosts) {
        this.itemsOfOperator = itemsOfOperator;
        this.itemCosts = itemCosts;
        this.counted = new int[itemCosts.length];
    }

    static long[] checked(long[] costs) {
        for (int i = 0; i < costs.length; i++) {
            if (costs[i] < 0) {
                throw new IllegalArgumentException("cost " + i + " is " + costs[i] + ", where 0 or more is needed");
            }
        }
        return costs.clone();
    }

    @Override
    public void clear() {
        round++;
        sum = 0;
    }

    @Override
    public long add(int operator) {
        for (int item : itemsOfOperator[operator]) {
            if (counted[item] != round) {
                counted[item] = round;
                sum = Math.addExact(sum, itemCosts[item]);
            }
        }
        return sum;
    }
}
