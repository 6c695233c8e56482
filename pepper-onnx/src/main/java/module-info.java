/** ONNX models: what they are made of, the parts of a partition as files, and the proof that the parts are right. */
@SuppressWarnings("module") // pepper-predict is compiled after this.
module io.pepper.onnx {
    requires static transitive org.jspecify;
    requires transitive io.pepper.core;
    requires com.fasterxml.jackson.databind;
    requires com.google.protobuf;
    requires transitive com.microsoft.onnxruntime;
    requires java.management;
    requires java.net.http;
    requires java.xml;
    requires jdk.httpserver;
    requires org.slf4j;

    // For applications with inference servers by gRPC.
    requires static io.grpc;
    requires static io.grpc.netty.shaded;

    // For applications that start or join a cluster.
    requires static pekko.actor;
    requires static pekko.actor.typed;
    requires static pekko.cluster;
    requires static pekko.cluster.typed;
    requires static pekko.remote;
    requires static pekko.stream;
    requires static scala.library;
    requires static typesafe.config;

    exports io.pepper;
    exports io.pepper.distributed;
    exports io.pepper.export;
    exports io.pepper.generation;
    exports io.pepper.measure;
    exports io.pepper.model;
    exports io.pepper.onnx;
    exports io.pepper.report;
    exports io.pepper.serving;
    exports io.pepper.session;

    // For the reports of training.
    exports io.pepper.report.internal.markup to
            io.pepper.predict;

    // For measuring campaigns and their load.
    exports io.pepper.measure.internal to
            io.pepper.predict;
    exports io.pepper.session.internal to
            io.pepper.predict;

    // What nodes can do besides running parts.
    uses io.pepper.distributed.NodeCapability;

    // The generated messages are asked for their fields by reflection.
    opens io.pepper.distributed.internal.proto to
            com.google.protobuf;
    opens io.pepper.onnx.internal.proto to
            com.google.protobuf;
    opens io.pepper.serving.internal.proto to
            com.google.protobuf;
}
