package io.pepper.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.cut.Cut;
import io.pepper.cut.Cuts;
import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import io.pepper.graph.RandomGraphs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What holds for every partition, at every choice of cuts. */
class PartitionPropertyTest {
    private static final int GRAPHS = 1_500;

    private static void forEachPartition(BiConsumer<Partition, Cuts> check) {
        for (int seed = 0; seed < GRAPHS; seed++) {
            Random random = new Random(seed);
            DataflowGraph graph = RandomGraphs.plan(random, 30).shuffled(random).build();
            Cuts cuts = Cuts.of(graph);
            List<Cut> chosen =
                    cuts.list().stream().filter(cut -> random.nextInt(3) > 0).toList();
            check.accept(Partition.of(graph, chosen), cuts);
            check.accept(Partition.of(graph, cuts.list()), cuts);
        }
    }

    /** What the outputs need, found by asking again and again. */
    private static boolean[] needed(DataflowGraph graph) {
        List<Integer> open = new ArrayList<>();
        graph.outputs().forEach(open::add);
        boolean[] needed = new boolean[graph.operatorCount()];
        while (!open.isEmpty()) {
            int tensor = open.remove(open.size() - 1);
            if (graph.producer(tensor).isPresent()
                    && !needed[graph.producer(tensor).getAsInt()]) {
                needed[graph.producer(tensor).getAsInt()] = true;
                graph.reads(graph.producer(tensor).getAsInt()).forEach(open::add);
            }
        }
        return needed;
    }

    @Test
    void everyNeededOperatorIsInExactlyOneSegment() {
        forEachPartition((partition, cuts) -> {
            int[] owner = new int[partition.graph().operatorCount()];
            Arrays.fill(owner, -1);
            for (Segment segment : partition.segments()) {
                for (int operator : segment.operators()) {
                    assertThat(owner[operator]).isEqualTo(-1);
                    owner[operator] = segment.index();
                }
            }
            boolean[] needed = needed(partition.graph());
            for (int operator = 0; operator < owner.length; operator++) {
                assertThat(owner[operator] >= 0).isEqualTo(needed[operator]).isEqualTo(cuts.isUsed(operator));
                assertThat(partition.segmentOf(operator).orElse(-1)).isEqualTo(owner[operator]);
            }
        });
    }

    @Test
    void segmentsAreTheOperatorsBetweenNeighbouringCuts() {
        forEachPartition((partition, cuts) -> {
            assertThat(partition.segments()).hasSize(partition.cuts().size() + 1);
            for (Segment segment : partition.segments()) {
                for (int operator : segment.operators()) {
                    long passed = partition.cuts().stream()
                            .filter(cut -> cut.isAfter(operator))
                            .count();
                    assertThat(passed).isEqualTo(segment.index());
                }
            }
        });
    }

    @Test
    void segmentsReadOnlyFromEarlierOnesAndOnlyTheCutTensorTravels() {
        forEachPartition((partition, cuts) -> {
            DataflowGraph graph = partition.graph();
            for (Segment segment : partition.segments()) {
                List<String> travelling = new ArrayList<>();
                for (int tensor : segment.inputs()) {
                    if (graph.producer(tensor).isPresent()) {
                        assertThat(partition
                                        .segmentOf(graph.producer(tensor).getAsInt())
                                        .getAsInt())
                                .isLessThan(segment.index());
                        travelling.add(graph.tensorName(tensor));
                    }
                }
                assertThat(travelling)
                        .isEqualTo(
                                segment.index() == 0
                                        ? List.of()
                                        : List.of(Graphs.tensor(partition.cuts().get(segment.index() - 1))));
            }
        });
    }

    @Test
    void inputsAndOutputsAreAsDefined() {
        forEachPartition((partition, cuts) -> {
            DataflowGraph graph = partition.graph();
            for (Segment segment : partition.segments()) {
                assertThat(segment.operators().stream()).isSorted();
                int[] inputs = IntStream.range(0, graph.tensorCount())
                        .filter(t -> isReadIn(graph, t, segment) && !isMadeIn(graph, t, segment))
                        .toArray();
                int[] outputs = IntStream.range(0, graph.tensorCount())
                        .filter(t -> isMadeIn(graph, t, segment))
                        .filter(t -> graph.outputs().contains(t)
                                || partition.segments().stream()
                                        .anyMatch(
                                                other -> other.index() != segment.index() && isReadIn(graph, t, other)))
                        .toArray();
                assertThat(segment.inputs()).isEqualTo(Indices.of(inputs));
                assertThat(segment.outputs()).isEqualTo(Indices.of(outputs));
            }
        });
    }

    private static boolean isReadIn(DataflowGraph graph, int tensor, Segment segment) {
        return graph.readers(tensor).stream().anyMatch(segment.operators()::contains);
    }

    private static boolean isMadeIn(DataflowGraph graph, int tensor, Segment segment) {
        return graph.producer(tensor).isPresent()
                && segment.operators().contains(graph.producer(tensor).getAsInt());
    }
}
