package io.pepper.cut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.graph.DataflowGraph;
import io.pepper.graph.RandomGraphs;
import io.pepper.graph.RandomShape;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WideCutsTest {
    private static final CutOptions ALL =
            CutOptions.DEFAULTS.withMaxWidth(CutOptions.GREATEST_MAX_WIDTH).withNeighbourhood(0);

    /** A chain that goes down and up again, with skips between what is level; bytes halve on the way down. */
    private static DataflowGraph uShape() {
        return DataflowGraph.builder()
                .input("x")
                .operator("down1", "Conv", List.of("x"), List.of("d1"))
                .operator("down2", "Conv", List.of("d1"), List.of("d2"))
                .operator("bottom1", "Conv", List.of("d2"), List.of("b1"))
                .operator("bottom2", "Conv", List.of("b1"), List.of("b2"))
                .operator("up2", "Concat", List.of("b2", "d2"), List.of("u2"))
                .operator("up1", "Concat", List.of("u2", "d1"), List.of("u1"))
                .operator("last", "Conv", List.of("u1"), List.of("y"))
                .output("y")
                .build();
    }

    private static List<List<String>> tensors(Cuts cuts) {
        return cuts.list().stream()
                .map(cut -> cut.tensors().stream()
                        .mapToObj(cuts.graph()::tensorName)
                        .toList())
                .toList();
    }

    @Test
    void cutsOfAUNetCarryItsSkipConnections() {
        DataflowGraph graph = uShape();
        assertThat(tensors(Cuts.of(graph, CutOptions.DEFAULTS.withMaxWidth(2).withNeighbourhood(0))))
                .containsExactly(List.of("d1"), List.of("d1", "d2"), List.of("d1", "u2"), List.of("u1"));
        assertThat(tensors(Cuts.of(graph, ALL)))
                .containsExactly(
                        List.of("d1"),
                        List.of("d1", "d2"),
                        List.of("d1", "d2", "b1"),
                        List.of("d1", "d2", "b2"),
                        List.of("d1", "u2"),
                        List.of("u1"));
    }

    @Test
    void aCutWithMoreBytesThanANarrowerNeighbourIsDropped() {
        DataflowGraph graph = uShape();
        CutOptions near = CutOptions.DEFAULTS.withMaxWidth(3).withNeighbourhood(0.2);
        long[] bytes = new long[graph.tensorCount()];
        Arrays.fill(bytes, 100);
        bytes[graph.tensor("b2").orElseThrow()] = 10;
        Cuts cuts = Cuts.of(graph, near.withTensorBytes(tensor -> OptionalLong.of(bytes[tensor])));
        assertThat(tensors(cuts))
                .as("what lets more cross than a narrower one beside it is beaten")
                .containsExactly(List.of("d1"), List.of("d1", "d2", "b2"), List.of("u1"));
        assertThat(cuts.list())
                .extracting(Cut::bytes)
                .extracting(OptionalLong::getAsLong)
                .containsExactly(100L, 210L, 100L);
    }

    @Test
    void cutsBetweenTwoTowersCarryAnInput() {
        DataflowGraph graph = DataflowGraph.builder()
                .input("left")
                .input("right")
                .operator("l1", "Conv", List.of("left"), List.of("a1"))
                .operator("r1", "Conv", List.of("right"), List.of("b1"))
                .operator("l2", "Conv", List.of("a1"), List.of("a2"))
                .operator("r2", "Conv", List.of("b1"), List.of("b2"))
                .operator("join", "Concat", List.of("a2", "b2"), List.of("j"))
                .operator("last", "Conv", List.of("j"), List.of("y"))
                .output("y")
                .build();
        long[] bytes = new long[graph.tensorCount()];
        Arrays.fill(bytes, 100);
        bytes[graph.tensor("a2").orElseThrow()] = 1;
        Cuts cuts = Cuts.of(graph, ALL.withTensorBytes(tensor -> OptionalLong.of(bytes[tensor])));
        assertThat(tensors(cuts))
                .as("the left tower first, as its result is small")
                .containsExactly(
                        List.of("right", "a1"),
                        List.of("right", "a2"),
                        List.of("b1", "a2"),
                        List.of("a2", "b2"),
                        List.of("j"));
    }

    @Test
    void wideCutsIncludeThoseOfWidthOne() {
        DataflowGraph graph = uShape();
        Cuts wide = Cuts.of(graph, CutOptions.DEFAULTS.withMaxWidth(3));
        assertThat(tensors(wide)).containsAll(tensors(Cuts.of(graph)));
        assertThat(wide.at("u1")).containsSame(wide.get(wide.size() - 1));
    }

    @Test
    void impossibleOptionsAreRefused() {
        CutOptions options = CutOptions.DEFAULTS;
        assertThatThrownBy(() -> options.withMaxWidth(0)).hasMessageContaining("found 0");
        assertThatThrownBy(() -> options.withMaxWidth(1_025)).hasMessageContaining("found 1025");
        assertThatThrownBy(() -> options.withNeighbourhood(-0.1)).hasMessageContaining("-0.1");
        assertThatThrownBy(() -> options.withNeighbourhood(Double.NaN)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> options.withNeighbourhood(1.01)).hasMessageContaining("1.01");
        assertThat(options.withNeighbourhood(1)
                        .withMaxWidth(CutOptions.GREATEST_MAX_WIDTH)
                        .neighbourhood())
                .isOne();
        assertThatThrownBy(() -> Cuts.of(uShape(), options.withTensorBytes(tensor -> OptionalLong.of(-1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1 bytes");
    }

    @Test
    void longChainsAreCutQuickly() {
        Cuts cuts = Cuts.of(RandomGraphs.chain(100_000), CutOptions.DEFAULTS.withMaxWidth(3));
        assertThat(cuts.size()).isEqualTo(99_999);
    }

    @Test
    void searchInALongLadderIsBounded() {
        DataflowGraph.Builder builder = DataflowGraph.builder().input("a0").input("b0");
        for (int i = 0; i < 60_000; i++) {
            builder.operator("a", "Op", List.of("a" + i, "b" + i), List.of("a" + (i + 1)));
            builder.operator("b", "Op", List.of("b" + i), List.of("b" + (i + 1)));
        }
        Cuts cuts = Cuts.of(
                builder.output("a60000").build(),
                CutOptions.DEFAULTS.withMaxWidth(2).withNeighbourhood(0));
        assertThat(cuts.size()).isGreaterThan(50_000);
    }

    @Test
    void wideCutsEqualThoseOfTheOracle() {
        int wide = 0;
        for (int seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            wide += check(RandomGraphs.plan(random, 11).build(), random, "seed " + seed);
        }
        for (RandomShape shape : RandomShape.values()) {
            for (int seed = 0; seed < 40; seed++) {
                Random random = new Random(seed);
                DataflowGraph graph = shape.plan(random, 4).build();
                if (graph.operatorCount() <= 14) {
                    wide += check(graph, random, shape + ", seed " + seed);
                }
            }
        }
        assertThat(wide).as("cuts that are not at a single tensor").isGreaterThan(2_500);
    }

    /** Compares with all closed sets; answers how many wide cuts there are. */
    private static int check(DataflowGraph graph, Random random, String description) {
        long[] bytes = random.longs(graph.tensorCount(), 0, 20).toArray();
        ClosedSets sets = ClosedSets.of(graph, operator -> false);
        Cuts cuts = Cuts.of(graph, ALL.withTensorBytes(tensor -> OptionalLong.of(bytes[tensor])));
        long sum = 0;
        int before = 0;
        for (Cut cut : cuts.list()) {
            int set = IntStream.range(0, sets.size())
                    .filter(bit -> cut.isBefore(sets.operator(bit)))
                    .map(bit -> 1 << bit)
                    .sum();
            assertThat(sets.isClosed(set)).as(description).isTrue();
            assertThat(set & before).as(description).isEqualTo(before);
            int[] crossing = sets.crossing(set, tensor -> false);
            assertThat(cut.tensors().toArray()).as(description).isEqualTo(crossing);
            long weight = Arrays.stream(crossing).mapToLong(t -> bytes[t]).sum();
            assertThat(cut.bytes()).as(description).hasValue(weight);
            assertThat(cut.operatorsBefore()).isEqualTo(Integer.bitCount(set));
            assertThat(cut.operatorsAfter()).isEqualTo(sets.size() - Integer.bitCount(set));
            sum += weight;
            before = set;
        }
        boolean byProducts = graph.outputs().stream()
                .anyMatch(tensor -> cuts.at(graph.tensorName(tensor)).isPresent());
        if (!byProducts) {
            assertThat(sum).as(description).isEqualTo(leastSum(sets, bytes));
        }
        return (int) cuts.list().stream().filter(cut -> cut.width() > 1).count();
    }

    /** The least that crosses after all operators of an order together. */
    private static long leastSum(ClosedSets sets, long... bytes) {
        long[] least = new long[1 << sets.size()];
        Arrays.fill(least, Long.MAX_VALUE);
        least[0] = 0;
        for (int set = 0; set < least.length; set++) {
            if (least[set] == Long.MAX_VALUE) {
                continue;
            }
            for (int bit = 0; bit < sets.size(); bit++) {
                int next = set | 1 << bit;
                if (next != set && sets.isClosed(next)) {
                    boolean all = next == least.length - 1;
                    long crossing = all
                            ? 0
                            : Arrays.stream(sets.crossing(next, tensor -> false))
                                    .mapToLong(tensor -> bytes[tensor])
                                    .sum();
                    least[next] = Math.min(least[next], least[set] + crossing);
                }
            }
        }
        return least[least.length - 1];
    }
}
