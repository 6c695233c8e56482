package io.pepper.onnx.testmodels;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;

import java.util.List;
import java.util.function.Supplier;

/** Shapes of convolutional networks. */
public final class VisionTopologies {
    private VisionTopologies() {}

    static List<Supplier<TestModel>> all() {
        return List.of(
                VisionTopologies::convolutionChain,
                VisionTopologies::residual,
                VisionTopologies::preActivationResidual,
                VisionTopologies::dense,
                VisionTopologies::inception,
                VisionTopologies::uShape,
                VisionTopologies::twoTowers,
                VisionTopologies::auxiliaryOutput);
    }

    public static TestModel convolutionChain() {
        return image("convolutionChain")
                .conv("c1", "x", 3, 8)
                .let("r1", "Relu", "c1")
                .conv("c2", "r1", 8, 8)
                .let("r2", "Relu", "c2")
                .let("pooled", "GlobalAveragePool", "r2")
                .let("flat", "Flatten", "pooled")
                .weight("y_w", 8, 40)
                .weight("y_b", 40)
                .let("y", "Gemm", "flat", "y_w", "y_b")
                .output("y", FLOAT, 1, 40)
                .expecting("c1", "r1", "c2", "r2", "pooled", "flat");
    }

    /** Adds, then activates: what comes out of an activation is read twice, so the sum before it is a cut as well. */
    public static TestModel residual() {
        return image("residual")
                .conv("c0", "x", 3, 8)
                .let("r0", "Relu", "c0")
                .conv("c1", "r0", 8, 8)
                .let("a1", "Relu", "c1")
                .conv("c2", "a1", 8, 8)
                .let("s1", "Add", "c2", "r0")
                .let("r1", "Relu", "s1")
                .conv("c3", "r1", 8, 8)
                .let("s2", "Add", "c3", "r1")
                .let("y", "Relu", "s2")
                .output("y", FLOAT, 1, 8, 8, 8)
                .expecting("c0", "r0", "s1", "r1", "s2");
    }

    /** Activates inside the branch: each sum is read twice. */
    public static TestModel preActivationResidual() {
        return image("preActivationResidual")
                .conv("c0", "x", 3, 8)
                .let("a1", "Relu", "c0")
                .conv("c1", "a1", 8, 8)
                .let("s1", "Add", "c1", "c0")
                .let("a2", "Relu", "s1")
                .conv("c2", "a2", 8, 8)
                .let("s2", "Add", "c2", "s1")
                .let("y", "Relu", "s2")
                .output("y", FLOAT, 1, 8, 8, 8)
                .expecting("c0", "s1", "s2");
    }

    /** Every layer of the block reads all layers before it. */
    public static TestModel dense() {
        return image("dense")
                .conv("c0", "x", 3, 8)
                .conv("c1", "c0", 8, 8)
                .add(node("Concat").in("c0", "c1").out("k1").with("axis", 1))
                .conv("c2", "k1", 16, 8)
                .add(node("Concat").in("c0", "c1", "c2").out("k2").with("axis", 1))
                .let("r", "Relu", "k2")
                .conv("y", "r", 24, 4)
                .output("y", FLOAT, 1, 4, 8, 8)
                .expecting("c0", "k2", "r");
    }

    /** Branches of different depth, joined by Concat. */
    public static TestModel inception() {
        return image("inception")
                .conv("stem", "x", 3, 8)
                .weight("narrow_w", 4, 8, 1, 1)
                .let("narrow", "Conv", "stem", "narrow_w")
                .conv("deep1", "stem", 8, 4)
                .let("deep2", "Relu", "deep1")
                .conv("deep3", "deep2", 4, 4)
                .add(node("MaxPool")
                        .in("stem")
                        .out("pool1")
                        .ints("kernel_shape", 3, 3)
                        .ints("pads", 1, 1, 1, 1))
                .conv("pool2", "pool1", 8, 4)
                .add(node("Concat").in("narrow", "deep3", "pool2").out("joined").with("axis", 1))
                .let("r", "Relu", "joined")
                .conv("y", "r", 12, 4)
                .output("y", FLOAT, 1, 4, 8, 8)
                .expecting("stem", "joined", "r");
    }

    /** Down and up again, with a connection across; Resize has an empty optional input. */
    public static TestModel uShape() {
        return image("uShape")
                .conv("c1", "x", 3, 8)
                .let("e1", "Relu", "c1")
                .add(halve("d1", "e1"))
                .conv("e2", "d1", 8, 8)
                .add(halve("d2", "e2"))
                .conv("bottom", "d2", 8, 8)
                .initializer(Tensors.vector("twice", 1f, 1f, 2f, 2f))
                .let("u2", "Resize", "bottom", "", "twice")
                .add(node("Concat").in("u2", "e2").out("k2").with("axis", 1))
                .conv("f2", "k2", 16, 8)
                .let("u1", "Resize", "f2", "", "twice")
                .add(node("Concat").in("u1", "e1").out("k1").with("axis", 1))
                .conv("mask", "k1", 16, 4)
                .let("y", "Sigmoid", "mask")
                .output("y", FLOAT, 1, 4, 8, 8)
                .expecting("c1", "e1", "k1", "mask");
    }

    /** Two inputs, each with layers of its own, joined late. */
    public static TestModel twoTowers() {
        return model("twoTowers")
                .input("left", FLOAT, 1, 16)
                .input("right", FLOAT, 1, 24)
                .linear("l1", "left", 16, 32)
                .let("l2", "Relu", "l1")
                .linear("r1", "right", 24, 16)
                .let("r2", "Tanh", "r1")
                .add(node("Concat").in("l2", "r2").out("joined").with("axis", 1))
                .linear("h", "joined", 48, 16)
                .let("y", "Relu", "h")
                .output("y", FLOAT, 1, 16)
                .expecting("joined", "h");
    }

    /** A second output that leaves half way. */
    public static TestModel auxiliaryOutput() {
        return image("auxiliaryOutput")
                .conv("c1", "x", 3, 8)
                .let("r1", "Relu", "c1")
                .conv("c2", "r1", 8, 8)
                .let("y", "Relu", "c2")
                .let("p", "GlobalAveragePool", "r1")
                .let("aux", "Flatten", "p")
                .output("y", FLOAT, 1, 8, 8, 8)
                .output("aux", FLOAT, 1, 8)
                .expecting("c1", "r1");
    }

    private static ModelBuilder image(String name) {
        return model(name).input("x", FLOAT, 1, 3, 8, 8);
    }

    private static NodeSpec halve(String output, String input) {
        return node("MaxPool").in(input).out(output).ints("kernel_shape", 2, 2).ints("strides", 2, 2);
    }
}
