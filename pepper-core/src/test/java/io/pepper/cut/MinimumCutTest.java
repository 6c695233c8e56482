package io.pepper.cut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import io.pepper.graph.RandomGraphs;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MinimumCutTest {
    /** A wide tensor is squeezed and read twice. */
    private static DataflowGraph squeezed() {
        return DataflowGraph.builder()
                .input("x")
                .operator("wide", "Conv", List.of("x"), List.of("w"))
                .operator("squeeze", "Conv", List.of("w"), List.of("s"))
                .operator("left", "Conv", List.of("s"), List.of("l"))
                .operator("right", "Conv", List.of("s"), List.of("r"))
                .operator("join", "Concat", List.of("l", "r"), List.of("j"))
                .operator("last", "Conv", List.of("j"), List.of("y"))
                .output("y")
                .build();
    }

    private static MinimumCut finder(DataflowGraph graph, long... bytes) {
        return MinimumCut.of(graph, tensor -> OptionalLong.of(bytes[tensor]));
    }

    @Test
    void countsATensorOnceHoweverManyReadIt() {
        DataflowGraph graph = squeezed();
        MinimumCut finder = finder(graph, 1, 50, 10, 6, 6, 50, 1);
        assertThat(finder.betweenOperators(0, 5)).hasValueSatisfying(cut -> {
            assertThat(cut).hasToString("cut at 's' (2 operators before, 4 after)");
            assertThat(cut.bytes()).hasValue(10);
        });
        assertThat(finder.betweenOperators(2, 3)).as("right waits for s only").hasValueSatisfying(cut -> {
            assertThat(cut.tensors().stream().mapToObj(graph::tensorName)).containsExactly("s", "l");
        });
        assertThat(finder.betweenTensors(3, 5)).hasValueSatisfying(cut -> {
            assertThat(cut.tensors().stream().mapToObj(graph::tensorName)).containsExactly("l", "r");
            assertThat(cut.bytes()).hasValue(12);
        });
        assertThat(finder.betweenTensors(5, 5))
                .hasValueSatisfying(cut -> assertThat(cut.bytes()).hasValue(50));
        assertThat(finder.betweenPositions(1, 1))
                .hasValueSatisfying(cut -> assertThat(cut.bytes()).hasValue(50));
        assertThat(finder.betweenPositions(1, 5))
                .hasValueSatisfying(cut -> assertThat(cut.bytes()).hasValue(10));
    }

    @Test
    void thereIsNoCutAgainstTheFlow() {
        MinimumCut finder = finder(squeezed(), 1, 1, 1, 1, 1, 1, 1);
        assertThat(finder.betweenOperators(5, 0)).isEmpty();
        assertThat(finder.betweenOperators(3, 3)).isEmpty();
        assertThat(finder.betweenTensors(5, 2)).isEmpty();
        assertThat(finder.betweenPositions(0, 0)).isEmpty();
        assertThat(finder.betweenPositions(6, 6)).isEmpty();
        assertThat(finder.between(Indices.of(), Indices.of())).isEmpty();
    }

    @Test
    void impossibleArgumentsAreRefused() {
        DataflowGraph graph = DataflowGraph.builder()
                .input("x")
                .operator("a", "Op", List.of("x"), List.of("t"))
                .operator("unused", "Op", List.of("x"), List.of("u"))
                .operator("b", "Op", List.of("t"), List.of("y"))
                .output("y")
                .build();
        MinimumCut finder = finder(graph, 1, 1, 1, 1);
        assertThatThrownBy(() -> finder.betweenOperators(1, 2)).hasMessageContaining("unused");
        assertThatThrownBy(() -> finder.betweenTensors(1, 3)).hasMessageContaining("'y'");
        assertThatThrownBy(() -> finder.betweenPositions(2, 1)).hasMessageContaining("2 to 1");
        assertThatThrownBy(() -> finder.betweenPositions(0, 4)).hasMessageContaining("0 to 4");
        assertThatThrownBy(() -> MinimumCut.of(graph, tensor -> OptionalLong.empty()))
                .hasMessageContaining("'x' is not known");
        assertThatThrownBy(() -> finder(graph, 1L << 53, 1, 1, 1).betweenOperators(0, 2))
                .isInstanceOf(ArithmeticException.class);
    }

    @Test
    void minimumCutOfALongChainIsItsSmallestTensor() {
        DataflowGraph chain = RandomGraphs.chain(3_000);
        Optional<Cut> cut =
                MinimumCut.of(chain, t -> OptionalLong.of(t == 1_234 ? 5 : 6)).betweenOperators(0, 2_999);
        assertThat(cut).hasValueSatisfying(found -> assertThat(found.tensors().toArray())
                .containsExactly(1_234));
    }

    @Test
    void agreesWithTryingEveryClosedSet() {
        int found = 0;
        for (int seed = 0; seed < 1_500; seed++) {
            Random random = new Random(seed);
            DataflowGraph graph = RandomGraphs.plan(random, 10).build();
            ClosedSets sets = ClosedSets.of(graph, operator -> false);
            if (sets.size() < 2) {
                continue;
            }
            long[] bytes = random.longs(graph.tensorCount(), 0, 20).toArray();
            BitSet before = random(random, sets);
            BitSet after = random(random, sets);
            long least = least(sets, before, after, bytes);
            Optional<Cut> cut = finder(graph, bytes).between(indices(before), indices(after));
            found += cut.isPresent() ? 1 : 0;
            if (cut.isPresent()) {
                int[] crossing = sets.crossing(set(sets, cut.get()), tensor -> false);
                assertThat(cut.get().tensors().toArray()).as("seed " + seed).isEqualTo(crossing);
                assertThat(cut.get().bytes()).as("seed " + seed).hasValue(least);
                assertThat(before.stream().allMatch(cut.get()::isBefore)).isTrue();
                assertThat(after.stream().allMatch(cut.get()::isAfter)).isTrue();
            } else if (!before.isEmpty() && !after.isEmpty()) {
                assertThat(least).as("seed " + seed).isEqualTo(Long.MAX_VALUE);
            }
        }
        assertThat(found).isGreaterThan(200);
    }

    private static BitSet random(Random random, ClosedSets sets) {
        BitSet chosen = new BitSet();
        for (int i = 1 + random.nextInt(2); i > 0; i--) {
            chosen.set(sets.operator(random.nextInt(sets.size())));
        }
        return chosen;
    }

    private static Indices indices(BitSet set) {
        return Indices.of(set.stream().toArray());
    }

    private static int set(ClosedSets sets, Cut cut) {
        return IntStream.range(0, sets.size())
                .filter(bit -> cut.isBefore(sets.operator(bit)))
                .map(bit -> 1 << bit)
                .sum();
    }

    private static long least(ClosedSets sets, BitSet before, BitSet after, long... bytes) {
        return IntStream.range(0, 1 << sets.size())
                .filter(sets::isClosed)
                .filter(set -> before.stream().allMatch(operator -> sets.holds(set, operator)))
                .filter(set -> after.stream().noneMatch(operator -> sets.holds(set, operator)))
                .mapToLong(set -> Arrays.stream(sets.crossing(set, tensor -> false))
                        .mapToLong(tensor -> bytes[tensor])
                        .sum())
                .min()
                .orElse(Long.MAX_VALUE);
    }
}
