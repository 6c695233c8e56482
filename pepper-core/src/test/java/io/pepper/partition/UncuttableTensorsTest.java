package io.pepper.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cut.Cut;
import io.pepper.cut.CutOptions;
import io.pepper.cut.CutTree;
import io.pepper.cut.Cuts;
import io.pepper.cut.MinimumCut;
import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import io.pepper.graph.RandomGraphs;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Every way of cutting asks whether a tensor may cross. */
class UncuttableTensorsTest {
    private static DataflowGraph chain() {
        return DataflowGraph.builder()
                .input("x")
                .operator("relu", "Relu", List.of("x"), List.of("a"))
                .operator("pack", "SequenceConstruct", List.of("a"), List.of("s"))
                .operator("unpack", "ConcatFromSequence", List.of("s"), List.of("b"))
                .operator("exp", "Exp", List.of("b"), List.of("y"))
                .output("y")
                .build();
    }

    private static IntPredicate named(DataflowGraph graph, String... names) {
        return tensor -> List.of(names).contains(graph.tensorName(tensor));
    }

    private static List<String> crossing(Partition partition) {
        return partition.segments().stream()
                .flatMap(segment -> segment.inputs().stream().boxed())
                .filter(tensor -> partition.graph().producer(tensor).isPresent())
                .map(partition.graph()::tensorName)
                .toList();
    }

    @Test
    void chainsTreesDistancesAndEveryCutKeepAnImmovableValueInside() {
        DataflowGraph graph = chain();
        Cuts cuts = Cuts.of(graph, CutOptions.DEFAULTS.withImmovable(named(graph, "s")));
        for (Partitioner partitioner : List.of(
                Partitioner.everyCut(),
                Partitioner.balanced(3, OperatorCosts.count()),
                Partitioner.tree(3, OperatorCosts.count()),
                Partitioner.minimumDistance(0))) {
            assertThat(crossing(partitioner.partition(cuts))).containsExactly("a", "b");
        }
        assertThatThrownBy(() -> Partitioner.tree(4, OperatorCosts.count()).partition(cuts))
                .isInstanceOf(NoSuchPartitionException.class)
                .hasMessage("4 parts asked, 3 possible along tensors that are the only link between two");
    }

    @Test
    void aNamedCutIsRefusedAtAnImmovableValueAndMadeAtAnUncuttableTensor() {
        DataflowGraph graph = chain();
        Cuts hard = Cuts.of(graph, CutOptions.DEFAULTS.withImmovable(named(graph, "s")));
        assertThat(hard.at("s")).isEmpty();
        assertThatThrownBy(() -> Partitioner.atTensors("s").partition(hard))
                .isInstanceOf(NoSuchPartitionException.class)
                .hasMessageContaining("'s', whose value cannot be passed from one part to another")
                .hasMessageContaining("the nearest cuts are at 'a', 'b'");
        Cuts soft = Cuts.of(graph, CutOptions.DEFAULTS.withUncuttable(named(graph, "s")));
        assertThat(soft.list()).extracting(Cut::toString).noneMatch(cut -> cut.contains("'s'"));
        assertThat(crossing(Partitioner.atTensors("s").partition(soft))).containsExactly("s");
    }

    @Test
    void aTensorWithSeveralReadersHoldsAllOfThem() {
        DataflowGraph graph = DataflowGraph.builder()
                .input("x")
                .operator("trunk", "Relu", List.of("x"), List.of("s"))
                .operator("left", "Relu", List.of("s"), List.of("l"))
                .operator("left2", "Relu", List.of("l"), List.of("l2"))
                .operator("right", "Relu", List.of("s"), List.of("r"))
                .output("l2")
                .output("r")
                .build();
        CutTree tree = CutTree.of(Cuts.of(graph, CutOptions.DEFAULTS.withUncuttable(named(graph, "s"))));
        assertThat(tree.components()).containsExactly(Indices.of(0, 1, 3), Indices.of(2));
        assertThat(tree.links()).extracting(CutTree.Link::tensor).containsExactly(2);
    }

    @Test
    void wideCutsAndMinimumCutsGoAroundAnUncuttableTensor() {
        DataflowGraph graph = DataflowGraph.builder()
                .input("x")
                .operator("split", "Split", List.of("x"), List.of("p", "q"))
                .operator("left", "Relu", List.of("p"), List.of("l"))
                .operator("right", "Relu", List.of("q"), List.of("r"))
                .operator("join", "Add", List.of("l", "r"), List.of("y"))
                .output("y")
                .build();
        long[] bytes = {8, 1, 1, 2, 2, 4};
        CutOptions sized =
                CutOptions.DEFAULTS.withMaxWidth(2).withTensorBytes(tensor -> OptionalLong.of(bytes[tensor]));
        Cuts free = Cuts.of(graph, sized);
        Cuts kept = Cuts.of(graph, sized.withImmovable(named(graph, "p")));
        assertThat(MinimumCut.of(free).betweenOperators(0, 3).orElseThrow().bytes())
                .hasValue(2);
        assertThat(MinimumCut.of(kept).betweenOperators(0, 3)).hasValueSatisfying(cut -> {
            assertThat(cut.tensors().stream().mapToObj(graph::tensorName)).containsExactly("q", "l");
        });
        assertThat(MinimumCut.of(kept).betweenOperators(0, 1))
                .as("nothing but p links these")
                .isEmpty();
        assertThat(kept.list()).isNotEmpty().allSatisfy(cut -> assertThat(
                        cut.tensors().stream().mapToObj(graph::tensorName))
                .doesNotContain("p"));
    }

    @Test
    void immovableValuesAreNotCarriedForSharedInputs() {
        DataflowGraph graph = DataflowGraph.builder()
                .input("x")
                .input("mask")
                .operator("pack", "SequenceConstruct", List.of("mask"), List.of("s"))
                .operator("one", "Use", List.of("x", "s"), List.of("a"))
                .operator("two", "Use", List.of("a", "s"), List.of("y"))
                .output("y")
                .build();
        CutOptions options = CutOptions.DEFAULTS
                .withShared("mask")
                .withRecomputable(operator -> true)
                .withTensorBytes(
                        tensor -> OptionalLong.of(graph.tensorName(tensor).equals("s") ? 1 : 9));
        assertThat(Cuts.of(graph, options).sharing().carried().stream().mapToObj(graph::tensorName))
                .containsExactly("s");
        Cuts kept = Cuts.of(graph, options.withImmovable(named(graph, "s")));
        assertThat(kept.sharing().carried().stream().mapToObj(graph::tensorName))
                .containsExactly("mask");
        assertThat(kept.sharing().recomputed()).isEqualTo(Indices.of(0));
    }

    @Test
    void operatorsBetweenIndivisibleOnesAreInTheirGroup() {
        DataflowGraph graph = DataflowGraph.builder()
                .input("x")
                .operator("first", "Split", List.of("x"), List.of("s", "c"))
                .operator("between", "Relu", List.of("c"), List.of("d"))
                .operator("last", "Use", List.of("s", "d"), List.of("e"))
                .operator("after", "Relu", List.of("e"), List.of("y"))
                .output("y")
                .build();
        Cuts cuts = Cuts.of(graph, CutOptions.DEFAULTS.withUncuttable(named(graph, "s")));
        assertThat(cuts.indivisible()).containsExactly(Indices.of(0, 1, 2), Indices.of(3));
        assertThat(Cuts.of(graph).indivisible()).hasSize(4);
    }

    /** Groups are the finest division in topological order of which no uncuttable tensor crosses: any cut is a union of them. */
    @Test
    void noClosedSetThatKeepsUncuttableTensorsInsideDividesAGroup() {
        for (int seed = 0; seed < 1000; seed++) {
            Random random = new Random(seed);
            DataflowGraph graph = RandomGraphs.plan(random, 12).build();
            BitSet kept = new BitSet();
            IntStream.range(0, graph.tensorCount())
                    .filter(t -> random.nextInt(4) == 0)
                    .forEach(kept::set);
            Cuts cuts = Cuts.of(graph, CutOptions.DEFAULTS.withUncuttable(kept::get));
            List<Indices> groups = cuts.indivisible();
            int[] groupOf = new int[graph.operatorCount()];
            for (int group = 0; group < groups.size(); group++) {
                for (int operator : groups.get(group)) {
                    groupOf[operator] = group;
                }
            }
            Partition partition = Partition.of(graph, operator -> groupOf[operator], groups.size());
            assertThat(partition.segments().stream()
                            .flatMap(segment -> segment.inputs().stream().boxed())
                            .filter(tensor -> graph.producer(tensor).isPresent() && kept.get(tensor)))
                    .as("seed " + seed)
                    .isEmpty();
            for (Cut cut : cuts.list()) {
                for (Indices group : groups) {
                    long before = group.stream().filter(cut::isBefore).count();
                    assertThat(before).as("seed " + seed).isIn(0L, (long) group.size());
                }
            }
        }
    }
}
