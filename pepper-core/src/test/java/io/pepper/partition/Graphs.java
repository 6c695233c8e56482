package io.pepper.partition;

import io.pepper.cut.Cut;
import io.pepper.graph.DataflowGraph;
import java.util.List;

/** Named graphs and short ways to speak of partitions. */
final class Graphs {
    private Graphs() {}

    /** x -> a -> ta -> (b1, b2) -> c -> tc -> d -> y; cuts at ta and tc. A side operator is needed by nobody. */
    static DataflowGraph diamond() {
        return DataflowGraph.builder()
                .input("x")
                .operator("a", "Op", List.of("x"), List.of("ta"))
                .operator("unused", "Op", List.of("ta"), List.of("tu"))
                .operator("b1", "Op", List.of("ta"), List.of("t1"))
                .operator("b2", "Op", List.of("ta"), List.of("t2"))
                .operator("c", "Op", List.of("t1", "t2"), List.of("tc"))
                .operator("d", "Op", List.of("tc", "tc"), List.of("y"))
                .output("y")
                .build();
    }

    /** The tensors that a partition is cut at. */
    static List<String> cutTensors(Partition partition) {
        return partition.cuts().stream().map(Graphs::tensor).toList();
    }

    static String tensor(Cut cut) {
        return cut.graph().tensorName(cut.tensors().get(0));
    }
}
