package io.pepper.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cut.ClosedSets;
import io.pepper.cut.Cut;
import io.pepper.cut.CutOptions;
import io.pepper.cut.CutTree;
import io.pepper.cut.Cuts;
import io.pepper.cut.MinimumCut;
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

class SharedTensorsTest {
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
    void namesOfNoTensorsAreRefused() {
        DataflowGraph graph = layers(1);
        assertThatThrownBy(() -> Cuts.of(graph, CutOptions.DEFAULTS.withShared("masque")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'masque' is neither an input of the graph nor computed from one by an operator; its inputs"
                        + " are [tokens, mask]");
        assertThatThrownBy(() -> Cuts.of(graph, CutOptions.DEFAULTS.withShared("past*")))
                .hasMessageStartingWith("'past*' is neither an input of the graph");
        assertThat(Cuts.of(graph, CutOptions.DEFAULTS.withShared("ma*"))
                        .sharing()
                        .tensors())
                .isEqualTo(Cuts.of(graph, CutOptions.DEFAULTS.withShared("mask"))
                        .sharing()
                        .tensors());
        assertThatThrownBy(() -> Cuts.of(
                        graph, CutOptions.DEFAULTS.withShared("h0").withImmovable(tensor -> graph.tensorName(tensor)
                                .equals("h0"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'h0' cannot be shared: no part can pass its value to another");
    }

    @Test
    void cutsThatShareOtherInputsAreRefused() {
        DataflowGraph graph = layers(2);
        Cut shared = Cuts.of(graph, options(graph, 8, 2, 4)).get(1);
        Cut other = Cuts.of(graph).get(0);
        assertThatThrownBy(() -> Partition.of(graph, List.of(shared, other)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("shares other tensors");
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

    /** A table that is computed from the positions by a costly operator, and that each layer reads. */
    private static DataflowGraph rotated(int count) {
        DataflowGraph.Builder builder = DataflowGraph.builder()
                .input("tokens")
                .input("positions")
                .operator("embed", "Gather", List.of("tokens"), List.of("h0"))
                .operator("angle", "MatMul", List.of("positions"), List.of("angles"))
                .operator("cos", "Cos", List.of("angles"), List.of("table"));
        for (int i = 0; i < count; i++) {
            builder.operator("rotate" + i, "Mul", List.of("h" + i, "table"), List.of("h" + (i + 1)));
        }
        return builder.operator("head", "MatMul", List.of("h" + count), List.of("y"))
                .output("y")
                .build();
    }

    @Test
    void aResultIsSharedAndComputedOnce() {
        DataflowGraph graph = rotated(3);
        assertThat(Cuts.of(graph).list()).hasSize(1);
        Cuts cuts = Cuts.of(graph, CutOptions.DEFAULTS.withShared("table").withRecomputable(operator -> true));
        assertThat(cuts.list())
                .extracting(cut -> names(graph, cut.tensors()))
                .as("the operators that make the table alone are no path")
                .containsExactly(List.of("h0"), List.of("h1"), List.of("h2"), List.of("h3"));
        assertThat(cuts.list())
                .extracting(cut -> names(graph, cut.carried()))
                .containsExactly(List.of("table"), List.of("table"), List.of("table"), List.of());
        Partition partition = Partitioner.everyCut().partition(cuts);
        Execution.check(partition, "rotated");
        assertThat(partition.segments())
                .extracting(segment -> segment.recomputed().size())
                .containsOnly(0);
        assertThat(cuts.sharing().tensors()).isEqualTo(cuts.sharing().carried());
    }

    @Test
    void aResultOfSharedTensorsIsComputedWhereItIsFirstNeeded() {
        DataflowGraph graph = rotated(2);
        CutOptions options = CutOptions.DEFAULTS
                .withShared("positions", "angles")
                .withRecomputable(operator -> graph.operatorType(operator).equals("Cos"));
        Cuts cuts = Cuts.of(graph, options);
        Partition partition = Partitioner.everyCut().partition(cuts);
        Execution.check(partition, "once");
        assertThat(names(graph, cuts.sharing().carried())).containsExactly("positions", "angles");
        assertThat(partition.segments())
                .extracting(segment -> segment.recomputed().size())
                .as("the cosine again in the second layer, but not the product")
                .containsExactly(0, 0, 1, 0);
        assertThat(partition.segmentOf("angle")).isEqualTo(1);
    }

    @Test
    void branchesDoNotShareWhatOtherBranchesMake() {
        Cuts cuts = Cuts.of(rotated(2), CutOptions.DEFAULTS.withShared("table"));
        assertThatThrownBy(() -> CutTree.of(cuts))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "branches share only inputs, and what follows from these; 'table' follows from other tensors");
    }

    @Test
    void sharedTensorsGiveValidPartitionsOfAnyGraph() {
        int recomputed = 0;
        int made = 0;
        int listed = 0;
        for (int seed = 0; seed < 6_000; seed++) {
            Random random = new Random(seed);
            DataflowGraph graph = RandomGraphs.plan(random, 14).shuffled(random).build();
            if (graph.inputs().isEmpty()) {
                continue;
            }
            int oneIn = 2 + random.nextInt(8);
            List<String> shared = IntStream.range(0, graph.tensorCount())
                    .filter(tensor ->
                            graph.producer(tensor).isEmpty() ? random.nextBoolean() : random.nextInt(oneIn) == 0)
                    .filter(tensor -> oneIn < 9 || graph.producer(tensor).isEmpty())
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
            checkCarried(cuts, apart, cheap, bytes, "seed " + seed);
            checkCrossing(cuts, apart, "seed " + seed);
            checkTaken(cuts, "seed " + seed);
            checkMinimumCut(cuts, apart, cheap, random, "seed " + seed);
            recomputed += partition.segments().stream()
                    .mapToInt(segment -> segment.recomputed().size())
                    .sum();
            made += cuts.sharing().tensors().stream()
                            .anyMatch(t -> graph.producer(t).isPresent())
                    ? cuts.size()
                    : 0;
            listed += cuts.size();
        }
        assertThat(recomputed).isGreaterThan(100);
        assertThat(made).as("cuts that share results, of %d", listed).isGreaterThan(1_000);
    }

    /** What the operators after a cut take from before it: the crossing and the carried tensors. */
    private static void checkTaken(Cuts cuts, String description) {
        for (Cut cut : cuts.list()) {
            Partition halves = Partition.of(cuts.graph(), List.of(cut));
            int[] taken = IntStream.concat(cut.tensors().stream(), cut.carried().stream())
                    .sorted()
                    .toArray();
            assertThat(halves.segments().get(1).inputs().toArray())
                    .as("%s: %s", description, cut)
                    .isEqualTo(taken);
        }
    }

    /** A minimum cut between two operators, if there is one, has all producers before their readers. */
    private static void checkMinimumCut(Cuts cuts, BitSet apart, BitSet cheap, Random random, String description) {
        int[] onPath = IntStream.range(0, cuts.graph().operatorCount())
                .filter(cuts::isUsed)
                .filter(operator -> !isApart(cuts.graph(), operator, apart, cheap))
                .toArray();
        if (onPath.length > 1) {
            int one = onPath[random.nextInt(onPath.length)];
            int other = onPath[random.nextInt(onPath.length)];
            MinimumCut.of(cuts)
                    .betweenOperators(one, other)
                    .ifPresent(cut -> Execution.check(Partition.of(cuts.graph(), List.of(cut)), description));
        }
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

    /** Shared tensors, and what needed operators compute from nothing else, if they are cheap or make only shared ones. */
    private static BitSet apart(Cuts cuts, BitSet cheap) {
        DataflowGraph graph = cuts.graph();
        BitSet apart = new BitSet();
        cuts.sharing().tensors().forEach(apart::set);
        BitSet needed = ClosedSets.needed(graph);
        for (int round = 0; round < graph.operatorCount(); round++) {
            needed.stream()
                    .filter(operator -> isApart(graph, operator, apart, cheap))
                    .forEach(operator -> graph.writes(operator).forEach(apart::set));
        }
        return apart;
    }

    private static boolean isApart(DataflowGraph graph, int operator, BitSet apart, BitSet cheap) {
        BitSet needed = ClosedSets.needed(graph);
        boolean named = graph.writes(operator).stream()
                .filter(tensor -> graph.outputs().contains(tensor)
                        || graph.readers(tensor).stream().anyMatch(needed::get))
                .allMatch(apart::get);
        Indices reads = graph.reads(operator);
        return (cheap.get(operator) || named)
                && !reads.isEmpty()
                && reads.stream().allMatch(apart::get);
    }

    /** Of all sets of tensors from which cheap operators make what others read, none has fewer bytes. */
    private static void checkCarried(Cuts cuts, BitSet apart, BitSet cheap, long[] bytes, String description) {
        DataflowGraph graph = cuts.graph();
        int[] tensors = apart.stream().toArray();
        if (tensors.length > 10) {
            return;
        }
        BitSet needed = ClosedSets.needed(graph);
        BitSet again = new BitSet();
        needed.stream()
                .filter(cheap::get)
                .filter(operator -> !graph.reads(operator).isEmpty()
                        && graph.reads(operator).stream().allMatch(apart::get))
                .forEach(again::set);
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
                if (again.get(operator) && reads.stream().allMatch(there::get)) {
                    graph.writes(operator).forEach(there::set);
                }
            }
            boolean enough = Arrays.stream(tensors)
                    .filter(tensor -> graph.readers(tensor).stream().anyMatch(r -> needed.get(r) && !again.get(r)))
                    .allMatch(there::get);
            least = enough ? Math.min(least, sum) : least;
        }
        long carried = cuts.sharing().carried().stream()
                .mapToLong(tensor -> bytes[tensor])
                .sum();
        assertThat(carried).as(description).isEqualTo(least);
    }
}
