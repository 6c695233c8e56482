package io.pepper.partition;

import java.util.List;

/**
 * The costs of sets of operators, as sums or with shared items. The cost of a set never shrinks when operators are
 * added. Implementations are immutable; an {@link Accumulator} belongs to one thread.
 */
public interface OperatorCosts {
    /** The cost of a growing set of operators. */
    interface Accumulator {
        /** Removes all operators. */
        void clear();

        /**
         * Adds an operator that is not in the set.
         *
         * @param operator the operator's index
         * @return the new cost of the set, no less than before
         * @throws IllegalArgumentException if the operator has no cost
         * @throws ArithmeticException if the cost is more than {@link Long#MAX_VALUE}
         */
        long add(int operator);
    }

    /**
     * Creates an accumulator.
     *
     * @return a new accumulator without operators
     */
    Accumulator accumulator();

    /**
     * Returns costs of 1 for each operator.
     *
     * @return the costs
     */
    static OperatorCosts count() {
        return () -> new SumAccumulator(operator -> 1);
    }

    /**
     * Returns costs that add up over operators.
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
     * Returns costs of items, such as weights, that operators may share. The cost of a set of operators is the total
     * cost of all items that at least one of them needs.
     *
     * @param itemsOfOperator the indices of the items of each operator; copied
     * @param itemCosts the cost of each item, 0 or more; copied
     * @return the costs
     * @throws IllegalArgumentException if a cost is negative, or if an operator needs an item without a cost
     */
    static OperatorCosts shared(int[][] itemsOfOperator, long[] itemCosts) {
        return new SharedItems(itemsOfOperator, itemCosts, new int[itemCosts.length][0]);
    }

    /**
     * Returns costs of items that operators may share and that need other items, such as weights that are computed from
     * others. The cost of a set of operators is the total cost of all items that at least one of them needs, directly
     * or through others. Adding up a set takes time linear in the needed items and their direct needs.
     *
     * @param itemsOfOperator the indices of the items that each operator needs directly; copied
     * @param itemCosts the cost of each item, 0 or more; copied
     * @param itemsOfItem the indices of the items that each item needs directly; copied
     * @return the costs
     * @throws IllegalArgumentException if a cost is negative, if there is not exactly one list for each item, or if a
     *     needed item has no cost
     */
    static OperatorCosts shared(int[][] itemsOfOperator, long[] itemCosts, int[][] itemsOfItem) {
        return new SharedItems(itemsOfOperator, itemCosts, itemsOfItem);
    }

    /**
     * Returns costs of which the maximum counts: a set of operators costs as much as its costliest operator, as for the
     * memory in use while an operator runs.
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
     * Returns the sum of several costs.
     *
     * @param costs the costs to add
     * @return the sum of the costs
     */
    static OperatorCosts sum(OperatorCosts... costs) {
        List<OperatorCosts> summands = List.of(costs);
        return () -> new TotalAccumulator(
                summands.stream().map(OperatorCosts::accumulator).toArray(Accumulator[]::new));
    }
}
