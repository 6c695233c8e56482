package io.pepper.onnx.testmodels;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.BOOL;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT64;
import static io.pepper.onnx.testmodels.BodyBuilder.body;
import static io.pepper.onnx.testmodels.FunctionBuilder.function;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;

import io.pepper.onnx.internal.proto.AttributeProto.AttributeType;
import io.pepper.onnx.internal.proto.GraphProto;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/** Operators with bodies of their own, which read tensors of the graph around them, and functions. */
public final class BodyTopologies {
    private static final String LOCAL = "pepper.test";

    private BodyTopologies() {}

    static List<Supplier<TestModel>> all() {
        return List.of(
                BodyTopologies::ifCapturing,
                BodyTopologies::ifCapturingAnInput,
                BodyTopologies::ifOfConstants,
                BodyTopologies::ifNested,
                () -> ifDeep(8),
                BodyTopologies::ifSiblings,
                BodyTopologies::loop,
                BodyTopologies::scan,
                BodyTopologies::functions);
    }

    /** The branches read a tensor, a weight and a computed constant of the outer graph, and weights of their own. */
    public static TestModel ifCapturing() {
        GraphProto then = body("then")
                .weight("own_w", 20, 20)
                .let("t1", "MatMul", "r", "outer_w")
                .let("t2", "MatMul", "t1", "own_w")
                .output("t2", FLOAT, 1, 20)
                .build();
        BodyBuilder otherwise = body("otherwise");
        otherwise
                .constant(Tensors.floats("own_k", otherwise.random(), 20, 20))
                .let("e1", "MatMul", "r", "turned")
                .let("e2", "MatMul", "e1", "own_k")
                .output("e2", FLOAT, 1, 20);
        return deciding("ifCapturing")
                .weight("outer_w", 20, 20)
                .let("turned", "Transpose", "outer_w")
                .let("r", "Relu", "x")
                .add(maximum("m", "r"))
                .let("positive", "Greater", "m", "zero")
                .add(choice("picked", "positive", then, otherwise.build()))
                .let("y", "Relu", "picked")
                .output("y", FLOAT, 1, 20)
                .expecting("r", "picked");
    }

    /** Only a branch reads the input of the model directly: it goes round the tensor before the If. */
    public static TestModel ifCapturingAnInput() {
        return deciding("ifCapturingAnInput")
                .let("r", "Neg", "x")
                .add(maximum("m", "r"))
                .let("positive", "Greater", "m", "zero")
                .add(choice("picked", "positive", unary("Abs", "x"), unary("Neg", "r")))
                .let("y", "Relu", "picked")
                .output("y", FLOAT, 1, 20)
                .expecting("picked");
    }

    /** An If that reads constants only, so it is constant itself. */
    public static TestModel ifOfConstants() {
        return vector("ifOfConstants")
                .weight("w", 20, 20)
                .initializer(Tensors.scalar("flag", true))
                .add(choice("chosen", "flag", unary("Neg", "w"), unary("Abs", "w")))
                .let("h", "MatMul", "x", "chosen")
                .let("y", "Relu", "h")
                .output("y", FLOAT, 1, 20)
                .expecting("h");
    }

    /** The inner If captures from two levels out, and from the branch around it. */
    public static TestModel ifNested() {
        GraphProto then = body("then")
                .let("level1", "Mul", "b", "gain")
                .add(choice("deep", "positive", product("level1", "a"), product("level1", "gain")))
                .output("deep", FLOAT, 1, 20)
                .build();
        return deciding("ifNested")
                .weight("gain", 20)
                .let("a", "Tanh", "x")
                .let("b", "Neg", "a")
                .add(maximum("m", "b"))
                .let("positive", "Greater", "m", "zero")
                .add(choice("picked", "positive", then, unary("Neg", "b")))
                .let("y", "Relu", "picked")
                .output("y", FLOAT, 1, 20)
                .expecting("a", "picked");
    }

    /** So many levels: each branch captures what the one around it made, the innermost also what only the graph has. */
    public static TestModel ifDeep(int levels) {
        GraphProto inner = product("level" + levels, "a");
        for (int level = levels; level > 0; level--) {
            String from = level == 1 ? "b" : "level" + (level - 1);
            inner = body("branch" + level)
                    .let("level" + level, "Mul", from, "gain")
                    .add(choice("chosen" + level, "positive", inner, unary("Neg", from)))
                    .output("chosen" + level, FLOAT, 1, 20)
                    .build();
        }
        return deciding("ifDeep")
                .weight("gain", 20)
                .let("a", "Tanh", "x")
                .let("b", "Abs", "a")
                .add(maximum("m", "b"))
                .let("positive", "Greater", "m", "zero")
                .add(choice("picked", "positive", inner, unary("Neg", "b")))
                .let("y", "Relu", "picked")
                .output("y", FLOAT, 1, 20)
                .expecting("a", "picked");
    }

    /** The bodies of two Ifs use the same names inside; the name of an inner tensor says nothing outside. */
    public static TestModel ifSiblings() {
        return deciding("ifSiblings")
                .add(maximum("m1", "x"))
                .let("positive1", "Greater", "m1", "zero")
                .add(choice("first", "positive1", unary("Abs", "x"), unary("Neg", "x")))
                .add(maximum("m2", "first"))
                .let("positive2", "Greater", "m2", "zero")
                .add(choice("second", "positive2", unary("Tanh", "first"), unary("Exp", "first")))
                .let("y", "Relu", "second")
                .output("y", FLOAT, 1, 20)
                .expecting("first", "second");
    }

    /** A loop with a state, a captured tensor, a captured weight and an empty optional input. */
    public static TestModel loop() {
        GraphProto step = body("step")
                .input("iteration", INT64)
                .input("condition", BOOL)
                .input("state", FLOAT, 1, 20)
                .let("go_on", "Identity", "condition")
                .let("moved", "MatMul", "state", "loop_w")
                .let("state_out", "Add", "moved", "k")
                .output("go_on", BOOL)
                .output("state_out", FLOAT, 1, 20)
                .build();
        return vector("loop")
                .weight("loop_w", 20, 20)
                .initializer(Tensors.scalar("trips", 3L))
                .let("r", "Relu", "x")
                .let("k", "Tanh", "r")
                .add(node("Loop").in("trips", "", "r").out("looped").with("body", step))
                .let("y", "Relu", "looped")
                .output("y", FLOAT, 1, 20)
                .expecting("r", "looped");
    }

    /** A scan over rows whose final state nobody reads. */
    public static TestModel scan() {
        GraphProto row = body("row")
                .input("sum", FLOAT, 20)
                .input("element", FLOAT, 20)
                .let("scaled", "Mul", "element", "gain")
                .let("sum_out", "Add", "sum", "scaled")
                .let("row_out", "Identity", "sum_out")
                .output("sum_out", FLOAT, 20)
                .output("row_out", FLOAT, 20)
                .build();
        return model("scan")
                .input("x", FLOAT, "rows", 20)
                .weight("start", 20)
                .weight("gain", 20)
                .let("r", "Relu", "x")
                .add(node("Scan")
                        .in("start", "r")
                        .out("last", "sums")
                        .with("num_scan_inputs", 1)
                        .with("body", row))
                .linear("y", "sums", 20, 24)
                .output("y", FLOAT, "rows", 24)
                .expecting("r", "sums");
    }

    /** One function calls another; each states its operator sets; the outer one holds a weight, the inner one has an attribute. */
    public static TestModel functions() {
        var activate = function(LOCAL, "Activate")
                .opset("", 16)
                .in("z")
                .out("activated")
                .attribute("slope")
                .add(node("LeakyRelu").in("z").out("activated").reference("alpha", AttributeType.FLOAT, "slope"))
                .build();
        var square = Tensors.floats("square", new Random(1), 20, 20);
        var block = function(LOCAL, "Block")
                .opset("", 17)
                .opset(LOCAL, 1)
                .doc("a layer and its activation")
                .in("a", "weight")
                .out("b")
                .let("product", "MatMul", "a", "weight")
                .add(node("Constant").out("square").with("value", square))
                .let("turned", "MatMul", "product", "square")
                .add(node("Activate").domain(LOCAL).in("turned").out("b").with("slope", 0.1f))
                .build();
        return vector("functions")
                .opset(LOCAL, 1)
                .function(block)
                .function(activate)
                .weight("w1", 20, 20)
                .weight("w2", 20, 20)
                .add(node("Block").domain(LOCAL).in("x", "w1").out("b1"))
                .add(node("Block").domain(LOCAL).in("b1", "w2").out("b2"))
                .let("y", "Relu", "b2")
                .output("y", FLOAT, 1, 20)
                .expecting("b1", "b2");
    }

    private static ModelBuilder vector(String name) {
        return model(name).input("x", FLOAT, 1, 20);
    }

    private static ModelBuilder deciding(String name) {
        return vector(name).initializer(Tensors.scalar("zero", 0f));
    }

    private static NodeSpec maximum(String output, String input) {
        return node("ReduceMax").in(input).out(output).with("keepdims", 0);
    }

    private static NodeSpec choice(String output, String condition, GraphProto then, GraphProto otherwise) {
        return node("If").in(condition).out(output).with("then_branch", then).with("else_branch", otherwise);
    }

    private static GraphProto unary(String type, String captured) {
        return body(type)
                .let("inner", type, captured)
                .output("inner", FLOAT, "rows", "columns")
                .build();
    }

    private static GraphProto product(String left, String right) {
        return body("product")
                .let("multiplied", "Mul", left, right)
                .output("multiplied", FLOAT, 1, 20)
                .build();
    }
}
