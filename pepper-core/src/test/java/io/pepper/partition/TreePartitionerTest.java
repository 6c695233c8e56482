package io.pepper.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cut.Cut;
import io.pepper.cut.CutOptions;
import io.pepper.cut.CutTree;
import io.pepper.cut.Cuts;
import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import io.pepper.graph.RandomGraphs;
import io.pepper.graph.RandomShape;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TreePartitionerTest {
    private static DataflowGraph towers(int left, int right) {
        DataflowGraph.Builder builder = DataflowGraph.builder().input("l0").input("r0");
        tower(builder, "l", left);
        tower(builder, "r", right);
        return builder.operator("join", "Concat", List.of("l" + left, "r" + right), List.of("j"))
                .operator("last", "Conv", List.of("j"), List.of("y"))
                .output("y")
                .build();
    }

    private static void tower(DataflowGraph.Builder builder, String name, int height) {
        for (int i = 0; i < height; i++) {
            builder.operator(name + i, "Conv", List.of(name + i), List.of(name + (i + 1)));
        }
    }

    private static List<List<String>> operators(Partition partition) {
        return partition.segments().stream()
                .map(segment -> segment.operators().stream()
                        .mapToObj(partition.graph()::operatorName)
                        .toList())
                .toList();
    }

    @Test
    void dividesTowersThatMeet() {
        DataflowGraph graph = towers(4, 4);
        Cuts cuts = Cuts.of(graph);
        assertThat(cuts.list())
                .as("only after the towers is there a cut from inputs to outputs")
                .hasSize(1);
        Partition partition = Partitioner.tree(3, OperatorCosts.count()).partition(cuts);
        Execution.check(partition, "towers");
        assertThat(operators(partition))
                .containsExactly(
                        List.of("l0", "l1", "l2", "l3"), List.of("r0", "r1", "r2", "r3"), List.of("join", "last"));
        assertThat(partition.cuts())
                .hasToString("[cut at 'l4' (4 operators before, 6 after), cut at 'r4' (4 operators before, 6 after)]");
        Partition more = Partitioner.tree(5, OperatorCosts.count()).partition(cuts);
        Execution.check(more, "towers in five");
        assertThat(more.segments())
                .extracting(segment -> segment.operators().size())
                .containsOnly(2);
    }

    @Test
    void dividesHeadsThatPart() {
        DataflowGraph graph = DataflowGraph.builder()
                .input("x")
                .operator("trunk", "Conv", List.of("x"), List.of("t"))
                .operator("boxes", "Conv", List.of("t"), List.of("b"))
                .operator("boxes2", "Conv", List.of("b"), List.of("b2"))
                .operator("classes", "Conv", List.of("t"), List.of("c"))
                .operator("classes2", "Conv", List.of("c"), List.of("c2"))
                .output("b2")
                .output("c2")
                .build();
        CutTree tree = CutTree.of(graph);
        assertThat(tree.components()).hasSize(5);
        assertThat(tree.links())
                .containsExactly(
                        new CutTree.Link(0, 1, 1),
                        new CutTree.Link(0, 3, 1),
                        new CutTree.Link(1, 2, 2),
                        new CutTree.Link(3, 4, 4));
        Partition partition =
                Partitioner.tree(3, OperatorCosts.perOperator(3, 1, 1, 1, 1)).partition(Cuts.of(graph));
        Execution.check(partition, "heads");
        assertThat(operators(partition)).contains(List.of("boxes", "boxes2"), List.of("classes", "classes2"));
    }

    /** A shared operator is in no component, and goes with the first of those that need it. */
    @Test
    void sharedOperatorsAreInNoComponent() {
        DataflowGraph graph = DataflowGraph.builder()
                .input("x")
                .input("mask")
                .operator("cast", "Cast", List.of("mask"), List.of("m"))
                .operator("one", "Mul", List.of("x", "m"), List.of("t"))
                .operator("two", "Mul", List.of("t", "m"), List.of("y"))
                .operator("idle", "Neg", List.of("t"), List.of("unread"))
                .output("y")
                .build();
        CutTree tree = CutTree.of(
                Cuts.of(graph, CutOptions.DEFAULTS.withShared("mask").withRecomputable(operator -> operator == 0)));
        assertThat(tree.componentOf(0)).as("shared").isEqualTo(-1);
        assertThat(tree.componentOf(3)).as("no output needs it").isEqualTo(-1);
        assertThat(tree.components()).hasSize(2);
        assertThat(tree.numbersByOperator(component -> 7 - component)).containsExactly(6, 7, 6, -1);
    }

    @Test
    void dividesADisconnectedGraph() {
        DataflowGraph graph = DataflowGraph.builder()
                .input("a")
                .input("b")
                .operator("one", "Op", List.of("a"), List.of("y"))
                .operator("two", "Op", List.of("b"), List.of("z"))
                .output("y")
                .output("z")
                .build();
        Cuts cuts = Cuts.of(graph);
        Partition two = Partitioner.tree(2, OperatorCosts.count()).partition(cuts);
        Execution.check(two, "two");
        assertThat(two.cuts()).as("nothing flows between them").isEmpty();
        assertThat(Partitioner.tree(1, OperatorCosts.count()).partition(cuts).segments())
                .hasSize(1);
        DataflowGraph empty = DataflowGraph.builder().input("x").output("x").build();
        assertThat(Partitioner.tree(1, OperatorCosts.count())
                        .partition(Cuts.of(empty))
                        .segments())
                .hasSize(1);
    }

    @Test
    void impossibleNumbersOfPartsAreRefused() {
        Cuts cuts = Cuts.of(towers(1, 1));
        assertThatThrownBy(() -> Partitioner.tree(5, OperatorCosts.count()).partition(cuts))
                .isInstanceOf(NoSuchPartitionException.class)
                .hasMessageContaining("5 parts asked, 4 possible");
        assertThatThrownBy(() -> Partitioner.tree(0, OperatorCosts.count())).hasMessageContaining("found 0");
    }

    @Test
    void dividesALongChain() {
        Partition partition =
                Partitioner.tree(4, OperatorCosts.count()).partition(Cuts.of(RandomGraphs.chain(100_000)));
        assertThat(partition.segments())
                .extracting(segment -> segment.operators().size())
                .containsOnly(25_000);
    }

    @Test
    void agreesWithTryingEveryChoiceOfLinks() {
        int trees = 0;
        for (RandomShape shape : RandomShape.values()) {
            for (int seed = 0; seed < 200; seed++) {
                trees += check(shape.plan(new Random(seed), 7).build(), new Random(seed), shape + ", seed " + seed);
            }
        }
        for (int seed = 0; seed < 1_000; seed++) {
            trees += check(RandomGraphs.plan(new Random(seed), 10).build(), new Random(seed), "seed " + seed);
        }
        assertThat(trees).isGreaterThan(1_000);
    }

    private static int check(DataflowGraph graph, Random random, String description) {
        Cuts cuts = Cuts.of(graph, CutOptions.DEFAULTS);
        CutTree tree = CutTree.of(cuts);
        for (int operator = 0; operator < graph.operatorCount(); operator++) {
            int component = tree.componentOf(operator);
            assertThat(component >= 0).as(description).isEqualTo(cuts.isUsed(operator));
            assertThat(component < 0 || tree.components().get(component).contains(operator))
                    .as(description)
                    .isTrue();
        }
        checkLinks(tree, graph, cuts, description);
        int size = tree.components().size();
        if (size < 2 || tree.links().size() != size - 1 || size > 9) {
            return 0;
        }
        long[] costs = random.longs(graph.operatorCount(), 0, 9).toArray();
        int parts = 1 + random.nextInt(size);
        Partition partition =
                Partitioner.tree(parts, OperatorCosts.perOperator(costs)).partition(cuts);
        Execution.check(partition, description);
        assertThat(partition.segments()).as(description).hasSize(parts);
        assertThat(partition.cuts()).as(description).hasSize(parts - 1);
        long largest = partition.segments().stream()
                .mapToLong(segment -> cost(segment.operators(), costs))
                .max()
                .orElseThrow();
        assertThat(largest).as(description).isEqualTo(least(tree, parts, costs));
        return 1;
    }

    /** Each link's cut has its one tensor, and all that is needed before it. */
    private static void checkLinks(CutTree tree, DataflowGraph graph, Cuts cuts, String description) {
        for (CutTree.Link link : tree.links()) {
            Cut cut = tree.cut(link);
            for (int operator = 0; operator < graph.operatorCount(); operator++) {
                if (cuts.isUsed(operator) && cut.isBefore(operator)) {
                    assertThat(graph.reads(operator).stream().flatMap(tensor -> graph.producer(tensor).stream()))
                            .as(description)
                            .allMatch(cut::isBefore);
                }
            }
            int[] crossing = IntStream.range(0, graph.tensorCount())
                    .filter(tensor -> graph.producer(tensor).isPresent()
                            && cut.isBefore(graph.producer(tensor).getAsInt()))
                    .filter(tensor -> graph.readers(tensor).stream().anyMatch(cut::isAfter))
                    .toArray();
            assertThat(crossing).as(description).containsExactly(link.tensor());
        }
    }

    private static long cost(Indices operators, long... costs) {
        return operators.stream().mapToLong(operator -> costs[operator]).sum();
    }

    /** The smallest largest part over all choices of links to cut. */
    private static long least(CutTree tree, int parts, long... costs) {
        int links = tree.links().size();
        long best = Long.MAX_VALUE;
        for (int set = 0; set < 1 << links; set++) {
            if (Integer.bitCount(set) == parts - 1) {
                int[] top = IntStream.range(0, tree.components().size()).toArray();
                for (int round = 0; round < top.length; round++) {
                    for (int link = 0; link < links; link++) {
                        if ((set >> link & 1) == 0) {
                            int from = tree.links().get(link).from();
                            int to = tree.links().get(link).to();
                            top[from] = Math.min(top[from], top[to]);
                            top[to] = top[from];
                        }
                    }
                }
                long[] sums = new long[top.length];
                for (int component = 0; component < top.length; component++) {
                    sums[top[component]] += cost(tree.components().get(component), costs);
                }
                best = Math.min(best, Arrays.stream(sums).max().orElseThrow());
            }
        }
        return best;
    }
}
