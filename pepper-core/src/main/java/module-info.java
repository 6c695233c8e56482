/** Dataflow graphs of neural networks, where they can be cut, and how to divide them. */
@SuppressWarnings("module") // the modules that internal packages are exported to are built after this one
module io.pepper.core {
    requires static transitive org.jspecify;
    requires transitive org.jgrapht.core;
    requires org.snakeyaml.engine.v2;

    exports io.pepper.cluster;
    exports io.pepper.workload;
    exports io.pepper.cut;
    exports io.pepper.document;
    exports io.pepper.graph;
    exports io.pepper.internal.net to
            io.pepper.onnx,
            io.pepper.predict;
    exports io.pepper.internal.text to
            io.pepper.onnx,
            io.pepper.predict;
    exports io.pepper.partition;
    exports io.pepper.plan;
}
