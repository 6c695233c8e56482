package io.pepper.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cut.ClosedSets;
import io.pepper.cut.Cut;
import io.pepper.cut.CutOptions;
import io.pepper.cut.Cuts;
import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import io.pepper.graph.RandomGraphs;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SharedInputsTest {
    private static final CutOptions MASK = CutOptions.DEFAULTS.withShared("mask");

    /** Layers that all read a mask, which two cheap operators prepare. */
    private static DataflowGraph layers(int count) {
        DataflowGraph.Builder builder = DataflowGraph.builder()
                .input("tokens")
                .input("mask")
                .operator("embed", "Gather", List.of("tokens"), List.of("h0"))
                .operator("widen", "Unsqueeze", List.of("mask"), List.of("wide"))
                .operator("scale", "Mul", List.of("wide"), List.of("ready"));
        for (int i = 0; i < count; i++) {
            builder.operator("attend" + i, "Attention", List.of("h" + i, "ready"), List.of("a" + i));
            builder.operator("add" + i, "Add", List.of("h" + i, "a" + i), List.of("h" + (i + 1)));
        }
        return builder.operator("pool", "Pool", List.of("h" + count), List.of("y"))
                .output("y")
                .build();
    }

    private static boolean isCheap(DataflowGraph graph, int operator) {
        return Set.of("Unsqueeze", "Mul").contains(graph.operatorType(operator));
    }

    private static CutOptions options(DataflowGraph graph, int maskBytes, int wideBytes, int readyBytes) {
        return MASK.withRecomputable(operator -> isCheap(graph, operator)).withTensorBytes(tensor -> {
            int bytes =
                    switch (graph.tensorName(tensor)) {
                        case "mask" -> maskBytes;
                        case "wide" -> wideBytes;
                        case "ready" -> readyBytes;
                        default -> 100;
                    };
            return OptionalLong.of(bytes);
        });
    }

    private static List<String> names(DataflowGraph graph, Indices tensors) {
        return tensors.stream().mapToObj(graph::tensorName).toList();
    }

    @Test
    void sharedInputsAllowCutsBetweenLayers() {
        DataflowGraph graph = layers(3);
        assertThat(Cuts.of(graph).list())
                .as("the mask ties the layers together")
                .hasSize(1);
        Cuts cuts = Cuts.of(graph, options(graph, 8, 8, 4));
        assertThat(cuts.list())
                .extracting(cut -> names(graph, cut.tensors()))
                .containsExactly(List.of("h0"), List.of("h1"), List.of("h2"), List.of("h3"));
        assertThat(cuts.list()).extracting(Cut::width).containsOnly(1);
        assertThat(cuts.get(1).bytes()).hasValue(100);
    }

    @Test
    void theSmallestTensorOfASharedPathIsCarried() {
        DataflowGraph graph = layers(2);
        Cuts result = Cuts.of(graph, options(graph, 8, 8, 4));
        assertThat(names(graph, result.sharing().carried())).containsExactly("ready");
        assertThat(result.sharing().recomputed().isEmpty()).isTrue();
        assertThat(names(graph, result.get(0).carried()))
                .as("the first layer makes 'ready' from it, after the cut")
                .containsExactly("mask");
        assertThat(names(graph, result.get(1).carried())).containsExactly("ready");
        assertThat(result.get(2).carried().isEmpty())
                .as("no layer comes after it")
                .isTrue();
        Cuts input = Cuts.of(graph, options(graph, 2, 8, 4));
        assertThat(names(graph, input.sharing().carried())).containsExactly("mask");
        assertThat(input.sharing().recomputed().toArray()).containsExactly(1, 2);
        Cuts between = Cuts.of(graph, options(graph, 8, 2, 4));
        assertThat(names(graph, between.sharing().carried())).containsExactly("wide");
        assertThat(between.sharing().recomputed().toArray()).containsExactly(2);
        Cuts unknown = Cuts.of(graph, MASK.withRecomputable(operator -> isCheap(graph, operator)));
        assertThat(names(graph, unknown.sharing().carried())).containsExactly("mask");
    }

    @Test
    void cheapOperatorsAreRecomputedInEachPart() {
        DataflowGraph graph = layers(2);
        Cuts cuts = Cuts.of(graph, options(graph, 8, 2, 4));
        Partition partition = Partitioner.everyCut().partition(cuts);
        Execution.check(partition, "layers");
        assertThat(partition.segments())
                .extracting(Segment::recomputed)
                .containsExactly(Indices.of(), Indices.of(), Indices.of(2), Indices.of());
        assertThat(names(graph, partition.segments().get(2).inputs())).containsExactly("wide", "h1");
        assertThat(names(graph, partition.segments().get(1).outputs()))
                .as("made where it is first needed")
                .containsExactly("wide", "h1");
    }

    @Test
    void operatorsAreNotRecomputedUnlessAllowed() {
        DataflowGraph graph = layers(2);
        assertThat(Cuts.of(graph, MASK).list())
                .extracting(cut -> names(graph, cut.tensors()))
                .as("widen and scale are then where a path begins")
                .containsExactly(List.of("h2"));
    }

    @Test
    void allInputsMayBeShared() {
        DataflowGraph graph = layers(1);
        Cuts cuts =
                Cuts.of(graph, CutOptions.DEFAULTS.withShared("mask", "tokens").withRecomputable(o -> true));
        assertThat(cuts.list()).isEmpty();
        Execution.check(Partition.whole(graph), "whole");
    }

    @Test
    void namesThatAreNoInputsAreRefused() {
        DataflowGraph graph = layers(1);
        assertThatThrownBy(() -> Cuts.of(graph, CutOptions.DEFAULTS.withShared("masque")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'masque' is not an input of the graph; its inputs are [tokens, mask]");
        assertThatThrownBy(() -> Cuts.of(graph, CutOptions.DEFAULTS.withShared("past*")))
                .hasMessage("'past*' is not an input of the graph; its inputs are [tokens, mask]");
        assertThat(Cuts.of(graph, CutOptions.DEFAULTS.withShared("ma*"))
                        .sharing()
                        .inputs())
                .isEqualTo(Cuts.of(graph, CutOptions.DEFAULTS.withShared("mask"))
                        .sharing()
                        .inputs());
        assertThatThrownBy(() -> Cuts.of(graph, CutOptions.DEFAULTS.withShared("h0")))
                .hasMessageContaining("'h0' is not an input");
    }

    @Test
    void cutsThatShareOtherInputsAreRefused() {
        DataflowGraph graph = layers(2);
        Cut shared = Cuts.of(graph, options(graph, 8, 2, 4)).get(1);
        Cut other = Cuts.of(graph).get(0);
        assertThatThrownBy(() -> Partition.of(graph, List.of(shared, other)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("shares other inputs");
    }

    @Test
    void longChainsOfCheapOperatorsDoNotOverflowTheStack() {
        DataflowGraph.Builder builder = DataflowGraph.builder().input("x").input("mask");
        builder.operator("m", "Mul", List.of("mask"), List.of("m0"));
        for (int i = 0; i < 50_000; i++) {
            builder.operator("m", "Mul", List.of("m" + i), List.of("m" + (i + 1)));
        }
        builder.operator("a", "Add", List.of("x", "m50000"), List.of("h"));
        builder.operator("b", "Add", List.of("h", "m50000"), List.of("g"));
        DataflowGraph graph = builder.operator("c", "Add", List.of("g", "m50000"), List.of("y"))
                .output("y")
                .build();
        Cuts cuts =
                Cuts.of(graph, MASK.withRecomputable(o -> graph.operatorType(o).equals("Mul")));
        assertThat(cuts.list()).hasSize(2);
        assertThat(names(graph, cuts.get(0).carried())).containsExactly("mask");
        Execution.check(Partitioner.everyCut().partition(cuts), "long");
    }

    @Test
    void sharedInputsGiveValidPartitionsOfAnyGraph() {
        int recomputed = 0;
        for (int seed = 0; seed < 3_000; seed++) {
            Random random = new Random(seed);
            DataflowGraph graph = RandomGraphs.plan(random, 14).shuffled(random).build();
            if (graph.inputs().isEmpty()) {
                continue;
            }
            List<String> shared = graph.inputs().stream()
                    .filter(input -> random.nextInt(2) == 0)
                    .mapToObj(graph::tensorName)
                    .toList();
            BitSet cheap = new BitSet();
            IntStream.range(0, graph.operatorCount())
                    .filter(operator -> random.nextInt(3) > 0)
                    .forEach(cheap::set);
            long[] bytes = random.longs(graph.tensorCount(), 0, 20).toArray();
            Cuts cuts = Cuts.of(
                    graph,
                    CutOptions.DEFAULTS
                            .withMaxWidth(1 + random.nextInt(4))
                            .withNeighbourhood(0)
                            .withShared(shared)
                            .withRecomputable(cheap::get)
                            .withTensorBytes(tensor -> OptionalLong.of(bytes[tensor])));
            Partition partition = Partitioner.everyCut().partition(cuts);
            Execution.check(partition, "seed " + seed);
            BitSet apart = apart(cuts, cheap);
            checkCarried(cuts, apart, bytes, "seed " + seed);
            checkCrossing(cuts, apart, "seed " + seed);
            recomputed += partition.segments().stream()
                    .mapToInt(segment -> segment.recomputed().size())
                    .sum();
        }
        assertThat(recomputed).isGreaterThan(100);
    }

    /** Cuts carry just what is read after them and is not shared. */
    private static void checkCrossing(Cuts cuts, BitSet apart, String description) {
        DataflowGraph graph = cuts.graph();
        for (Cut cut : cuts.list()) {
            int[] crossing = IntStream.range(0, graph.tensorCount())
                    .filter(tensor -> !apart.get(tensor))
                    .filter(tensor -> graph.producer(tensor).isEmpty()
                            || cut.isBefore(graph.producer(tensor).getAsInt()))
                    .filter(tensor -> graph.readers(tensor).stream().anyMatch(cut::isAfter))
                    .toArray();
            assertThat(cut.tensors().toArray()).as(description).isEqualTo(crossing);
        }
    }

    /** Shared inputs, and what is computed from nothing else by cheap operators that are needed. */
    private static BitSet apart(Cuts cuts, BitSet cheap) {
        DataflowGraph graph = cuts.graph();
        BitSet apart = new BitSet();
        cuts.sharing().inputs().forEach(apart::set);
        BitSet needed = ClosedSets.needed(graph);
        for (int round = 0; round < graph.operatorCount(); round++) {
            for (int operator = 0; operator < graph.operatorCount(); operator++) {
                Indices reads = graph.reads(operator);
                boolean joins = needed.get(operator) && cheap.get(operator) && !reads.isEmpty();
                if (joins && reads.stream().allMatch(apart::get)) {
                    graph.writes(operator).forEach(apart::set);
                }
            }
        }
        return apart;
    }

    /** Of all sets of tensors from which cheap operators make what others read, none has fewer bytes. */
    private static void checkCarried(Cuts cuts, BitSet apart, long[] bytes, String description) {
        DataflowGraph graph = cuts.graph();
        int[] tensors = apart.stream().toArray();
        if (tensors.length > 10) {
            return;
        }
        BitSet needed = ClosedSets.needed(graph);
        long least = Long.MAX_VALUE;
        for (int set = 0; set < 1 << tensors.length; set++) {
            BitSet there = new BitSet();
            long sum = 0;
            for (int bit = 0; bit < tensors.length; bit++) {
                if ((set >> bit & 1) == 1) {
                    there.set(tensors[bit]);
                    sum += bytes[tensors[bit]];
                }
            }
            for (int operator = 0; operator < graph.operatorCount(); operator++) {
                Indices reads = graph.reads(operator);
                boolean cheap = graph.writes(operator).stream().anyMatch(apart::get);
                if (cheap && !reads.isEmpty() && reads.stream().allMatch(there::get)) {
                    graph.writes(operator).forEach(there::set);
                }
            }
            boolean enough = Arrays.stream(tensors)
                    .filter(tensor -> graph.readers(tensor).stream()
                            .anyMatch(r ->
                                    needed.get(r) && graph.writes(r).stream().noneMatch(apart::get)))
                    .allMatch(there::get);
            least = enough ? Math.min(least, sum) : least;
        }
        long carried = cuts.sharing().carried().stream()
                .mapToLong(tensor -> bytes[tensor])
                .sum();
        assertThat(carried).as(description).isEqualTo(least);
    }
}
