package io.pepper.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Subgraphs against graphs that are built of the same operators from the beginning. */
class SubgraphTest {
    private static final int INSTANCES = 1_000;

    private static BitSet all(int count) {
        BitSet all = new BitSet();
        all.set(0, count);
        return all;
    }

    @Test
    void aSubgraphIsTheGraphThatIsBuiltOfWhatIsKept() {
        int smaller = 0;
        for (long seed = 0; seed < INSTANCES; seed++) {
            DataflowGraph whole = RandomGraphs.plan(new Random(seed), 20).build();
            Random random = new Random(seed);
            BitSet tensors = new BitSet();
            whole.inputs().stream().filter(input -> random.nextInt(4) > 0).forEach(tensors::set);
            BitSet operators = new BitSet();
            for (int operator = 0; operator < whole.operatorCount(); operator++) {
                if (random.nextInt(4) > 0) {
                    operators.set(operator);
                    whole.writes(operator).stream().forEach(tensors::set);
                }
            }
            DataflowGraph part = whole.subgraph(operators, tensors);
            DataflowGraph.Builder builder = DataflowGraph.builder();
            whole.inputs().stream().filter(tensors::get).forEach(input -> builder.input(whole.tensorName(input)));
            operators.stream()
                    .forEach(operator -> builder.operator(
                            whole.operatorName(operator),
                            whole.operatorType(operator),
                            names(whole, whole.reads(operator), tensors),
                            names(whole, whole.writes(operator), tensors)));
            whole.outputs().stream().filter(tensors::get).forEach(output -> builder.output(whole.tensorName(output)));
            DataflowGraph built = builder.build();
            assertThat(described(part)).as("seed %d", seed).isEqualTo(described(built));
            smaller += part.operatorCount() < whole.operatorCount() ? 1 : 0;
        }
        assertThat(smaller).isGreaterThan(INSTANCES / 4);
    }

    private static List<String> names(DataflowGraph graph, Indices tensors, BitSet kept) {
        return tensors.stream().filter(kept::get).mapToObj(graph::tensorName).toList();
    }

    private static String described(DataflowGraph graph) {
        StringBuilder text = new StringBuilder();
        for (int operator = 0; operator < graph.operatorCount(); operator++) {
            text.append(graph.operatorLabel(operator))
                    .append(graph.reads(operator))
                    .append(graph.writes(operator))
                    .append('\n');
        }
        for (int tensor = 0; tensor < graph.tensorCount(); tensor++) {
            text.append(graph.tensorName(tensor))
                    .append(graph.producer(tensor))
                    .append(graph.readers(tensor))
                    .append(graph.tensor(graph.tensorName(tensor)))
                    .append('\n');
        }
        return text.append(graph.inputs()).append(graph.outputs()).toString();
    }

    @Test
    void theWholeIsItsOwnSubgraph() {
        DataflowGraph graph = RandomGraphs.plan(new Random(1), 20).build();
        assertThat(graph.subgraph(all(graph.operatorCount()), all(graph.tensorCount())))
                .isSameAs(graph);
    }

    @Test
    void tensorsStayWithTheirProducers() {
        DataflowGraph.Builder builder = DataflowGraph.builder();
        builder.input("x").operator("a", "A", List.of("x"), List.of("y")).output("y");
        DataflowGraph graph = builder.build();
        assertThatThrownBy(() -> graph.subgraph(new BitSet(), all(2)))
                .hasMessage("tensor 'y' is kept, and what makes it is not");
        assertThatThrownBy(() -> graph.subgraph(all(1), all(1)))
                .hasMessage("an operator is kept without a tensor that it produces");
    }
}
