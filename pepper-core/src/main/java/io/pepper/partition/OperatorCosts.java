package io.pepper.partition;

import java.util.List;

/**
 * The costs of operators, one by one or with something shared: the cost of a set of operators grows as operators are
 * added, and never shrinks. Implementations are immutable; an {@link Accumulator} belongs to one thread.
 */
public interface OperatorCosts {
    /** Adds up the cost of a set of operators. */
    interface Accumulator {
        /** Begins again with no operator. */
        void clear();

        /**
         * Adds an operator that is not in the set.
         *
         * @param operator the operator's index
         * @return the cost of the set with it, no less than before
         * @throws IllegalArgumentException if the operator has no cost
         * @throws ArithmeticException if the cost is more than {@link Long#MAX_VALUE}
         */
        long add(int operator);
    }

    /**
     * A way to add up.
     *
     * @return a new accumulator with no operator
     */
    Accumulator accumulator();

    /**
     * Each operator costs 1.
     *
     * @return the costs
     */
    static OperatorCosts count() {
        return () -> new SumAccumulator(operator -> 1);
    }

    /**
     * Each operator has a cost of its own.
     *
     * @param costs the cost of each operator by index, 0 or more; copied
     * @return the costs
     * @throws IllegalArgumentException if a cost is negative
     */
    static OperatorCosts perOperator(long... costs) {
        long[] checked = Costs.checked(costs);
        return () -> new SumAccumulator(operator -> {
            Costs.checkOperator(operator, checked.length);
            return checked[operator];
        });
    }

    /**
     * Operators need items, such as weights, that may be shared: a set of operators costs what the items cost that at least
     * one of them needs.
     *
     * @param itemsOfOperator for each operator the numbers of its items; copied
     * @param itemCosts the cost of each item, 0 or more; copied
     * @return the costs
     * @throws IllegalArgumentException if a cost is negative, or an operator needs an item that has none
     */
    static OperatorCosts shared(int[][] itemsOfOperator, long[] itemCosts) {
        return new SharedItems(itemsOfOperator, itemCosts, new int[itemCosts.length][0]);
    }

    /**
     * Operators need items, and items need items, such as weights that are computed of others: a set of operators costs what the items
     * cost that at least one of them needs, at once or through others. Adding up a set takes time in what is needed, not in the ways
     * by which it is.
     *
     * @param itemsOfOperator for each operator the numbers of the items that it needs at once; copied
     * @param itemCosts the cost of each item, 0 or more; copied
     * @param itemsOfItem for each item the numbers of the items that it needs at once; copied
     * @return the costs
     * @throws IllegalArgumentException if a cost is negative, there is not a list for each item, or an item is needed that has no cost
     */
    static OperatorCosts shared(int[][] itemsOfOperator, long[] itemCosts, int[][] itemsOfItem) {
        return new SharedItems(itemsOfOperator, itemCosts, itemsOfItem);
    }

    /**
     * A set of operators costs what the costliest of them does, such as the memory that is in use while it runs.
     *
     * @param costs the cost of each operator by index, 0 or more; copied
     * @return the costs
     * @throws IllegalArgumentException if a cost is negative
     */
    static OperatorCosts maximum(long... costs) {
        long[] checked = Costs.checked(costs);
        return () -> new MaximumAccumulator(checked);
    }

    /**
     * Several costs together.
     *
     * @param costs what is added up
     * @return the sum of the costs
     */
    static OperatorCosts sum(OperatorCosts... costs) {
        List<OperatorCosts> summands = List.of(costs);
        return () -> new TotalAccumulator(
                summands.stream().map(OperatorCosts::accumulator).toArray(Accumulator[]::new));
    }
}
