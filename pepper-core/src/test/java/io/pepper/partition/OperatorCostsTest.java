package io.pepper.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.partition.OperatorCosts.Accumulator;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OperatorCostsTest {
    @Test
    void countsOperators() {
        Accumulator costs = OperatorCosts.count().accumulator();
        assertThat(costs.add(7)).isEqualTo(1);
        assertThat(costs.add(3)).isEqualTo(2);
        costs.clear();
        assertThat(costs.add(3)).isEqualTo(1);
    }

    @Test
    void addsTheCostsOfOperators() {
        long[] given = {5, 0, 2};
        Accumulator costs = OperatorCosts.perOperator(given).accumulator();
        given[0] = 100;
        assertThat(costs.add(2)).isEqualTo(2);
        assertThat(costs.add(0)).isEqualTo(7);
        assertThat(costs.add(1)).isEqualTo(7);
    }

    @Test
    void countsSharedItemsOnce() {
        int[][] items = {{0, 1}, {1, 1}, {}, {2, 0}};
        long[] costsOfItems = {10, 20, 30};
        OperatorCosts shared = OperatorCosts.shared(items, costsOfItems);
        items[0][0] = 2;
        costsOfItems[0] = 99;
        Accumulator costs = shared.accumulator();
        assertThat(costs.add(1)).isEqualTo(20);
        assertThat(costs.add(0)).isEqualTo(30);
        assertThat(costs.add(2)).isEqualTo(30);
        assertThat(costs.add(3)).isEqualTo(60);
        costs.clear();
        assertThat(costs.add(2)).isZero();
        assertThat(costs.add(0)).isEqualTo(30);
    }

    @Test
    void countsWhatItemsNeedOnceAgainstAllThatCanBeReached() {
        Random random = new Random(7);
        for (int instance = 0; instance < 1_000; instance++) {
            int items = 1 + random.nextInt(8);
            int[][] itemsOfItem = lists(random, items, items);
            int[][] itemsOfOperator = lists(random, 5, items);
            long[] costs = random.longs(items, 0, 100).toArray();
            Accumulator sum =
                    OperatorCosts.shared(itemsOfOperator, costs, itemsOfItem).accumulator();
            for (int round = 0; round < 2; round++) {
                sum.clear();
                BitSet needed = new BitSet();
                for (int operator : random.ints(0, 5).distinct().limit(5).toArray()) {
                    reach(itemsOfOperator[operator], itemsOfItem, needed);
                    assertThat(sum.add(operator))
                            .isEqualTo(needed.stream()
                                    .mapToLong(item -> costs[item])
                                    .sum());
                }
            }
        }
    }

    private static int[][] lists(Random random, int count, int items) {
        return Stream.generate(() -> random.ints(random.nextInt(3), 0, items).toArray())
                .limit(count)
                .toArray(int[][]::new);
    }

    private static void reach(int[] items, int[][] itemsOfItem, BitSet needed) {
        for (int item : items) {
            if (!needed.get(item)) {
                needed.set(item);
                reach(itemsOfItem[item], itemsOfItem, needed);
            }
        }
    }

    @Test
    void manyOperatorsThatShareALongChainOfItemsTakeNoTimeForEach() {
        int items = 200_000;
        int[][] itemsOfItem = new int[items][];
        for (int item = 0; item < items; item++) {
            itemsOfItem[item] = item == 0 ? new int[0] : new int[] {item - 1};
        }
        long[] costs = new long[items];
        Arrays.fill(costs, 1);
        int[][] itemsOfOperator = new int[100_000][];
        Arrays.fill(itemsOfOperator, new int[] {items - 1});
        Accumulator sum =
                OperatorCosts.shared(itemsOfOperator, costs, itemsOfItem).accumulator();
        for (int operator = 0; operator < itemsOfOperator.length; operator++) {
            assertThat(sum.add(operator)).isEqualTo(items);
        }
    }

    @Test
    void accumulatorsDoNotDisturbEachOther() {
        OperatorCosts shared = OperatorCosts.shared(new int[][] {{0}}, new long[] {4});
        Accumulator one = shared.accumulator();
        assertThat(one.add(0)).isEqualTo(4);
        assertThat(shared.accumulator().add(0)).isEqualTo(4);
    }

    @Test
    void refusesNegativeCosts() {
        assertThatThrownBy(() -> OperatorCosts.perOperator(3, -2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cost 1 is -2, where 0 or more is needed");
        assertThatThrownBy(() -> OperatorCosts.shared(new int[][] {}, new long[] {-1}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cost 0 is -1, where 0 or more is needed");
    }

    @Test
    void refusesItemsThatHaveNoCost() {
        for (int item : new int[] {-1, 2}) {
            assertThatThrownBy(() -> OperatorCosts.shared(new int[][] {{}, {item}}, new long[] {1, 2}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("operator 1 needs item " + item + ", where 2 items have a cost");
            assertThatThrownBy(() -> OperatorCosts.shared(new int[0][], new long[] {1, 2}, new int[][] {{}, {item}}))
                    .hasMessage("item 1 needs item " + item + ", where 2 items have a cost");
        }
    }

    @Test
    void refusesOperatorsThatHaveNoCost() {
        assertThatThrownBy(() -> OperatorCosts.perOperator(3, 2).accumulator().add(2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("operator 2 has no cost: there are costs of 2 operators");
        assertThatThrownBy(() -> OperatorCosts.shared(new int[][] {{}}, new long[] {})
                        .accumulator()
                        .add(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("operator 1 has no cost: there are costs of 1 operators");
    }

    @Test
    void saysWhereAddingUpOverflows() {
        Accumulator added = OperatorCosts.perOperator(Long.MAX_VALUE, 1).accumulator();
        assertThat(added.add(0)).isEqualTo(Long.MAX_VALUE);
        assertThatThrownBy(() -> added.add(1))
                .isInstanceOf(ArithmeticException.class)
                .hasMessage("with operator 1 the cost is more than 9223372036854775807");
        Accumulator shared = OperatorCosts.shared(new int[][] {{0}, {0, 1}}, new long[] {Long.MAX_VALUE, 5})
                .accumulator();
        shared.add(0);
        assertThatThrownBy(() -> shared.add(1))
                .isInstanceOf(ArithmeticException.class)
                .hasMessage("with operator 1 the cost is more than 9223372036854775807");
    }
}
