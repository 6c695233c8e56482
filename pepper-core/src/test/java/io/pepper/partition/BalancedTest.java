package io.pepper.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cut.Cut;
import io.pepper.cut.Cuts;
import io.pepper.graph.DataflowGraph;
import io.pepper.graph.RandomGraphs;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BalancedTest {
    private static List<String> balanced(int parts, long... costs) {
        Cuts cuts = Cuts.of(RandomGraphs.chain(costs.length));
        return Graphs.cutTensors(
                Partitioner.balanced(parts, OperatorCosts.perOperator(costs)).partition(cuts));
    }

    @Test
    void makesPartsOfEqualCost() {
        assertThat(balanced(3, 1, 1, 1, 1, 1, 1)).containsExactly("t2", "t4");
        assertThat(balanced(2, 9, 1, 1, 1, 3, 3)).containsExactly("t1");
        assertThat(balanced(1, 1, 2, 3)).isEmpty();
        assertThat(balanced(3, 1, 2, 3)).containsExactly("t1", "t2");
    }

    @Test
    void balancesBetterThanGreedily() {
        // Filling each part up to the bottleneck of 10 would give 10 and 7, or 10, 5 and 2.
        assertThat(balanced(3, 10, 1, 2, 2, 2)).containsExactly("t1", "t3");
    }

    @Test
    void amongEqualChoicesTheLastCutIsTheEarliest() {
        assertThat(balanced(2, 1, 1, 1)).containsExactly("t1");
        assertThat(balanced(3, 1, 1, 1, 1)).containsExactly("t1", "t2");
        assertThat(balanced(3, 0, 0, 0, 0)).containsExactly("t1", "t2");
    }

    @Test
    void tellsSumsOfGreatSquaresApart() {
        // 2^60 + 1 with 2^60 - 1, against twice 2^60: in double precision both sums are the same.
        long big = 1L << 60;
        assertThat(balanced(4, big + 1, big - 1, 1, big, 1)).isEqualTo(bruteForce(4, big + 1, big - 1, 1, big, 1));
        assertThat(balanced(3, big + 2, big - 1, 1, big)).isEqualTo(bruteForce(3, big + 2, big - 1, 1, big));
        assertThat(balanced(3, big, 2, 1, 1)).containsExactly("t1", "t2");
        assertThat(balanced(3, big, 1, 1, 2)).containsExactly("t1", "t3");
    }

    /** Only costs that parts share can be so great that their squares do not fit. */
    @Test
    void countsSumsThatDoNotFitAsEqual() {
        Cuts cuts = Cuts.of(RandomGraphs.chain(5));
        OperatorCosts costs = OperatorCosts.shared(new int[][] {{0}, {0}, {0}, {0}, {0}}, new long[] {Long.MAX_VALUE});
        assertThat(Graphs.cutTensors(Partitioner.balanced(4, costs).partition(cuts)))
                .containsExactly("t1", "t2", "t3");
    }

    @Test
    void aWeightReadTwiceCountsOnceInAPart() {
        Cuts cuts = Cuts.of(RandomGraphs.chain(4));
        int[][] items = {{0}, {1}, {1}, {2}};
        OperatorCosts costs = OperatorCosts.shared(items, new long[] {5, 8, 5});
        assertThat(Graphs.cutTensors(Partitioner.balanced(3, costs).partition(cuts)))
                .containsExactly("t1", "t3");
    }

    @Test
    void saysThatCostsOverflow() {
        assertThatThrownBy(() -> balanced(2, Long.MAX_VALUE, 1))
                .isInstanceOf(ArithmeticException.class)
                .hasMessage("with operator 1 the cost is more than 9223372036854775807");
    }

    @Test
    void isOptimalAmongAllChoices() {
        int compared = 0;
        for (int seed = 0; compared < 3_000; seed++) {
            Random random = new Random(seed);
            Cuts cuts = Cuts.of(RandomGraphs.plan(random, 18).shuffled(random).build());
            if (cuts.size() == 0 || cuts.size() > 10) {
                continue;
            }
            OperatorCosts costs = costs(random, cuts.graph());
            for (int parts = 1; parts <= cuts.size() + 1; parts++) {
                Partition best = bruteForce(cuts, parts, costs);
                Partition found = Partitioner.balanced(parts, costs).partition(cuts);
                assertThat(found.cuts()).as("seed %d, %d parts", seed, parts).isEqualTo(best.cuts());
                compared++;
            }
        }
    }

    @Test
    void isOptimalOnChainsOfRandomCosts() {
        for (int seed = 0; seed < 1_000; seed++) {
            Random random = new Random(seed);
            Cuts cuts = Cuts.of(RandomGraphs.chain(2 + random.nextInt(9)));
            OperatorCosts costs = costs(random, cuts.graph());
            int parts = 1 + random.nextInt(cuts.size() + 1);
            assertThat(Partitioner.balanced(parts, costs).partition(cuts).cuts())
                    .as("seed %d", seed)
                    .isEqualTo(bruteForce(cuts, parts, costs).cuts());
        }
    }

    @Test
    void tenThousandCutsAreBalancedWhateverTheCosts() {
        Cuts cuts = Cuts.of(RandomGraphs.chain(10_001));
        Random random = new Random(1);
        long[] uneven = random.longs(10_001, 0, 1_000_000).toArray();
        long[] oneHuge = new long[10_001];
        Arrays.fill(oneHuge, 1);
        oneHuge[5_000] = 10_000;
        for (int parts : new int[] {3, 100}) {
            for (long[] costs : List.of(uneven, oneHuge)) {
                Partition partition = Partitioner.balanced(parts, OperatorCosts.perOperator(costs))
                        .partition(cuts);
                assertThat(partition.segments()).hasSize(parts);
                long total = Arrays.stream(costs).sum();
                long largest = partition.segments().stream()
                        .mapToLong(segment -> segment.operators().stream()
                                .mapToLong(operator -> costs[operator])
                                .sum())
                        .max()
                        .getAsLong();
                long dearest = Arrays.stream(costs).max().getAsLong();
                assertThat(largest).isBetween(Math.max(dearest, total / parts), total / parts + dearest);
            }
        }
    }

    @Test
    void manyPartsOfManyBlocksFitWhenTheyLeaveLittleChoice() {
        Cuts cuts = Cuts.of(RandomGraphs.chain(100_000));
        for (int parts : new int[] {50_000, 99_990, 100_000}) {
            assertThat(Partitioner.balanced(parts, OperatorCosts.count())
                            .partition(cuts)
                            .segments())
                    .hasSize(parts);
        }
    }

    @Test
    void onlyTheBottleneckIsOptimalIfTheTableIsTooLarge() {
        Cuts cuts = Cuts.of(RandomGraphs.chain(100_000));
        Partition partition =
                Partitioner.balanced(60_000, OperatorCosts.count()).partition(cuts);
        assertThat(partition.segments()).hasSize(60_000);
        assertThat(partition.segments())
                .allSatisfy(segment -> assertThat(segment.operators().size()).isBetween(1, 2));
    }

    /** Each window costs the same, so that all windows could be looked at for each end. */
    @Test
    void dividesManyBlocksThatShareAllThatTheyCost() {
        Cuts cuts = Cuts.of(RandomGraphs.chain(100_000));
        int[][] items = new int[100_000][];
        Arrays.fill(items, new int[] {0});
        for (OperatorCosts costs :
                List.of(OperatorCosts.shared(items, new long[] {16}), OperatorCosts.perOperator(new long[100_000]))) {
            assertThat(Partitioner.balanced(3, costs).partition(cuts).segments())
                    .hasSize(3);
        }
    }

    @Test
    void refusesCostsThatShrink() {
        Cuts cuts = Cuts.of(RandomGraphs.chain(5));
        assertThatThrownBy(() -> Partitioner.balanced(2, written(operator -> 10 - operator))
                        .partition(cuts))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("with operator 1 the cost shrinks from 10 to 9");
        assertThatThrownBy(
                        () -> Partitioner.balanced(2, written(operator -> -5)).partition(cuts))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("with operator 0 the cost shrinks from 0 to -5");
    }

    /** Costs that depend on the order may give any partition, or are refused; they break nothing. */
    @Test
    void survivesCostsThatDependOnTheOrder() {
        Cuts cuts = Cuts.of(RandomGraphs.chain(12));
        int refused = 0;
        for (int seed = 0; seed < 1_000; seed++) {
            Random random = new Random(seed);
            try {
                assertThat(Partitioner.balanced(4, erratic(random))
                                .partition(cuts)
                                .segments())
                        .hasSize(4);
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessage("the cost of operators depends on the order in which they are added");
                refused++;
            }
        }
        assertThat(refused).isBetween(1, 999);
    }

    /** The cost of a set is what the last operator says. */
    private static OperatorCosts written(IntToLongFunction cost) {
        return () -> new OperatorCosts.Accumulator() {
            @Override
            public void clear() {}

            @Override
            public long add(int operator) {
                return cost.applyAsLong(operator);
            }
        };
    }

    /** Costs that grow, by something else each time. */
    private static OperatorCosts erratic(Random random) {
        return () -> new OperatorCosts.Accumulator() {
            private long sum;

            @Override
            public void clear() {
                sum = 0;
            }

            @Override
            public long add(int operator) {
                sum += random.nextInt(100);
                return sum;
            }
        };
    }

    private static OperatorCosts costs(Random random, DataflowGraph graph) {
        int operators = graph.operatorCount();
        int most = List.of(1, 3, 20, 1_000_000_000).get(random.nextInt(4));
        if (random.nextBoolean()) {
            return OperatorCosts.perOperator(
                    random.longs(operators, 0, most + 1L).toArray());
        }
        int items = 1 + random.nextInt(2 * operators + 1);
        int[][] needed = new int[operators][];
        Arrays.setAll(needed, o -> random.ints(random.nextInt(4), 0, items).toArray());
        return OperatorCosts.shared(needed, random.longs(items, 0, most + 1L).toArray());
    }

    private static List<String> bruteForce(int parts, long... costs) {
        Cuts cuts = Cuts.of(RandomGraphs.chain(costs.length));
        return Graphs.cutTensors(bruteForce(cuts, parts, OperatorCosts.perOperator(costs)));
    }

    /** The best of all choices, by the definition. */
    private static Partition bruteForce(Cuts cuts, int parts, OperatorCosts costs) {
        Comparator<Choice> order = Comparator.comparing(Choice::largest).thenComparing(Choice::squares);
        for (int i = parts - 2; i >= 0; i--) {
            int place = i;
            order = order.thenComparing(
                    choice -> choice.partition.cuts().get(place).operatorsBefore());
        }
        return IntStream.range(0, 1 << cuts.size())
                .filter(bits -> Integer.bitCount(bits) == parts - 1)
                .mapToObj(bits -> Choice.of(cuts, bits, costs))
                .min(order)
                .orElseThrow()
                .partition;
    }

    private record Choice(Partition partition, long largest, BigInteger squares) {
        static Choice of(Cuts cuts, int bits, OperatorCosts costs) {
            List<Cut> chosen = new ArrayList<>();
            for (int i = 0; i < cuts.size(); i++) {
                if ((bits >> i & 1) == 1) {
                    chosen.add(cuts.get(i));
                }
            }
            Partition partition = Partition.of(cuts.graph(), chosen);
            long largest = 0;
            BigInteger squares = BigInteger.ZERO;
            for (Segment segment : partition.segments()) {
                OperatorCosts.Accumulator accumulator = costs.accumulator();
                long cost = 0;
                for (int operator : segment.operators()) {
                    cost = accumulator.add(operator);
                }
                largest = Math.max(largest, cost);
                squares = squares.add(BigInteger.valueOf(cost).pow(2));
            }
            return new Choice(partition, largest, squares);
        }
    }
}
