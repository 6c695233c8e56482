package com.example;

import io.pepper.cut.Cut;
import io.pepper.cut.Cuts;
import io.pepper.graph.DataflowGraph;
import java.util.List;

/** Finds where a chain can be cut. */
final class Application {
    private Application() {}

    static List<Cut> cuts() {
        DataflowGraph graph = DataflowGraph.builder()
                .input("x")
                .operator("first", "Relu", List.of("x"), List.of("y"))
                .operator("second", "Relu", List.of("y"), List.of("z"))
                .output("z")
                .build();
        return Cuts.of(graph).list();
    }
}
