package io.pepper.onnx.testmodels;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.BOOL;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.DOUBLE;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT16;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT64;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT8;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.UINT8;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;

import java.util.List;
import java.util.function.Supplier;

/** Other element types than float, and operators of another domain. */
public final class TypeTopologies {
    private TypeTopologies() {}

    static List<Supplier<TestModel>> all() {
        return List.of(
                TypeTopologies::float16,
                TypeTopologies::doubles,
                TypeTopologies::int64Only,
                TypeTopologies::booleans,
                TypeTopologies::dynamicQuantization,
                TypeTopologies::quantizeDequantize,
                TypeTopologies::machineLearningDomain);
    }

    public static TestModel float16() {
        ModelBuilder builder = model("float16").input("x", FLOAT16, 1, 24);
        return builder.initializer(Tensors.halves("w1", builder.random(), 24, 32))
                .initializer(Tensors.halves("w2", builder.random(), 32, 24))
                .let("h1", "MatMul", "x", "w1")
                .let("h2", "Relu", "h1")
                .let("y", "MatMul", "h2", "w2")
                .output("y", FLOAT16, 1, 24)
                .expecting("h1", "h2");
    }

    public static TestModel doubles() {
        ModelBuilder builder = model("doubles").input("x", DOUBLE, 1, 16);
        return builder.initializer(Tensors.doubles("w1", builder.random(), 16, 16))
                .initializer(Tensors.doubleField("w2", builder.random(), 16, 16))
                .let("h1", "MatMul", "x", "w1")
                .let("h2", "Relu", "h1")
                .let("y", "MatMul", "h2", "w2")
                .output("y", DOUBLE, 1, 16)
                .expecting("h1", "h2");
    }

    public static TestModel int64Only() {
        ModelBuilder builder = model("int64Only").input("x", INT64, 1, 16);
        return builder.initializer(Tensors.integers("w1", builder.random(), 16, 16))
                .initializer(Tensors.vector("step", 3L))
                .let("h1", "MatMul", "x", "w1")
                .let("h2", "Add", "h1", "step")
                .let("y", "Neg", "h2")
                .output("y", INT64, 1, 16)
                .expecting("h1", "h2");
    }

    /** A boolean input and a boolean tensor inside; Where reads three tensors. */
    public static TestModel booleans() {
        return model("booleans")
                .input("x", FLOAT, 1, 16)
                .input("keep", BOOL, 1, 16)
                .initializer(Tensors.scalar("zero", 0f))
                .let("kept", "Where", "keep", "x", "zero")
                .let("positive", "Greater", "kept", "zero")
                .let("inverted", "Not", "positive")
                .add(node("Cast").in("inverted").out("numbers").with("to", FLOAT.getNumber()))
                .linear("y", "numbers", 16, 24)
                .output("y", FLOAT, 1, 24)
                .expecting("kept", "positive", "inverted", "numbers");
    }

    /** Between quantisation and scaling three tensors run side by side. */
    public static TestModel dynamicQuantization() {
        ModelBuilder builder = model("dynamicQuantization").input("x", FLOAT, 1, 32);
        return builder.initializer(Tensors.bytes("w", INT8, builder.random(), 32, 48))
                .initializer(Tensors.byteScalar("w_zero", INT8, 0))
                .initializer(Tensors.scalar("w_scale", 0.01f))
                .let("r", "Relu", "x")
                .add(node("DynamicQuantizeLinear").in("r").out("r_q", "r_scale", "r_zero"))
                .let("product", "MatMulInteger", "r_q", "w", "r_zero", "w_zero")
                .add(node("Cast").in("product").out("product_float").with("to", FLOAT.getNumber()))
                .let("scale", "Mul", "r_scale", "w_scale")
                .let("h", "Mul", "product_float", "scale")
                .let("y", "Relu", "h")
                .output("y", FLOAT, 1, 48)
                .expecting("r", "h");
    }

    /** A float convolution between quantisers, with int8 weights that a constant operator scales. */
    public static TestModel quantizeDequantize() {
        ModelBuilder builder = model("quantizeDequantize").input("x", FLOAT, 1, 8, 8, 8);
        return builder.initializer(Tensors.bytes("w_q", INT8, builder.random(), 16, 8, 3, 3))
                .initializer(Tensors.byteScalar("w_zero", INT8, 0))
                .initializer(Tensors.byteScalar("zero", UINT8, 128))
                .initializer(Tensors.scalar("scale", 0.02f))
                .let("w", "DequantizeLinear", "w_q", "scale", "w_zero")
                .let("x_q", "QuantizeLinear", "x", "scale", "zero")
                .let("x_d", "DequantizeLinear", "x_q", "scale", "zero")
                .let("c", "Conv", "x_d", "w")
                .let("c_q", "QuantizeLinear", "c", "scale", "zero")
                .let("y", "DequantizeLinear", "c_q", "scale", "zero")
                .output("y", FLOAT, 1, 16, 6, 6)
                .expecting("x_q", "x_d", "c", "c_q");
    }

    /** A scaler and a classifier of classical machine learning, whose weights are attributes. */
    public static TestModel machineLearningDomain() {
        String ml = "ai.onnx.ml";
        return model("machineLearningDomain")
                .opset(ml, 1)
                .input("x", FLOAT, 1, 3)
                .add(node("Scaler")
                        .domain(ml)
                        .in("x")
                        .out("scaled")
                        .floats("offset", 0.5f, 0f, -0.5f)
                        .floats("scale", 2f, 1f, 0.5f))
                .let("r", "Relu", "scaled")
                .add(node("LinearClassifier")
                        .domain(ml)
                        .in("r")
                        .out("label", "scores")
                        .floats("coefficients", 0.1f, 0.2f, 0.3f, -0.1f, -0.2f, 0.4f)
                        .floats("intercepts", 0.5f, -0.5f)
                        .ints("classlabels_ints", 0, 1)
                        .with("post_transform", "SOFTMAX"))
                .output("label", INT64, 1)
                .output("scores", FLOAT, 1, 2)
                .expecting("scaled", "r");
    }
}
