package io.pepper.onnx.testmodels;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/** The ways in which a model holds its weights. */
public final class ConstantTopologies {
    private ConstantTopologies() {}

    static List<Supplier<TestModel>> all() {
        return List.of(
                ConstantTopologies::tiedWeights,
                ConstantTopologies::computedConstants,
                ConstantTopologies::constantNodes,
                ConstantTopologies::constantOfShape,
                ConstantTopologies::initializersAsInputs,
                ConstantTopologies::overridableInitializer,
                ConstantTopologies::typedFields,
                ConstantTopologies::sparseInitializer,
                ConstantTopologies::quantizationAnnotation);
    }

    /** One weight read by the first layer and, transposed, by the last. */
    public static TestModel tiedWeights() {
        return model("tiedWeights")
                .input("x", FLOAT, 1, 16)
                .weight("tied", 16, 32)
                .let("h1", "MatMul", "x", "tied")
                .let("h2", "Relu", "h1")
                .linear("h3", "h2", 32, 32)
                .let("h4", "Relu", "h3")
                .let("turned", "Transpose", "tied")
                .let("y", "MatMul", "h4", "turned")
                .output("y", FLOAT, 1, 16)
                .expecting("h1", "h2", "h3", "h4");
    }

    /** A chain of constant operators of which two layers far apart read different tensors. */
    public static TestModel computedConstants() {
        return model("computedConstants")
                .input("x", FLOAT, 1, 24)
                .weight("base", 24, 24)
                .let("k1", "Neg", "base")
                .let("k2", "Transpose", "k1")
                .let("k3", "Mul", "k1", "k2")
                .let("h1", "MatMul", "x", "k2")
                .let("h2", "Relu", "h1")
                .let("h3", "MatMul", "h2", "k3")
                .let("y", "Tanh", "h3")
                .output("y", FLOAT, 1, 24)
                .expecting("h1", "h2", "h3");
    }

    /** No initializers: each weight is the value of a Constant operator, one of them in the middle of the file. */
    public static TestModel constantNodes() {
        ModelBuilder builder = model("constantNodes").input("x", FLOAT, 1, 16);
        return builder.constant(Tensors.floats("w1", builder.random(), 16, 24))
                .constant(Tensors.floats("b1", builder.random(), 24))
                .let("h1", "MatMul", "x", "w1")
                .let("h2", "Add", "h1", "b1")
                .constant(Tensors.floatField("w2", builder.random(), 24, 16))
                .let("h3", "MatMul", "h2", "w2")
                .add(node("Constant").out("slopes").floats("value_floats", 0.1f))
                .let("y", "PRelu", "h3", "slopes")
                .output("y", FLOAT, 1, 16)
                .expecting("h1", "h2", "h3");
    }

    /** Weights made by ConstantOfShape, in an old file that lists their shapes among the inputs. */
    public static TestModel constantOfShape() {
        return model("constantOfShape")
                .irVersion(3)
                .opset(9)
                .initializersAsInputs()
                .input("x", FLOAT, 1, 16)
                .initializer(Tensors.vector("w1_shape", 16L, 24L))
                .initializer(Tensors.vector("w2_shape", 24L, 16L))
                .add(filled("w1", "w1_shape", 0.125f))
                .add(filled("w2", "w2_shape", -0.25f))
                .let("h1", "MatMul", "x", "w1")
                .let("h2", "Relu", "h1")
                .let("h3", "MatMul", "h2", "w2")
                .let("y", "Tanh", "h3")
                .output("y", FLOAT, 1, 16)
                .expecting("h1", "h2", "h3");
    }

    /** IR version 3, where every initializer is listed among the inputs. */
    public static TestModel initializersAsInputs() {
        return model("initializersAsInputs")
                .irVersion(3)
                .opset(8)
                .initializersAsInputs()
                .input("x", FLOAT, 1, 3, 8, 8)
                .conv("c1", "x", 3, 8)
                .let("r1", "Relu", "c1")
                .conv("c2", "r1", 8, 8)
                .let("y", "Relu", "c2")
                .output("y", FLOAT, 1, 8, 8, 8)
                .expecting("c1", "r1", "c2");
    }

    /**
     * An input with a default value: since IR version 4, an initializer that is listed among the inputs. It is read by
     * the first layer, so the cuts are the same whether it counts as a constant or as an input.
     */
    public static TestModel overridableInitializer() {
        return model("overridableInitializer")
                .input("x", FLOAT, 1, 16)
                .input("h1_w", FLOAT, 16, 24)
                .linear("h1", "x", 16, 24)
                .let("h2", "Relu", "h1")
                .linear("y", "h2", 24, 16)
                .output("y", FLOAT, 1, 16)
                .expecting("h1", "h2");
    }

    /** Weights in float_data, double_data and int64_data. */
    public static TestModel typedFields() {
        ModelBuilder builder = model("typedFields").input("x", FLOAT, 1, 16);
        return builder.initializer(Tensors.floatField("w1", builder.random(), 16, 32))
                .let("h1", "MatMul", "x", "w1")
                .initializer(Tensors.doubleField("w2_double", builder.random(), 32, 16))
                .add(node("Cast").in("w2_double").out("w2").with("to", FLOAT.getNumber()))
                .let("h2", "MatMul", "h1", "w2")
                .initializer(Tensors.vector(
                        "order", LongStream.range(0, 256).map(i -> i * 7 % 16).toArray()))
                .add(node("Gather").in("h2", "order").out("h3").with("axis", 1))
                .let("y", "Relu", "h3")
                .output("y", FLOAT, 1, 256)
                .expecting("h1", "h2", "h3");
    }

    /** A weight of which few elements are stored. */
    public static TestModel sparseInitializer() {
        List<Long> positions = LongStream.range(0, 300).map(i -> i * 3).boxed().toList();
        ModelBuilder builder = model("sparseInitializer").input("x", FLOAT, 1, 32);
        return builder.sparse(Tensors.floats("w", builder.random(), positions.size()), positions, 32, 32)
                .let("h1", "Relu", "x")
                .let("h2", "MatMul", "h1", "w")
                .let("y", "Relu", "h2")
                .output("y", FLOAT, 1, 32)
                .expecting("h1", "h2");
    }

    /** The scale and the zero point of a tensor stand in the graph, and only the annotation names them. */
    public static TestModel quantizationAnnotation() {
        return model("quantizationAnnotation")
                .input("x", FLOAT, 1, 16)
                .linear("h1", "x", 16, 24)
                .let("h2", "Relu", "h1")
                .linear("y", "h2", 24, 16)
                .initializer(Tensors.scalar("h2_scale", 0.05f))
                .initializer(Tensors.scalar("h2_zero", 0L))
                .quantization("h2", "h2_scale", "h2_zero")
                .output("y", FLOAT, 1, 16)
                .expecting("h1", "h2");
    }

    private static NodeSpec filled(String output, String shape, float value) {
        return node("ConstantOfShape").in(shape).out(output).with("value", Tensors.vector("", value));
    }
}
