package io.pepper.partition;

import java.util.Arrays;

/** Costs of items that count once, however many operators need them. */
final class SharedItems implements OperatorCosts {
    private final int[][] itemsOfOperator;
    private final long[] itemCosts;

    SharedItems(int[][] itemsOfOperator, long[] itemCosts) {
        this.itemCosts = Costs.checked(itemCosts);
        this.itemsOfOperator = new int[itemsOfOperator.length][];
        for (int operator = 0; operator < itemsOfOperator.length; operator++) {
            int[] items = itemsOfOperator[operator].clone();
            for (int item : items) {
                if (item < 0 || item >= itemCosts.length) {
                    throw new IllegalArgumentException("operator " + operator + " needs item " + item + ", where "
                            + itemCosts.length + " items have a cost");
                }
            }
            this.itemsOfOperator[operator] = items;
        }
    }

    @Override
    public Accumulator accumulator() {
        return new ItemAccumulator();
    }

    private final class ItemAccumulator implements Accumulator {
        /** The round in which each item was last counted; clearing begins a new one. */
        private final int[] counted = new int[itemCosts.length];

        private int round = 1;
        private long sum;

        @Override
        public void clear() {
            sum = 0;
            round++;
            if (round == 0) {
                Arrays.fill(counted, 0);
                round = 1;
            }
        }

        @Override
        public long add(int operator) {
            Costs.checkOperator(operator, itemsOfOperator.length);
            for (int item : itemsOfOperator[operator]) {
                if (counted[item] != round) {
                    counted[item] = round;
                    sum = Costs.add(sum, itemCosts[item], operator);
                }
            }
            return sum;
        }
    }
}
