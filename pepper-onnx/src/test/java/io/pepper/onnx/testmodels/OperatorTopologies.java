package io.pepper.onnx.testmodels;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;

import java.util.List;
import java.util.function.Supplier;

/** Operators with missing, repeated or unread inputs and outputs. */
public final class OperatorTopologies {
    private OperatorTopologies() {}

    static List<Supplier<TestModel>> all() {
        return List.of(
                OperatorTopologies::emptyOptionalInputs,
                OperatorTopologies::emptyOptionalOutputs,
                OperatorTopologies::unusedDropoutMask,
                OperatorTopologies::unusedOperators,
                OperatorTopologies::multiplyBySelf,
                OperatorTopologies::splitAllUsed,
                OperatorTopologies::splitPartlyUsed,
                OperatorTopologies::reshapeByComputedShape,
                OperatorTopologies::unsortedOperators);
    }

    /** Clip without a minimum, Resize without a region. */
    public static TestModel emptyOptionalInputs() {
        return model("emptyOptionalInputs")
                .input("x", FLOAT, 1, 3, 8, 8)
                .initializer(Tensors.scalar("max", 0.75f))
                .initializer(Tensors.vector("size", 1L, 8L, 16L, 16L))
                .conv("c1", "x", 3, 8)
                .let("clipped", "Clip", "c1", "", "max")
                .let("large", "Resize", "clipped", "", "", "size")
                .conv("y", "large", 8, 4)
                .output("y", FLOAT, 1, 4, 16, 16)
                .expecting("c1", "clipped", "large");
    }

    /** An LSTM of which only the last state is wanted: its first output has no name. */
    public static TestModel emptyOptionalOutputs() {
        return model("emptyOptionalOutputs")
                .input("x", FLOAT, 5, 1, 8)
                .weight("w", 1, 48, 8)
                .weight("r", 1, 48, 12)
                .initializer(Tensors.vector("axes", 0L))
                .let("before", "Tanh", "x")
                .add(node("LSTM").in("before", "w", "r").out("", "state").with("hidden_size", 12))
                .let("squeezed", "Squeeze", "state", "axes")
                .linear("y", "squeezed", 12, 32)
                .output("y", FLOAT, 1, 32)
                .expecting("before", "state", "squeezed");
    }

    /** Dropout writes a mask that nobody reads. */
    public static TestModel unusedDropoutMask() {
        return model("unusedDropoutMask")
                .input("x", FLOAT, 1, 16)
                .initializer(Tensors.scalar("ratio", 0.5f))
                .linear("h1", "x", 16, 24)
                .add(node("Dropout").in("h1", "ratio").out("h2", "mask"))
                .linear("y", "h2", 24, 16)
                .output("y", FLOAT, 1, 16)
                .expecting("h1", "h2");
    }

    /** A chain of operators that no output needs, past what would otherwise be cuts. */
    public static TestModel unusedOperators() {
        return model("unusedOperators")
                .input("x", FLOAT, 1, 16)
                .linear("h1", "x", 16, 24)
                .let("h2", "Relu", "h1")
                .linear("lost1", "h1", 24, 16)
                .let("lost2", "Exp", "lost1")
                .let("lost3", "Sub", "lost2", "x")
                .linear("y", "h2", 24, 16)
                .let("lost4", "Neg", "y")
                .output("y", FLOAT, 1, 16)
                .expecting("h1", "h2");
    }

    public static TestModel multiplyBySelf() {
        return model("multiplyBySelf")
                .input("x", FLOAT, 1, 16)
                .linear("h", "x", 16, 24)
                .let("square", "Mul", "h", "h")
                .let("y", "Sqrt", "square")
                .output("y", FLOAT, 1, 24)
                .expecting("h", "square");
    }

    public static TestModel splitAllUsed() {
        return split("splitAllUsed")
                .let("a", "Mul", "s1", "s2")
                .let("b", "Add", "a", "s3")
                .let("y", "Relu", "b")
                .output("y", FLOAT, 1, 8)
                .expecting("h", "b");
    }

    /** Of three outputs one is read, so it alone carries the model on. */
    public static TestModel splitPartlyUsed() {
        return split("splitPartlyUsed")
                .let("y", "Relu", "s2")
                .output("y", FLOAT, 1, 8)
                .expecting("h", "s2");
    }

    /** A shape that is computed from the data goes round the data. */
    public static TestModel reshapeByComputedShape() {
        return model("reshapeByComputedShape")
                .input("x", FLOAT, "batch", 4, 8)
                .initializer(Tensors.vector("first", 0L))
                .initializer(Tensors.vector("rest", -1L))
                .let("r", "Relu", "x")
                .let("shape", "Shape", "r")
                .let("batch_size", "Gather", "shape", "first")
                .add(node("Concat").in("batch_size", "rest").out("target").with("axis", 0))
                .let("flat", "Reshape", "r", "target")
                .linear("y", "flat", 32, 16)
                .output("y", FLOAT, "batch", 16)
                .expecting("r", "flat");
    }

    /** Readers stand before writers in the file. ONNX forbids it, ONNX Runtime sorts. */
    public static TestModel unsortedOperators() {
        return model("unsortedOperators")
                .input("x", FLOAT, 1, 16)
                .let("y", "Relu", "h3")
                .linear("h3", "h2", 24, 16)
                .linear("h1", "x", 16, 24)
                .let("h2", "Add", "h1", "turned")
                .let("turned", "Neg", "bias")
                .weight("bias", 24)
                .output("y", FLOAT, 1, 16)
                .expecting("h1", "h2", "h3");
    }

    private static ModelBuilder split(String name) {
        return model(name)
                .input("x", FLOAT, 1, 16)
                .initializer(Tensors.vector("parts", 8L, 8L, 8L))
                .linear("h", "x", 16, 24)
                .add(node("Split").in("h", "parts").out("s1", "s2", "s3").with("axis", 1));
    }
}
