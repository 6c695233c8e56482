package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.BOOL;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT64;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;

import io.pepper.export.SubmodelExporter;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.testmodels.BodyBuilder;
import io.pepper.onnx.testmodels.Tensors;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.file.Path;

/** Small models that are valid, and that a process in which ONNX Runtime runs them does not survive, or not soon. */
public final class HostileModels {
    private HostileModels() {}

    /**
     * q -> a -> y, where y is an attention whose keys have no heads: ONNX Runtime 1.28 divides by their number when it opens the model
     * (SIGFPE).
     */
    public static ModelProto crashing() {
        return model("crashing")
                .irVersion(11)
                .opset(23)
                .input("q", FLOAT, 2, 4, 24)
                .let("a", "Relu", "q")
                .valueInfo("a", FLOAT, 2, 4, 24)
                .add(node("Attention")
                        .in("a", "a", "a")
                        .out("y")
                        .with("q_num_heads", 3)
                        .with("kv_num_heads", 0))
                .output("y", FLOAT, 2, 4, 24)
                .build();
    }

    /** x -> a -> y, and a loop beside it that runs as often as an integer can say. */
    public static ModelProto endless() {
        GraphProto body = BodyBuilder.body("round")
                .input("i", INT64)
                .input("go", BOOL)
                .input("sum", FLOAT, 1, 4)
                .let("on", "Identity", "go")
                .let("more", "Sin", "sum")
                .output("on", BOOL)
                .output("more", FLOAT, 1, 4)
                .build();
        return model("endless")
                .input("x", FLOAT, 1, 4)
                .let("a", "Relu", "x")
                .initializer(Tensors.scalar("often", Long.MAX_VALUE))
                .initializer(Tensors.scalar("true", true))
                .add(node("Loop").in("often", "true", "a").out("y").with("body", body))
                .output("y", FLOAT, 1, 4)
                .build();
    }

    /** x -> a -> y, where y is a sum over a constant of so many floats, which ONNX Runtime makes when it runs. */
    public static ModelProto large(long floats) {
        return model("large")
                .input("x", FLOAT, 1)
                .let("a", "Relu", "x")
                .initializer(Tensors.vector("size", floats))
                .let("many", "Expand", "a", "size")
                .let("more", "Sin", "many")
                .add(node("ReduceSum").in("more").out("y").with("keepdims", 0))
                .output("y", FLOAT)
                .build();
    }

    /** Writes the two parts on both sides of tensor a. */
    public static void split(OnnxModel model, Path directory) throws IOException {
        SubmodelExporter.export(model, Partitioner.atTensors("a").partition(model.cuts()), directory);
    }
}
