package io.pepper.cut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.graph.DataflowGraph;
import io.pepper.graph.RandomGraphs;
import io.pepper.graph.RandomShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CutsTest {
    private static final int LARGE = 100_000;

    @Test
    void residualBlockIsCutAtTheTensorThatTwoOperatorsRead() {
        DataflowGraph graph = DataflowGraph.builder()
                .input("x")
                .operator("conv1", "Conv", List.of("x"), List.of("a"))
                .operator("conv2", "Conv", List.of("a"), List.of("b"))
                .operator("add1", "Add", List.of("a", "b"), List.of("c"))
                .operator("conv3", "Conv", List.of("c"), List.of("d"))
                .operator("add2", "Add", List.of("c", "d"), List.of("y"))
                .output("y")
                .build();
        Cuts cuts = Cuts.of(graph);
        assertThat(tensors(cuts)).containsExactly("a", "c");
        Cut second = cuts.get(1);
        assertThat(second).hasToString("cut at 'c' (3 operators before, 2 after)");
        assertThat(second.width()).isOne();
        assertThat(second.readers().stream().mapToObj(graph::operatorName)).containsExactly("conv3", "add2");
        assertThat(cuts.at("c")).containsSame(second);
        assertThat(cuts.at("b")).isEmpty();
        assertThat(cuts.at("none")).isEmpty();
    }

    @Test
    void noCutIsAtASideOutputOrAfterIt() {
        DataflowGraph graph = DataflowGraph.builder()
                .input("x")
                .operator("a", "Op", List.of("x"), List.of("ta"))
                .operator("b", "Op", List.of("ta"), List.of("tb"))
                .operator("side1", "Op", List.of("tb"), List.of("s1"))
                .operator("side2", "Op", List.of("s1"), List.of("s2"))
                .operator("c", "Op", List.of("tb"), List.of("tc"))
                .operator("d", "Op", List.of("tc"), List.of("y"))
                .output("y")
                .output("s2")
                .build();
        assertThat(tensors(Cuts.of(graph))).containsExactly("ta", "tb");
    }

    @Test
    void cutsAreOnlyAfterALateInput() {
        DataflowGraph graph = DataflowGraph.builder()
                .input("x")
                .input("late")
                .operator("a", "Op", List.of("x"), List.of("ta"))
                .operator("b", "Op", List.of("late"), List.of("tb"))
                .operator("c", "Op", List.of("ta", "tb"), List.of("tc"))
                .operator("d", "Op", List.of("tc"), List.of("y"))
                .output("y")
                .build();
        assertThat(tensors(Cuts.of(graph))).containsExactly("tc");
    }

    @Test
    void operatorsThatNoOutputNeedsAreIgnored() {
        DataflowGraph graph = DataflowGraph.builder()
                .input("x")
                .operator("dropout", "Dropout", List.of("x"), List.of("kept", "mask"))
                .operator("dead", "Op", List.of("mask"), List.of("nothing"))
                .operator("last", "Op", List.of("kept"), List.of("y"))
                .output("y")
                .build();
        Cuts cuts = Cuts.of(graph);
        assertThat(tensors(cuts)).containsExactly("kept");
        assertThat(cuts.usedOperatorCount()).isEqualTo(2);
        assertThat(IntStream.range(0, 3).filter(cuts::isUsed)).hasSize(2);
        assertThat(cuts.get(0).isBefore(1) || cuts.get(0).isAfter(1)).isFalse();
    }

    @Test
    void anInputThatIsAnOutputPreventsNoCut() {
        DataflowGraph graph = DataflowGraph.builder()
                .input("x")
                .operator("a", "Op", List.of("x"), List.of("ta"))
                .operator("b", "Op", List.of("ta"), List.of("y"))
                .output("x")
                .output("y")
                .build();
        assertThat(tensors(Cuts.of(graph))).containsExactly("ta");
    }

    @Test
    void anOperatorWithoutInputsPreventsCuts() {
        DataflowGraph graph = DataflowGraph.builder()
                .input("x")
                .operator("a", "Op", List.of("x"), List.of("ta"))
                .operator("noise", "RandomNormal", List.of(), List.of("n"))
                .operator("add", "Add", List.of("ta", "n"), List.of("s"))
                .operator("b", "Op", List.of("s"), List.of("y"))
                .output("y")
                .build();
        assertThat(tensors(Cuts.of(graph))).containsExactly("s");
    }

    @Test
    void cutsAtReadOutputsAreFoundByNameOnly() {
        DataflowGraph graph = DataflowGraph.builder()
                .input("x")
                .operator("a", "Op", List.of("x"), List.of("ta"))
                .operator("b", "Op", List.of("ta"), List.of("features"))
                .operator("pool", "Op", List.of("features"), List.of("y"))
                .output("features")
                .output("y")
                .build();
        Cuts cuts = Cuts.of(graph);
        assertThat(tensors(cuts)).containsExactly("ta");
        assertThat(cuts.at("features")).hasValueSatisfying(cut -> {
            assertThat(cut.operatorsBefore()).isEqualTo(2);
            assertThat(cut.operatorsAfter()).isEqualTo(1);
        });
        assertThat(cuts.at("y")).isEmpty();
    }

    @Test
    void emptyGraphHasNoCuts() {
        DataflowGraph graph = DataflowGraph.builder().input("x").output("x").build();
        assertThat(Cuts.of(graph).list()).isEmpty();
    }

    @Test
    void allInnerTensorsOfALongChainAreCuts() {
        Cuts cuts = Cuts.of(RandomGraphs.chain(LARGE));
        assertThat(cuts.size()).isEqualTo(LARGE - 1);
        assertThat(cuts.get(LARGE / 2).operatorsBefore()).isEqualTo(LARGE / 2 + 1);
    }

    @Test
    void preActivationResidualNetIsCutBetweenAllItsBlocks() {
        DataflowGraph.Builder builder = DataflowGraph.builder().input("t0");
        for (int block = 0; block < 1_000; block++) {
            builder.operator("n" + block, "Norm", List.of("t" + block), List.of("n" + block));
            builder.operator("c" + block, "Conv", List.of("n" + block), List.of("c" + block));
            builder.operator("a" + block, "Add", List.of("c" + block, "t" + block), List.of("t" + (block + 1)));
        }
        assertThat(Cuts.of(builder.output("t1000").build()).size()).isEqualTo(999);
    }

    @Test
    void manyHeadsAreCutOnlyBeforeTheirBranch() {
        int half = LARGE / 2;
        DataflowGraph.Builder builder = DataflowGraph.builder().input("t0");
        for (int i = 0; i < half; i++) {
            builder.operator("op" + i, "Op", List.of("t" + i), List.of("t" + (i + 1)));
        }
        for (int i = 0; i < half; i++) {
            builder.operator("head" + i, "Op", List.of("t" + half), List.of("y" + i))
                    .output("y" + i);
        }
        Cuts cuts = Cuts.of(builder.build());
        assertThat(cuts.size()).isEqualTo(half);
        assertThat(cuts.get(half - 1).readers().size()).isEqualTo(half);
    }

    @Test
    void indicesBeyondTheLastCutAreRefused() {
        Cuts cuts = Cuts.of(RandomGraphs.chain(3));
        assertThatThrownBy(() -> cuts.get(2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> cuts.get(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void cutsAreThoseFoundByRemovingEachTensor() {
        int found = 0;
        for (int seed = 0; seed < 4_000; seed++) {
            found += check(RandomGraphs.plan(new Random(seed), 25).build(), "seed " + seed);
        }
        assertThat(found).as("the random graphs have cuts").isGreaterThan(2_000);
    }

    @ParameterizedTest
    @EnumSource
    void cutsOfNetworksAreThoseFoundByRemovingEachTensor(RandomShape shape) {
        int found = 0;
        for (int seed = 0; seed < 300; seed++) {
            found += check(shape.plan(new Random(seed), 12).build(), shape + ", seed " + seed);
        }
        assertThat(found).as("the random graphs have cuts").isGreaterThan(150);
    }

    /** Checks all cuts of a graph, listed or not, and answers how many are listed. */
    private static int check(DataflowGraph graph, String description) {
        Cuts cuts = Cuts.of(graph);
        List<String> separating = bruteForce(graph);
        for (int tensor = 0; tensor < graph.tensorCount(); tensor++) {
            String name = graph.tensorName(tensor);
            assertThat(cuts.at(name).isPresent())
                    .as("%s, tensor %s", description, name)
                    .isEqualTo(separating.contains(name));
        }
        List<String> within = separating.stream()
                .filter(name -> !graph.outputs().contains(graph.tensor(name).getAsInt()))
                .toList();
        assertThat(tensors(cuts)).as(description).isEqualTo(within);
        List<Cut> nested =
                separating.stream().map(name -> cuts.at(name).orElseThrow()).toList();
        checkSides(cuts, nested);
        return cuts.size();
    }

    private static List<String> tensors(Cuts cuts) {
        return cuts.list().stream()
                .map(cut -> cut.graph().tensorName(cut.tensors().get(0)))
                .toList();
    }

    /** Nothing but the cut's tensor crosses, what is before has all it needs, and cuts are nested. */
    private static void checkSides(Cuts cuts, List<Cut> nested) {
        DataflowGraph graph = cuts.graph();
        int before = 0;
        for (Cut cut : nested) {
            assertThat(cut.operatorsBefore()).isGreaterThan(before);
            before = cut.operatorsBefore();
            assertThat(cut.operatorsAfter()).isEqualTo(cuts.usedOperatorCount() - before);
            assertThat(IntStream.range(0, graph.operatorCount()).filter(o -> !cut.isBefore(o) && !cut.isAfter(o)))
                    .containsExactlyElementsOf(IntStream.range(0, graph.operatorCount())
                            .filter(o -> !cuts.isUsed(o))
                            .boxed()
                            .toList());
            assertThat(cut.readers())
                    .containsExactlyElementsOf(
                            new TreeSet<>(graph.readers(cut.tensors().get(0)).stream()
                                    .filter(cuts::isUsed)
                                    .boxed()
                                    .toList()));
            assertThat(IntStream.range(0, graph.operatorCount()).filter(cut::isBefore))
                    .hasSize(before);
            assertThat(IntStream.range(0, graph.operatorCount()).filter(cut::isAfter))
                    .hasSize(cut.operatorsAfter());
            for (int operator = 0; operator < graph.operatorCount(); operator++) {
                for (int tensor : graph.reads(operator)) {
                    if (cut.isAfter(operator) && graph.producer(tensor).isPresent()) {
                        boolean crosses = cut.isBefore(graph.producer(tensor).getAsInt());
                        assertThat(crosses).isEqualTo(cut.tensors().contains(tensor));
                    } else if (cut.isBefore(operator) && graph.producer(tensor).isPresent()) {
                        assertThat(cut.isBefore(graph.producer(tensor).getAsInt()))
                                .isTrue();
                    } else if (cut.isAfter(operator)) {
                        throw new AssertionError("an input is read after the cut");
                    }
                }
            }
        }
    }

    /** The tensors without which no output can be reached, outputs themselves among them, in the order of their indices. */
    private static List<String> bruteForce(DataflowGraph graph) {
        boolean[] needed = neededTensors(graph);
        List<String> cuts = new ArrayList<>();
        if (!reachesAnOutput(graph, -1)) {
            return cuts;
        }
        for (int tensor = 0; tensor < graph.tensorCount(); tensor++) {
            boolean made = graph.producer(tensor).isPresent();
            boolean readOn = graph.readers(tensor).stream()
                    .anyMatch(reader -> graph.writes(reader).stream().anyMatch(written -> needed[written]));
            if (made && needed[tensor] && readOn && !reachesAnOutput(graph, tensor)) {
                cuts.add(graph.tensorName(tensor));
            }
        }
        return cuts;
    }

    private static boolean[] neededTensors(DataflowGraph graph) {
        boolean[] needed = new boolean[graph.tensorCount()];
        graph.outputs().stream().forEach(tensor -> needed[tensor] = true);
        for (int operator = graph.operatorCount() - 1; operator >= 0; operator--) {
            if (graph.writes(operator).stream().anyMatch(tensor -> needed[tensor])) {
                graph.reads(operator).stream().forEach(tensor -> needed[tensor] = true);
            }
        }
        return needed;
    }

    /** Whether an output that an operator makes can be reached from where paths begin, with one tensor taken away. */
    private static boolean reachesAnOutput(DataflowGraph graph, int without) {
        boolean[] reached = new boolean[graph.tensorCount()];
        graph.inputs().stream().filter(tensor -> tensor != without).forEach(tensor -> reached[tensor] = true);
        for (int operator = 0; operator < graph.operatorCount(); operator++) {
            boolean fires = graph.reads(operator).isEmpty()
                    || graph.reads(operator).stream().anyMatch(tensor -> reached[tensor]);
            if (fires) {
                graph.writes(operator).stream()
                        .filter(tensor -> tensor != without)
                        .forEach(t -> reached[t] = true);
            }
        }
        return graph.outputs().stream()
                .anyMatch(output -> reached[output] && graph.producer(output).isPresent());
    }
}
