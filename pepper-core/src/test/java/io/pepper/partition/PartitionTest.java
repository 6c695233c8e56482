package io.pepper.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cut.Cut;
import io.pepper.cut.Cuts;
import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import io.pepper.graph.RandomGraphs;
import java.util.List;
import org.junit.jupiter.api.Test;

class PartitionTest {
    private final DataflowGraph graph = Graphs.diamond();
    private final Cuts cuts = Cuts.of(graph);

    private List<String> names(Indices tensors) {
        return tensors.stream().mapToObj(graph::tensorName).toList();
    }

    @Test
    void dividesBetweenTheCuts() {
        Partition partition = Partition.of(graph, cuts.list());
        assertThat(Graphs.cutTensors(partition)).containsExactly("ta", "tc");
        assertThat(partition.graph()).isSameAs(graph);
        assertThat(partition.segments()).extracting(Segment::index).containsExactly(0, 1, 2);
        assertThat(partition.segments())
                .extracting(Segment::operators)
                .containsExactly(Indices.of(0), Indices.of(2, 3, 4), Indices.of(5));
        assertThat(partition.segments())
                .extracting(segment -> names(segment.inputs()))
                .containsExactly(List.of("x"), List.of("ta"), List.of("tc"));
        assertThat(partition.segments())
                .extracting(segment -> names(segment.outputs()))
                .containsExactly(List.of("ta"), List.of("tc"), List.of("y"));
    }

    @Test
    void putsUnusedOperatorsIntoNoSegment() {
        Partition partition = Partition.of(graph, cuts.list());
        assertThat(partition.segmentOf(1)).isEmpty();
        assertThat(partition.segmentOf(0)).hasValue(0);
        assertThat(partition.segmentOf(4)).hasValue(1);
        assertThat(partition.segmentOf(5)).hasValue(2);
    }

    @Test
    void segmentsAreFoundByTheNamesOfOperators() {
        Partition partition = Partition.of(graph, cuts.list());
        assertThat(partition.segmentOf("b2")).isOne();
        assertThatThrownBy(() -> partition.segmentOf("unused"))
                .hasMessage("'unused' is the name of an operator in no segment");
    }

    /** Branches beside each other, which no cut divides. */
    @Test
    void dividesAsTold() {
        int[] segments = {0, -1, 1, 0, 2, 2};
        Partition partition = Partition.of(graph, operator -> segments[operator], 3);
        assertThat(partition.cuts()).isEmpty();
        assertThat(partition.segments())
                .extracting(Segment::operators)
                .containsExactly(Indices.of(0, 3), Indices.of(2), Indices.of(4, 5));
        assertThat(names(partition.segments().get(2).inputs())).containsExactly("t1", "t2");
    }

    @Test
    void refusesImpossibleSegments() {
        assertThatThrownBy(() -> Partition.of(graph, operator -> operator == 5 ? 3 : 0, 3))
                .hasMessage("operator 'd' is in segment 3 of 3");
        assertThatThrownBy(() -> Partition.of(graph, operator -> operator == 5 ? 2 : 0, 3))
                .hasMessage("segment 1 has no operator");
        assertThatThrownBy(() -> Partition.of(graph, operator -> operator == 0 ? 1 : 0, 2))
                .hasMessage("segment 0 reads 'ta' from segment 1, which is after it");
    }

    @Test
    void theWholeIsOneSegment() {
        Partition whole = Partition.whole(graph);
        assertThat(whole.cuts()).isEmpty();
        assertThat(whole.segments())
                .containsExactly(new Segment(
                        0,
                        Indices.of(0, 2, 3, 4, 5),
                        Indices.of(),
                        Indices.of(0),
                        Indices.of(graph.tensorCount() - 1)));
        assertThat(whole).hasToString("Partition[1 segments, []]");
    }

    @Test
    void aGraphThatNeedsNoOperatorIsOneEmptySegment() {
        DataflowGraph idle = DataflowGraph.builder()
                .input("x")
                .operator("a", "Op", List.of("x"), List.of("t"))
                .output("x")
                .build();
        Segment empty = new Segment(0, Indices.of(), Indices.of(), Indices.of(), Indices.of());
        for (Partition partition : List.of(
                Partition.whole(idle),
                Partitioner.everyCut().partition(Cuts.of(idle)),
                Partitioner.balanced(1, OperatorCosts.count()).partition(Cuts.of(idle)))) {
            assertThat(partition.segments()).containsExactly(empty);
            assertThat(partition.segmentOf(0)).isEmpty();
        }
        assertThat(Partition.whole(DataflowGraph.builder().build()).segments()).containsExactly(empty);
    }

    @Test
    void aCutTensorThatIsAnOutputIsAnOutputOfTheFirstPart() {
        DataflowGraph early = DataflowGraph.builder()
                .input("x")
                .operator("a", "Op", List.of("x"), List.of("t"))
                .operator("b", "Op", List.of("t"), List.of("y"))
                .output("y")
                .output("t")
                .build();
        Cuts earlyCuts = Cuts.of(early);
        Partition partition = Partition.of(early, earlyCuts.list());
        assertThat(partition.segments().get(0).outputs().contains(1)).isTrue();
        assertThat(partition
                        .segments()
                        .get(partition.segments().size() - 1)
                        .outputs()
                        .contains(2))
                .isTrue();
    }

    @Test
    void refusesCutsOfAnotherGraph() {
        Cut foreign = Cuts.of(Graphs.diamond()).get(0);
        assertThatThrownBy(() -> Partition.of(graph, List.of(foreign)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'ta'")
                .hasMessageContaining("is of another graph");
    }

    @Test
    void refusesCutsThatAreOutOfOrderOrTwice() {
        Cut first = cuts.get(0);
        Cut second = cuts.get(1);
        assertThatThrownBy(() -> Partition.of(graph, List.of(second, first)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the cut at 'ta' (1 operators before, 4 after) is not after the cut at 'tc' "
                        + "(4 operators before, 1 after)");
        assertThatThrownBy(() -> Partition.of(graph, List.of(first, first)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not after the cut at 'ta'");
        assertThatThrownBy(
                        () -> Partition.of(graph, List.of(first, Cuts.of(graph).get(0))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not after the cut at 'ta'");
    }

    @Test
    void handsOutListsThatCannotBeChanged() {
        Partition partition = Partition.of(graph, cuts.list());
        assertThatThrownBy(() -> partition.segments().remove(0)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> partition.cuts().remove(0)).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void aChainOfAHundredThousandOperatorsIsCutEverywhere() {
        int operators = 100_000;
        Cuts all = Cuts.of(RandomGraphs.chain(operators));
        Partition partition = Partitioner.everyCut().partition(all);
        assertThat(partition.segments()).hasSize(operators);
        Segment last = partition.segments().get(operators - 1);
        assertThat(last.operators()).containsExactly(operators - 1);
        assertThat(last.inputs()).containsExactly(operators - 1);
        assertThat(last.outputs()).containsExactly(operators);
    }
}
