package io.pepper.cut;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import io.pepper.graph.RandomGraphs;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LivenessTest {
    private static Indices all(DataflowGraph graph) {
        return Indices.of(IntStream.range(0, graph.operatorCount()).toArray());
    }

    /** Two branches of which each swells in the middle: one after the other needs less than both at once. */
    private static DataflowGraph swelling() {
        return DataflowGraph.builder()
                .input("x")
                .operator("a1", "Op", List.of("x"), List.of("a_large"))
                .operator("b1", "Op", List.of("x"), List.of("b_large"))
                .operator("a2", "Op", List.of("a_large"), List.of("a_small"))
                .operator("b2", "Op", List.of("b_large"), List.of("b_small"))
                .operator("join", "Op", List.of("a_small", "b_small"), List.of("y"))
                .output("y")
                .build();
    }

    private static OptionalLong size(DataflowGraph graph, int tensor) {
        return OptionalLong.of(graph.tensorName(tensor).endsWith("large") ? 100 : 1);
    }

    @Test
    void liveBytesAreThoseOfTensorsStillNeeded() {
        DataflowGraph graph = swelling();
        Liveness modelOrder = Liveness.of(graph, all(graph), tensor -> size(graph, tensor));
        assertThat(IntStream.range(0, 5).mapToObj(modelOrder::bytesDuring))
                .extracting(OptionalLong::getAsLong)
                .containsExactly(101L, 201L, 201L, 102L, 3L);
        assertThat(IntStream.range(0, 5).mapToObj(modelOrder::bytesAfter))
                .extracting(OptionalLong::getAsLong)
                .containsExactly(101L, 200L, 101L, 2L, 1L);
        assertThat(modelOrder.peakBytes()).hasValue(201);
    }

    @Test
    void peakIsSmallestWithOneBranchAfterTheOther() {
        DataflowGraph graph = swelling();
        Liveness least = Liveness.leastPeak(graph, all(graph), tensor -> size(graph, tensor));
        assertThat(least.peakBytes()).hasValue(102);
        assertThat(least.isExact()).isTrue();
        assertThat(least.order().toArray()).containsExactly(0, 2, 1, 3, 4);
    }

    @Test
    void liveBytesAreUnknownIfASizeIsUnknown() {
        DataflowGraph graph = swelling();
        Liveness unknown = Liveness.of(graph, all(graph), t -> t == 2 ? OptionalLong.empty() : OptionalLong.of(1));
        assertThat(unknown.peakBytes()).isEmpty();
        assertThat(unknown.bytesAfter(0)).isEmpty();
        assertThat(unknown.bytesDuring(0)).isEmpty();
    }

    @Test
    void noOperatorsHaveNoLiveBytes() {
        Liveness none = Liveness.leastPeak(RandomGraphs.chain(3), Indices.of(), tensor -> OptionalLong.of(1));
        assertThat(none.peakBytes()).hasValue(0);
        assertThat(none.order().isEmpty()).isTrue();
    }

    @Test
    void peakOfALongChainIsThatOfTwoTensors() {
        DataflowGraph chain = RandomGraphs.chain(100_000);
        assertThat(Liveness.leastPeak(chain, all(chain), tensor -> OptionalLong.of(1))
                        .peakBytes())
                .hasValue(2);
        DataflowGraph shorter = RandomGraphs.chain(20_000);
        assertThat(Liveness.leastPeak(shorter, all(shorter), tensor -> OptionalLong.of(1))
                        .isExact())
                .isTrue();
    }

    @Test
    void manyIndependentOperatorsKeepTheirOrder() {
        DataflowGraph.Builder builder = DataflowGraph.builder().input("x");
        for (int i = 0; i < 40_000; i++) {
            builder.operator("head", "Op", List.of("x"), List.of("y" + i)).output("y" + i);
        }
        DataflowGraph star = builder.build();
        Liveness least = Liveness.leastPeak(star, all(star), tensor -> OptionalLong.of(1));
        assertThat(least.peakBytes()).hasValue(40_001);
        assertThat(least.isExact()).as("they are all alike").isTrue();
        assertThat(least.effort().limited()).isFalse();
    }

    @Test
    void agreesWithTryingEveryOrder() {
        int better = 0;
        for (int seed = 0; seed < 1_500; seed++) {
            Random random = new Random(seed);
            DataflowGraph graph = RandomGraphs.plan(random, 9).build();
            long[] bytes = random.longs(graph.tensorCount(), 0, 50).toArray();
            Indices operators = Indices.of(IntStream.range(0, graph.operatorCount())
                    .filter(operator -> random.nextInt(5) > 0)
                    .toArray());
            Oracle oracle = new Oracle(graph, operators, bytes);
            Liveness modelOrder = Liveness.of(graph, operators, tensor -> OptionalLong.of(bytes[tensor]));
            Liveness least = Liveness.leastPeak(graph, operators, tensor -> OptionalLong.of(bytes[tensor]));
            assertThat(modelOrder.peakBytes()).as("seed " + seed).hasValue(oracle.peak(operators.toArray()));
            assertThat(least.peakBytes())
                    .as("seed " + seed)
                    .hasValue(oracle.peak(least.order().toArray()));
            assertThat(least.isExact()).isTrue();
            assertThat(least.peakBytes()).as("seed " + seed).hasValue(oracle.leastPeak());
            better += least.peakBytes().getAsLong() < modelOrder.peakBytes().getAsLong() ? 1 : 0;
        }
        assertThat(better).as("graphs of which another order needs less").isGreaterThan(100);
    }

    /** What is alive, tensor by tensor, from the definition. */
    private static final class Oracle {
        private final DataflowGraph graph;
        private final Indices operators;
        private final long[] bytes;

        Oracle(DataflowGraph graph, Indices operators, long... bytes) {
            this.graph = graph;
            this.operators = operators;
            this.bytes = bytes;
        }

        private long alive(Set<Integer> done, int running) {
            IntPredicate inside = operators::contains;
            return IntStream.range(0, graph.tensorCount())
                    .filter(tensor -> {
                        int maker = graph.producer(tensor).orElse(-1);
                        boolean own = maker >= 0 && inside.test(maker);
                        boolean there = own
                                ? done.contains(maker) || maker == running
                                : graph.readers(tensor).stream().anyMatch(inside);
                        boolean kept = own
                                && (graph.outputs().contains(tensor)
                                        || graph.readers(tensor).stream().anyMatch(r -> !inside.test(r)));
                        boolean wanted =
                                graph.readers(tensor).stream().anyMatch(r -> inside.test(r) && !done.contains(r));
                        return there && (kept || wanted || maker == running);
                    })
                    .mapToLong(tensor -> bytes[tensor])
                    .sum();
        }

        long peak(int... order) {
            long peak = 0;
            Set<Integer> done = new HashSet<>();
            for (int operator : order) {
                peak = Math.max(peak, alive(done, operator));
                done.add(operator);
            }
            return peak;
        }

        long leastPeak() {
            long[] least = new long[1 << operators.size()];
            Arrays.fill(least, Long.MAX_VALUE);
            least[0] = 0;
            for (int set = 0; set < least.length; set++) {
                Set<Integer> done = new HashSet<>();
                for (int bit = 0; bit < operators.size(); bit++) {
                    if ((set >> bit & 1) == 1) {
                        done.add(operators.get(bit));
                    }
                }
                for (int bit = 0; bit < operators.size() && least[set] < Long.MAX_VALUE; bit++) {
                    int operator = operators.get(bit);
                    boolean ready = !done.contains(operator)
                            && graph.reads(operator).stream()
                                    .map(tensor -> graph.producer(tensor).orElse(-1))
                                    .allMatch(p -> p < 0 || !operators.contains(p) || done.contains(p));
                    if (ready) {
                        int next = set | 1 << bit;
                        least[next] = Math.min(least[next], Math.max(least[set], alive(done, operator)));
                    }
                }
            }
            return least[least.length - 1];
        }
    }
}
