package io.pepper.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds for every graph, on random and on very long ones. */
class DataflowGraphPropertyTest {
    private static final int GRAPHS = 1_500;

    private static void forEachShuffledPlan(Consumer<RandomGraphs.Plan> check) {
        for (int seed = 0; seed < GRAPHS; seed++) {
            Random random = new Random(seed);
            check.accept(RandomGraphs.plan(random, 30).shuffled(random));
        }
    }

    @Test
    void orderIsTopological() {
        forEachShuffledPlan(plan -> {
            DataflowGraph graph = plan.build();
            for (int o = 0; o < graph.operatorCount(); o++) {
                int operator = o;
                assertThat(graph.reads(o).stream())
                        .allMatch(t -> graph.producer(t).orElse(-1) < operator);
            }
        });
    }

    @Test
    void everyOperatorIsThereOnceWithItsReadsAndWrites() {
        forEachShuffledPlan(plan -> {
            DataflowGraph graph = plan.build();
            assertThat(IntStream.range(0, graph.operatorCount())
                            .map(graph::operatorPosition)
                            .sorted())
                    .containsExactlyElementsOf(
                            IntStream.range(0, plan.operators().size()).boxed().toList());
            for (int o = 0; o < graph.operatorCount(); o++) {
                RandomGraphs.Operator given = plan.operators().get(graph.operatorPosition(o));
                assertThat(graph.operatorName(o)).isEqualTo(given.name());
                assertThat(names(graph, graph.reads(o))).isEqualTo(given.reads());
                assertThat(names(graph, graph.writes(o))).isEqualTo(given.writes());
            }
            assertThat(names(graph, graph.inputs())).isEqualTo(plan.inputs());
            assertThat(names(graph, graph.outputs())).isEqualTo(plan.outputs());
        });
    }

    @Test
    void tensorsAreNumberedByProducer() {
        forEachShuffledPlan(plan -> {
            DataflowGraph graph = plan.build();
            List<Integer> numbered = new ArrayList<>();
            graph.inputs().forEach(numbered::add);
            for (int o = 0; o < graph.operatorCount(); o++) {
                graph.writes(o).forEach(numbered::add);
            }
            assertThat(numbered)
                    .isEqualTo(IntStream.range(0, graph.tensorCount()).boxed().toList());
            for (int t = 0; t < graph.tensorCount(); t++) {
                assertThat(graph.tensor(graph.tensorName(t))).hasValue(t);
            }
        });
    }

    @Test
    void bothWaysOfLookingAtAnEdgeAgree() {
        forEachShuffledPlan(plan -> {
            DataflowGraph graph = plan.build();
            int edges = 0;
            for (int t = 0; t < graph.tensorCount(); t++) {
                int tensor = t;
                int[] readers = IntStream.range(0, graph.operatorCount())
                        .flatMap(o -> graph.reads(o).stream()
                                .filter(read -> read == tensor)
                                .map(read -> o))
                        .toArray();
                assertThat(graph.readers(t)).isEqualTo(Indices.of(readers));
                assertThat(graph.producer(t).isEmpty()).isEqualTo(graph.inputs().contains(t));
                graph.producer(t).ifPresent(o -> assertThat(graph.writes(o).contains(tensor))
                        .isTrue());
                edges += readers.length + (graph.producer(t).isPresent() ? 1 : 0);
            }
            assertThat(graph.edgeCount()).isEqualTo(edges);
        });
    }

    @Test
    void sameCallsGiveSameGraph() {
        forEachShuffledPlan(plan -> assertThat(describe(plan.build())).isEqualTo(describe(plan.build())));
    }

    @Test
    void aTopologicalOrderIsKept() {
        for (int seed = 0; seed < GRAPHS; seed++) {
            DataflowGraph graph = RandomGraphs.plan(new Random(seed), 30).build();
            assertThat(IntStream.range(0, graph.operatorCount())).allMatch(o -> graph.operatorPosition(o) == o);
        }
    }

    @Test
    void aChainOfAHundredThousandOperatorsGivenInReverseIsSorted() {
        DataflowGraph graph = LongChain.reversed(100_000);
        assertThat(graph.operatorName(0)).isEqualTo("op0");
        assertThat(graph.operatorName(99_999)).isEqualTo("op99999");
    }

    @Test
    void aChainOfAMillionOperatorsFitsIntoOneGigabyte(@TempDir Path directory)
            throws IOException, InterruptedException {
        Path log = directory.resolve("log");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx1g",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LongChain.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended = process.waitFor(2, TimeUnit.MINUTES);
        process.destroyForcibly();
        assertThat(ended).as("ended").isTrue();
        assertThat(process.exitValue()).as(Files.readString(log)).isZero();
    }

    private static List<String> names(DataflowGraph graph, Indices tensors) {
        return tensors.stream().mapToObj(graph::tensorName).toList();
    }

    private static String describe(DataflowGraph graph) {
        StringBuilder text = new StringBuilder();
        for (int o = 0; o < graph.operatorCount(); o++) {
            text.append(graph.operatorLabel(o)).append(graph.reads(o)).append(graph.writes(o));
        }
        for (int t = 0; t < graph.tensorCount(); t++) {
            text.append(graph.tensorName(t)).append(graph.readers(t));
        }
        return text.append(graph.inputs()).append(graph.outputs()).toString();
    }
}
