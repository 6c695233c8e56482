package io.pepper.onnx.testmodels;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT64;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;

import java.util.List;
import java.util.function.Supplier;

/** Unusual inputs and outputs of the whole model. */
public final class BoundaryTopologies {
    private BoundaryTopologies() {}

    static List<Supplier<TestModel>> all() {
        return List.of(
                BoundaryTopologies::initializerAsOutput,
                BoundaryTopologies::constantOutput,
                BoundaryTopologies::inputAsOutput,
                BoundaryTopologies::outputReadFurtherOn,
                BoundaryTopologies::lateSecondInput,
                BoundaryTopologies::unusedInput,
                BoundaryTopologies::severalOutputsOfTheLastLayer,
                BoundaryTopologies::independentHalves,
                BoundaryTopologies::singleOperator,
                BoundaryTopologies::noOperators);
    }

    public static TestModel initializerAsOutput() {
        return model("initializerAsOutput")
                .input("x", FLOAT, 1, 16)
                .linear("h", "x", 16, 24)
                .let("y", "Relu", "h")
                .output("y", FLOAT, 1, 24)
                .output("h_w", FLOAT, 16, 24)
                .expecting("h");
    }

    /** An output that a constant operator makes. */
    public static TestModel constantOutput() {
        return model("constantOutput")
                .input("x", FLOAT, 1, 16)
                .linear("h", "x", 16, 24)
                .let("turned", "Transpose", "h_w")
                .let("y", "Relu", "h")
                .output("turned", FLOAT, 24, 16)
                .output("y", FLOAT, 1, 24)
                .expecting("h");
    }

    /** An output that is an input: no cut has to carry it. */
    public static TestModel inputAsOutput() {
        return model("inputAsOutput")
                .input("x", FLOAT, 1, 16)
                .linear("h", "x", 16, 24)
                .let("y", "Relu", "h")
                .output("x", FLOAT, 1, 16)
                .output("y", FLOAT, 1, 24)
                .expecting("h");
    }

    /** An output that is a cut as well. */
    public static TestModel outputReadFurtherOn() {
        return model("outputReadFurtherOn")
                .input("x", FLOAT, 1, 16)
                .linear("h1", "x", 16, 24)
                .let("features", "Relu", "h1")
                .linear("h2", "features", 24, 16)
                .let("y", "Relu", "h2")
                .output("features", FLOAT, 1, 24)
                .output("y", FLOAT, 1, 16)
                .expecting("h1", "features");
    }

    public static TestModel lateSecondInput() {
        return model("lateSecondInput")
                .input("x", FLOAT, 1, 16)
                .input("late", FLOAT, 1, 24)
                .linear("h1", "x", 16, 24)
                .let("h2", "Relu", "h1")
                .let("h3", "Add", "h2", "late")
                .linear("h4", "h3", 24, 16)
                .let("y", "Relu", "h4")
                .output("y", FLOAT, 1, 16)
                .expecting("h3", "h4");
    }

    public static TestModel unusedInput() {
        return model("unusedInput")
                .input("nobody", FLOAT, "batch", 4)
                .input("x", FLOAT, "batch", 16)
                .linear("h", "x", 16, 24)
                .let("y", "Relu", "h")
                .output("y", FLOAT, "batch", 24)
                .expecting("h");
    }

    public static TestModel severalOutputsOfTheLastLayer() {
        return model("severalOutputsOfTheLastLayer")
                .input("x", FLOAT, 1, 16)
                .initializer(Tensors.vector("count", 5L))
                .let("r", "Relu", "x")
                .linear("h", "r", 16, 32)
                .let("k", "Identity", "count")
                .add(node("TopK").in("h", "k").out("values", "indices"))
                .output("values", FLOAT, 1, 5)
                .output("indices", INT64, 1, 5)
                .expecting("r", "h");
    }

    /** Two models in one file. */
    public static TestModel independentHalves() {
        return model("independentHalves")
                .input("x1", FLOAT, 1, 16)
                .input("x2", FLOAT, 1, 24)
                .linear("h1", "x1", 16, 24)
                .linear("h2", "x2", 24, 16)
                .let("y1", "Relu", "h1")
                .let("y2", "Tanh", "h2")
                .output("y1", FLOAT, 1, 24)
                .output("y2", FLOAT, 1, 16)
                .expecting();
    }

    public static TestModel singleOperator() {
        return model("singleOperator")
                .input("x", FLOAT, 1, 16)
                .let("y", "Relu", "x")
                .output("y", FLOAT, 1, 16)
                .expecting();
    }

    /** The only output is an initializer. */
    public static TestModel noOperators() {
        return model("noOperators")
                .input("x", FLOAT, 1, 16)
                .weight("w", 16, 24)
                .output("w", FLOAT, 16, 24)
                .expecting();
    }
}
