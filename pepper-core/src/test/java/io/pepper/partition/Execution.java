package io.pepper.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.graph.DataflowGraph;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

/** Runs a partition segment by segment, with names for values: each finds what it reads, and all outputs are made. */
final class Execution {
    private Execution() {}

    static void check(Partition partition, String description) {
        DataflowGraph graph = partition.graph();
        Set<Integer> passed = new HashSet<>();
        graph.inputs().forEach(passed::add);
        for (Segment segment : partition.segments()) {
            assertThat(segment.inputs()).as("%s: %s", description, segment).allMatch(passed::contains);
            Set<Integer> inside = new HashSet<>();
            segment.inputs().forEach(inside::add);
            Set<Integer> read = new HashSet<>();
            TreeSet<Integer> running = new TreeSet<>();
            segment.operators().forEach(running::add);
            segment.recomputed().forEach(running::add);
            assertThat(running)
                    .as(description)
                    .hasSize(segment.operators().size() + segment.recomputed().size());
            for (int operator : running) {
                assertThat(graph.reads(operator))
                        .as("%s: %s", description, segment)
                        .allMatch(inside::contains);
                graph.reads(operator).forEach(read::add);
                graph.writes(operator).forEach(inside::add);
            }
            assertThat(read).as("%s: takes nothing in vain", description).containsAll(segment.inputs());
            for (int output : segment.outputs()) {
                assertThat(inside.contains(output)).as(description).isTrue();
                assertThat(passed.add(output))
                        .as("%s: %s is given once", description, output)
                        .isTrue();
            }
        }
        assertThat(passed).as(description).containsAll(graph.outputs());
    }
}
