package io.pepper.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cut.Cut;
import io.pepper.cut.CutOptions;
import io.pepper.cut.Cuts;
import io.pepper.graph.DataflowGraph;
import io.pepper.graph.RandomGraphs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ChainPartitionerTest {
    private static Cuts chain(long... bytes) {
        DataflowGraph graph = RandomGraphs.chain(bytes.length - 1);
        return Cuts.of(graph, CutOptions.DEFAULTS.withTensorBytes(tensor -> OptionalLong.of(bytes[tensor])));
    }

    private static List<Integer> sizes(Partition partition) {
        return partition.segments().stream()
                .map(segment -> segment.operators().size())
                .toList();
    }

    @Test
    void makesOnePartIfNothingIsWanted() {
        assertThat(sizes(Partitioner.chain().partition(chain(1, 1, 1, 1)))).containsExactly(3);
    }

    @Test
    void makesAsFewPartsAsLimitsAllow() {
        OperatorCosts weights = OperatorCosts.perOperator(5, 1, 1, 5, 1, 1);
        Cuts cuts = chain(1, 1, 1, 1, 1, 1, 1);
        assertThat(sizes(Partitioner.chain().withLimit("bytes", weights, 7).partition(cuts)))
                .containsExactly(3, 3);
        assertThat(sizes(Partitioner.chain().withLimit("bytes", weights, 6).partition(cuts)))
                .as("as equal as three can be within the limit")
                .containsExactly(2, 2, 2);
        assertThat(sizes(Partitioner.chain()
                        .withLimit("bytes", weights, 7)
                        .withLimit("operators", OperatorCosts.count(), 2)
                        .partition(cuts)))
                .containsExactly(2, 2, 2);
    }

    @Test
    void letsTheFewestBytesCross() {
        Cuts cuts = chain(9, 5, 2, 8, 3, 1, 9);
        assertThat(sizes(Partitioner.chain().withParts(3).withFewestBytes().partition(cuts)))
                .containsExactly(2, 3, 1);
        assertThat(sizes(Partitioner.chain()
                        .withParts(3)
                        .withFewestBytes()
                        .withLimit("operators", OperatorCosts.count(), 2)
                        .partition(cuts)))
                .containsExactly(2, 2, 2);
        assertThat(sizes(Partitioner.chain().withFewestBytes().partition(cuts))).containsExactly(6);
    }

    @Test
    void saysWhatIsTooMuch() {
        Cuts cuts = chain(1, 1, 1, 1, 1);
        ChainPartitioner limited =
                Partitioner.chain().withLimit("bytes of weights", OperatorCosts.perOperator(1, 9, 1, 1), 8);
        assertThatThrownBy(() -> limited.partition(cuts))
                .isInstanceOf(NoSuchPartitionException.class)
                .hasMessage(
                        "the smallest piece (around 't1', 't2') has 9 bytes of weights, where at most 8 are allowed;"
                                + " wider cuts may divide it");
        ChainPartitioner two = Partitioner.chain().withParts(2).withLimit("operators", OperatorCosts.count(), 1);
        assertThatThrownBy(() -> two.partition(cuts))
                .isInstanceOf(NoSuchPartitionException.class)
                .hasMessage("2 parts asked, 4 needed to have in none more than 1 operators");
        assertThatThrownBy(() -> Partitioner.chain().withParts(5).partition(cuts))
                .hasMessage("5 parts asked, 4 possible: it can be cut at 't1', 't2', 't3'");
        assertThatThrownBy(
                        () -> Partitioner.chain().withParts(2).withFewestBytes().partition(Cuts.of(cuts.graph())))
                .isInstanceOf(NoSuchPartitionException.class)
                .hasMessageContaining("are unknown");
        assertThatThrownBy(() -> Partitioner.chain().withParts(0)).hasMessageContaining("found 0");
        assertThatThrownBy(() -> Partitioner.chain().withLimit("bytes", OperatorCosts.count(), -1))
                .hasMessageContaining("found -1");
    }

    @Test
    void manyPartsTakeLinearTime() {
        Cuts cuts =
                chain(LongStream.range(0, 20_001).map(i -> i * 7_919 % 1_000).toArray());
        Partition partition = Partitioner.chain()
                .withFewestBytes()
                .withLimit("operators", OperatorCosts.count(), 100)
                .partition(cuts);
        assertThat(partition.segments()).hasSize(200);
    }

    @Test
    void agreesWithTryingEveryChoice() {
        int limited = 0;
        for (int seed = 0; seed < 1_500; seed++) {
            Random random = new Random(seed);
            int count = 1 + random.nextInt(8);
            Cuts cuts = chain(random.longs(count + 1, 0, 9).toArray());
            long[] weights = random.longs(count, 0, 9).toArray();
            long[] memory = random.longs(count, 0, 9).toArray();
            OperatorCosts taken = OperatorCosts.sum(OperatorCosts.perOperator(weights), OperatorCosts.maximum(memory));
            long most = random.nextInt(30);
            int parts = 1 + random.nextInt(count);
            ChainPartitioner partitioner = Partitioner.chain().withLimit("memory", taken, most);
            List<List<Cut>> within = choices(cuts).stream()
                    .filter(chosen -> Partition.of(cuts.graph(), chosen).segments().stream()
                            .allMatch(segment -> memory(segment, weights, memory) <= most))
                    .toList();
            String description = "seed " + seed;
            checkFewest(partitioner, cuts, within, description);
            checkBytes(partitioner.withParts(parts).withFewestBytes(), cuts, within, parts, description);
            checkBalance(partitioner.withParts(parts), cuts, within, parts, description);
            limited += within.isEmpty() ? 0 : 1;
        }
        assertThat(limited).isGreaterThan(700);
    }

    private static long memory(Segment segment, long[] weights, long... memory) {
        return segment.operators().stream().mapToLong(o -> weights[o]).sum()
                + segment.operators().stream().mapToLong(o -> memory[o]).max().orElse(0);
    }

    private static List<List<Cut>> choices(Cuts cuts) {
        List<List<Cut>> choices = new ArrayList<>();
        for (int set = 0; set < 1 << cuts.size(); set++) {
            List<Cut> chosen = new ArrayList<>();
            for (int cut = 0; cut < cuts.size(); cut++) {
                if ((set >> cut & 1) == 1) {
                    chosen.add(cuts.get(cut));
                }
            }
            choices.add(chosen);
        }
        return choices;
    }

    private static void checkFewest(
            ChainPartitioner partitioner, Cuts cuts, List<List<Cut>> within, String description) {
        if (within.isEmpty()) {
            assertThatThrownBy(() -> partitioner.partition(cuts)).isInstanceOf(NoSuchPartitionException.class);
        } else {
            int fewest = within.stream().mapToInt(List::size).min().orElseThrow();
            assertThat(partitioner.partition(cuts).cuts()).as(description).hasSize(fewest);
        }
    }

    private static void checkBytes(
            ChainPartitioner partitioner, Cuts cuts, List<List<Cut>> within, int parts, String description) {
        OptionalLong least = within.stream()
                .filter(chosen -> chosen.size() == parts - 1)
                .mapToLong(ChainPartitionerTest::bytes)
                .min();
        if (least.isEmpty()) {
            assertThatThrownBy(() -> partitioner.partition(cuts)).isInstanceOf(NoSuchPartitionException.class);
        } else {
            List<Cut> chosen = partitioner.partition(cuts).cuts();
            assertThat(within).as(description).contains(chosen);
            assertThat(bytes(chosen)).as(description).isEqualTo(least.getAsLong());
        }
    }

    private static long bytes(List<Cut> chosen) {
        return chosen.stream().mapToLong(cut -> cut.bytes().orElseThrow()).sum();
    }

    private static void checkBalance(
            ChainPartitioner partitioner, Cuts cuts, List<List<Cut>> within, int parts, String description) {
        OptionalLong least = within.stream()
                .filter(chosen -> chosen.size() == parts - 1)
                .mapToLong(chosen -> squares(Partition.of(cuts.graph(), chosen)))
                .min();
        if (least.isPresent()) {
            Partition partition = partitioner.partition(cuts);
            assertThat(within).as(description).contains(partition.cuts());
            long largest = within.stream()
                    .filter(chosen -> chosen.size() == parts - 1)
                    .mapToLong(chosen -> largest(Partition.of(cuts.graph(), chosen)))
                    .min()
                    .orElseThrow();
            assertThat(largest(partition)).as(description).isEqualTo(largest);
        }
    }

    private static long largest(Partition partition) {
        return sizes(partition).stream().mapToInt(Integer::intValue).max().orElseThrow();
    }

    private static long squares(Partition partition) {
        return sizes(partition).stream().mapToLong(size -> (long) size * size).sum();
    }

    @Test
    void costsMayBeOfSeveralKinds() {
        OperatorCosts.Accumulator sum = OperatorCosts.sum(
                        OperatorCosts.maximum(3, 7, 5), OperatorCosts.perOperator(1, 1, 1))
                .accumulator();
        assertThat(Arrays.stream(new int[] {0, 1, 2}).mapToLong(sum::add)).containsExactly(4L, 9L, 10L);
        sum.clear();
        assertThat(sum.add(2)).isEqualTo(6);
        assertThatThrownBy(() -> OperatorCosts.maximum(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> OperatorCosts.maximum(1).accumulator().add(1)).hasMessageContaining("no cost");
    }
}
