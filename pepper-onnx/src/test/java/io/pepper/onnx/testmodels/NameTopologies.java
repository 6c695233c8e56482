package io.pepper.onnx.testmodels;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.testmodels.BodyBuilder.body;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;

import io.pepper.onnx.internal.proto.GraphProto;
import java.util.List;
import java.util.function.Supplier;

/** Names and texts that a reader might stumble over. */
public final class NameTopologies {
    private NameTopologies() {}

    static List<Supplier<TestModel>> all() {
        return List.of(
                NameTopologies::unnamedOperators,
                NameTopologies::sameOperatorNameInBody,
                NameTopologies::oddNames,
                NameTopologies::reservedNames,
                NameTopologies::operatorsNamedLikeTensors,
                NameTopologies::texts,
                NameTopologies::valueInfos,
                NameTopologies::symbolicDimensions);
    }

    public static TestModel unnamedOperators() {
        return triple("unnamedOperators", "", "");
    }

    /** An operator of the main graph and one of a body have the same name. */
    public static TestModel sameOperatorNameInBody() {
        GraphProto body = body("branch")
                .add(node("Neg").named("same").in("h").out("inner"))
                .output("inner", FLOAT, 1, 24)
                .build();
        return model("sameOperatorNameInBody")
                .input("x", FLOAT, 1, 16)
                .initializer(Tensors.scalar("flag", false))
                .weight("w", 16, 24)
                .add(node("MatMul").named("same").in("x", "w").out("h"))
                .add(node("If").in("flag").out("y").with("then_branch", body).with("else_branch", body))
                .output("y", FLOAT, 1, 24)
                .expecting("h");
    }

    /**
     * Two operators of one graph have the same name, which ONNX allows. ONNX Runtime refuses it, so this model is not
     * among {@link Topologies#all()}.
     */
    public static TestModel sameOperatorNames() {
        return triple("sameOperatorNames", "same", "same");
    }

    /** Two operators named like the vertices that a graph tool might add for inputs and constants. */
    public static TestModel reservedNames() {
        return triple("reservedNames", "input_0", "dummy_3");
    }

    public static TestModel operatorsNamedLikeTensors() {
        return triple("operatorsNamedLikeTensors", "x", "h");
    }

    /** Separators, quotes, spaces, other scripts and text that looks like JSON, in tensors and operators. */
    public static TestModel oddNames() {
        String in = "serving default:0";
        String path = "/encoder/layer.0/Add_1:0";
        String json = "{\"name\": [\"a\", \\n]}";
        String script = "größe 張量 \uD83D\uDE00";
        String dots = "../..\\C:\\NUL<>|?*%20'`$(x)";
        return model("oddNames")
                .input(in, FLOAT, 1, 16)
                .weight("model/dense/Kernel:0 \"w\"", 16, 24)
                .add(node("MatMul")
                        .named("/encoder/MatMul")
                        .in(in, "model/dense/Kernel:0 \"w\"")
                        .out(path))
                .add(node("Relu").named(json).in(path).out(json))
                .add(node("Neg").named("tab\tand\nline").in(json).out(script))
                .add(node("Abs").named(script).in(script).out(dots))
                .add(node("Tanh").named(" ").in(dots).out("out put"))
                .output("out put", FLOAT, 1, 24)
                .expecting(path, json, script, dots);
    }

    /** Doc strings, metadata, producer, and an operator with a text of its own. */
    public static TestModel texts() {
        return model("texts")
                .producer("maker \"1\"", "2.0-β")
                .doc("about the model", "about the graph\nin two lines")
                .metadata("author", "tests")
                .metadata("labels", "{\"0\": \"cat\", \"1\": \"dog\"}")
                .input("x", FLOAT, 1, 16)
                .linear("h", "x", 16, 24)
                .add(node("Relu").doc("activation").in("h").out("y"))
                .output("y", FLOAT, 1, 24)
                .expecting("h");
    }

    /** The type and shape of every tensor is stated, initializers included. */
    public static TestModel valueInfos() {
        return model("valueInfos")
                .input("x", FLOAT, "batch", 16)
                .linear("h1", "x", 16, 24)
                .let("h2", "Relu", "h1")
                .linear("y", "h2", 24, 16)
                .valueInfo("h1", FLOAT, "batch", 24)
                .valueInfo("h2", FLOAT, "batch", 24)
                .valueInfo("h1_w", FLOAT, 16, 24)
                .valueInfo("y_w", FLOAT, 24, 16)
                .output("y", FLOAT, "batch", 16)
                .expecting("h1", "h2");
    }

    public static TestModel symbolicDimensions() {
        return model("symbolicDimensions")
                .input("x", FLOAT, "batch", 3, "height", "width")
                .conv("c1", "x", 3, 8)
                .let("r1", "Relu", "c1")
                .conv("y", "r1", 8, 4)
                .output("y", FLOAT, "batch", 4, "height", "width")
                .expecting("c1", "r1");
    }

    private static TestModel triple(String name, String first, String second) {
        return model(name)
                .input("x", FLOAT, 1, 16)
                .weight("w", 16, 24)
                .add(node("MatMul").named(first).in("x", "w").out("h"))
                .add(node("Relu").named(second).in("h").out("r"))
                .add(node("Neg").in("r").out("y"))
                .output("y", FLOAT, 1, 24)
                .expecting("h", "r");
    }
}
