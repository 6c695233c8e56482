/** Dataflow graphs of neural networks, where they can be cut, and how to divide them. */
module io.pepper.core {
    requires static transitive org.jspecify;
    requires transitive org.jgrapht.core;
    requires org.snakeyaml.engine.v2;

    exports io.pepper.cluster;
    exports io.pepper.workload;
    exports io.pepper.cut;
    exports io.pepper.document;
    exports io.pepper.graph;
    exports io.pepper.partition;
    exports io.pepper.plan;
}
