package io.pepper.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DataflowGraphTest {
    /** x -> conv -> c -> square(c, c) -> y, and c -> side -> s, u. */
    private static DataflowGraph.Builder example() {
        return DataflowGraph.builder()
                .input("x")
                .operator("conv", "Conv", List.of("x"), List.of("c"))
                .operator("square", "Mul", List.of("c", "c"), List.of("y"))
                .operator("side", "Split", List.of("c", "x"), List.of("s", "u"))
                .output("s")
                .output("y");
    }

    private static List<String> names(DataflowGraph graph) {
        return IntStream.range(0, graph.operatorCount())
                .mapToObj(graph::operatorName)
                .toList();
    }

    @Test
    void numbersOperatorsAndTensorsAsDocumented() {
        DataflowGraph graph = example().build();
        assertThat(names(graph)).containsExactly("conv", "square", "side");
        assertThat(graph.operatorType(2)).isEqualTo("Split");
        assertThat(IntStream.range(0, graph.tensorCount()).mapToObj(graph::tensorName))
                .containsExactly("x", "c", "y", "s", "u");
        assertThat(graph.tensor("y")).hasValue(2);
        assertThat(graph.tensor("z")).isEmpty();
        assertThat(graph.edgeCount()).isEqualTo(9);
        assertThat(graph).hasToString("DataflowGraph[3 operators, 5 tensors, 9 edges]");
    }

    @Test
    void knowsWhoMakesAndReadsWhat() {
        DataflowGraph graph = example().build();
        assertThat(graph.reads(1)).containsExactly(1, 1);
        assertThat(graph.reads(2)).containsExactly(1, 0);
        assertThat(graph.writes(2)).containsExactly(3, 4);
        assertThat(graph.producer(0)).isEmpty();
        assertThat(graph.producer(4)).hasValue(2);
        assertThat(graph.readers(0)).containsExactly(0, 2);
        assertThat(graph.readers(1)).containsExactly(1, 1, 2);
        assertThat(graph.readers(4)).isEmpty();
    }

    @Test
    void keepsInputsAndOutputsInTheOrderGiven() {
        DataflowGraph graph = example().input("second").output("x").build();
        assertThat(graph.inputs()).containsExactly(0, 1);
        assertThat(graph.outputs().stream().mapToObj(graph::tensorName)).containsExactly("s", "y", "x");
    }

    @Test
    void inputsMayBeNamedAfterTheyAreRead() {
        DataflowGraph graph = DataflowGraph.builder()
                .output("y")
                .operator("a", "Op", List.of("x1", "x0"), List.of("y"))
                .input("x0")
                .input("x1")
                .build();
        assertThat(graph.reads(0)).containsExactly(1, 0);
        assertThat(graph.outputs()).containsExactly(2);
    }

    @Test
    void anEmptyGraphIsAGraph() {
        DataflowGraph graph = DataflowGraph.builder().build();
        assertThat(graph.operatorCount()).isZero();
        assertThat(graph.tensorCount()).isZero();
        assertThat(graph.edgeCount()).isZero();
        assertThat(graph.inputs()).isEmpty();
        assertThat(graph.outputs()).isEmpty();
    }

    @Test
    void operatorsMayReadOrWriteNothing() {
        DataflowGraph graph = DataflowGraph.builder()
                .operator("random", "RandomNormal", List.of(), List.of("r"))
                .operator("sink", "Sink", List.of("r"), List.of())
                .build();
        assertThat(graph.reads(0)).isEmpty();
        assertThat(graph.writes(1)).isEmpty();
        assertThat(graph.readers(0)).containsExactly(1);
    }

    @Test
    void labelsUnnamedOperatorsByTypeAndPositionAndAllowsEqualNames() {
        DataflowGraph graph = DataflowGraph.builder()
                .input("x")
                .operator("", "Relu", List.of("b"), List.of("c"))
                .operator("twin", "Add", List.of("x", "x"), List.of("a"))
                .operator("twin", "Add", List.of("a", "x"), List.of("b"))
                .build();
        assertThat(names(graph)).containsExactly("twin", "twin", "");
        assertThat(graph.operatorLabel(0)).isEqualTo("twin");
        assertThat(graph.operatorLabel(2)).isEqualTo("Relu#0");
        assertThat(IntStream.range(0, 3).map(graph::operatorPosition)).containsExactly(1, 2, 0);
    }

    @Test
    void sortsByMovingOnlyWhatIsNeededEarlier() {
        DataflowGraph graph = DataflowGraph.builder()
                .input("x")
                .operator("free", "Op", List.of("x"), List.of("f"))
                .operator("late", "Op", List.of("q", "p"), List.of("l"))
                .operator("stays", "Op", List.of("x"), List.of("s"))
                .operator("p", "Op", List.of("x"), List.of("p"))
                .operator("q", "Op", List.of("p"), List.of("q"))
                .operator("last", "Op", List.of("s"), List.of("z"))
                .build();
        assertThat(names(graph)).containsExactly("free", "p", "q", "late", "stays", "last");
    }

    @Test
    void keepsAnOrderThatIsTopologicalAlready() {
        DataflowGraph graph = DataflowGraph.builder()
                .input("x")
                .operator("d", "Op", List.of("x"), List.of("d"))
                .operator("b", "Op", List.of("x"), List.of("b"))
                .operator("c", "Op", List.of("d"), List.of("c"))
                .operator("a", "Op", List.of("b", "d"), List.of("a"))
                .build();
        assertThat(names(graph)).containsExactly("d", "b", "c", "a");
    }

    @Test
    void aBuilderCanGoOnAfterBuilding() {
        DataflowGraph.Builder builder = example();
        DataflowGraph first = builder.build();
        DataflowGraph second = builder.operator("more", "Relu", List.of("y"), List.of("z"))
                .output("z")
                .build();
        assertThat(first.operatorCount()).isEqualTo(3);
        assertThat(first.outputs()).hasSize(2);
        assertThat(first.tensor("z")).isEmpty();
        assertThat(first.readers(2)).isEmpty();
        assertThat(second.operatorCount()).isEqualTo(4);
        assertThat(second.readers(2)).containsExactly(3);
    }
}
