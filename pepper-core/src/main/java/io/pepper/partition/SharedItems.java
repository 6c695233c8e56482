package io.pepper.partition;

import java.util.Arrays;

/** Costs of items, each of which counts once for all operators and items that need it. */
final class SharedItems implements OperatorCosts {
    private final int[][] itemsOfOperator;
    private final int[][] itemsOfItem;
    private final long[] itemCosts;

    SharedItems(int[][] itemsOfOperator, long[] itemCosts, int[][] itemsOfItem) {
        this.itemCosts = Costs.checked(itemCosts);
        if (itemsOfItem.length != itemCosts.length) {
            throw new IllegalArgumentException(
                    itemsOfItem.length + " lists of what items need, where " + itemCosts.length + " items have a cost");
        }
        this.itemsOfOperator = copy("operator", itemsOfOperator);
        this.itemsOfItem = copy("item", itemsOfItem);
    }

    private int[][] copy(String what, int[]... needed) {
        int[][] copy = new int[needed.length][];
        for (int i = 0; i < needed.length; i++) {
            copy[i] = needed[i].clone();
            for (int item : copy[i]) {
                if (item < 0 || item >= itemCosts.length) {
                    throw new IllegalArgumentException(what + " " + i + " needs item " + item + ", where "
                            + itemCosts.length + " items have a cost");
                }
            }
        }
        return copy;
    }

    @Override
    public Accumulator accumulator() {
        return new ItemAccumulator();
    }

    private final class ItemAccumulator implements Accumulator {
        /** The round in which each item was last counted; clearing starts a new round. */
        private final int[] counted = new int[itemCosts.length];

        /** The counted items whose needs are not counted yet. Each item is here at most once per round. */
        private final int[] open = new int[itemCosts.length];

        private int opened;
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
            opened = 0;
            count(itemsOfOperator[operator], operator);
            while (opened > 0) {
                count(itemsOfItem[open[--opened]], operator);
            }
            return sum;
        }

        private void count(int[] items, int operator) {
            for (int item : items) {
                if (counted[item] != round) {
                    counted[item] = round;
                    sum = Costs.add(sum, itemCosts[item], operator);
                    open[opened++] = item;
                }
            }
        }
    }
}
