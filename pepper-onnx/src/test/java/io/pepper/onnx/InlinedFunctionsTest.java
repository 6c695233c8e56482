package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.BOOL;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.testmodels.BodyBuilder.body;
import static io.pepper.onnx.testmodels.FunctionBuilder.function;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.export.PartitionManifest;
import io.pepper.export.SplitVerifier;
import io.pepper.export.SubmodelExporter;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.AttributeProto.AttributeType;
import io.pepper.onnx.internal.proto.FunctionProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import io.pepper.onnx.testmodels.FunctionBuilder;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.onnx.testmodels.Tensors;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A model that is one call of a function is cut inside of it, and the parts compute what the model computes. */
class InlinedFunctionsTest {
    private static final String LOCAL = "local";

    @TempDir
    Path directory;

    private static FunctionBuilder layers(String name) {
        return function(LOCAL, name).opset("", 17).opset(LOCAL, 1);
    }

    private static ModelProto.Builder calling(FunctionProto... functions) {
        var builder = model("called").input("x", FLOAT, 2, 4).opset(LOCAL, 1);
        for (FunctionProto function : functions) {
            builder.function(function);
        }
        return builder.add(node("Whole").domain(LOCAL).in("x").out("y")).output("y", FLOAT, 2, 4).build().toBuilder();
    }

    private static ModelProto plain() {
        return calling(layers("Whole")
                        .in("a")
                        .out("d")
                        .let("b", "Relu", "a")
                        .let("c", "Exp", "b")
                        .let("d", "Tanh", "c")
                        .build())
                .build();
    }

    /** A function in a function, around which an operator stands. */
    private static ModelProto nested() {
        FunctionProto inner = layers("Inner")
                .in("a")
                .out("e")
                .let("b", "Relu", "a")
                .let("c", "Exp", "b")
                .let("d", "Tanh", "c")
                .let("e", "Neg", "d")
                .build();
        FunctionProto outer = layers("Whole")
                .in("a")
                .out("c")
                .let("b", "Abs", "a")
                .add(node("Inner").domain(LOCAL).in("b").out("c"))
                .build();
        return calling(outer, inner).build();
    }

    /** Names that the graph around the function has, too. */
    private static ModelProto sameNames() {
        return model("names")
                .input("x", FLOAT, 2, 4)
                .opset(LOCAL, 1)
                .function(layers("Whole")
                        .in("y")
                        .out("x")
                        .let("h", "Relu", "y")
                        .let("y_1", "Exp", "h")
                        .let("x", "Tanh", "y_1")
                        .build())
                .let("h", "Abs", "x")
                .add(node("Whole").domain(LOCAL).in("h").out("y_1"))
                .let("y", "Neg", "y_1")
                .output("y", FLOAT, 2, 4)
                .build();
    }

    /** Attributes that the call gives, that it leaves to the default, and that nobody gives. */
    private static ModelProto attributes() {
        AttributeProto slope = AttributeProto.newBuilder()
                .setName("other")
                .setType(AttributeType.FLOAT)
                .setF(0.3f)
                .build();
        FunctionProto whole = layers("Whole")
                .in("a")
                .out("d")
                .attribute("slope")
                .attribute("absent")
                .add(node("LeakyRelu").in("a").out("b").reference("alpha", AttributeType.FLOAT, "slope"))
                .add(node("LeakyRelu").in("b").out("c").reference("alpha", AttributeType.FLOAT, "other"))
                .add(node("LeakyRelu").in("c").out("d").reference("alpha", AttributeType.FLOAT, "absent"))
                .build()
                .toBuilder()
                .addAttributeProto(slope)
                .build();
        ModelProto.Builder model = calling(whole).setIrVersion(9);
        model.getGraphBuilder()
                .getNodeBuilder(0)
                .addAttribute(AttributeProto.newBuilder()
                        .setName("slope")
                        .setType(AttributeType.FLOAT)
                        .setF(0.7f));
        return model.build();
    }

    /** An optional input that the call leaves out, an output that nobody takes, and an operator whose result nobody reads. */
    private static ModelProto optionalValues() {
        return model("optional")
                .input("x", FLOAT, 2, 4)
                .opset(LOCAL, 1)
                .function(layers("Whole")
                        .in("a", "least", "most")
                        .out("c", "unused")
                        .let("b", "Clip", "a", "least", "most")
                        .let("unused", "Exp", "b")
                        .let("c", "Tanh", "b")
                        .let("free", "Neg", "c")
                        .build())
                .weight("least")
                .let("h", "Abs", "x")
                .add(node("Whole").domain(LOCAL).in("h", "least").out("y", ""))
                .output("y", FLOAT, 2, 4)
                .build();
    }

    /** Constants, and a body that captures what gets another name. */
    private static ModelProto bodies() {
        GraphProto.Builder then = body("then").let("inside", "Exp", "b").build().toBuilder();
        then.addOutput(ValueInfoProto.newBuilder().setName("inside"));
        GraphProto.Builder other = body("else").let("inside", "Neg", "b").build().toBuilder();
        other.addOutput(ValueInfoProto.newBuilder().setName("inside"));
        return calling(layers("Whole")
                        .in("a")
                        .out("e")
                        .add(node("Constant")
                                .out("weight")
                                .with("value", Tensors.floats("weight", new Random(1), 4, 4)))
                        .let("b", "MatMul", "a", "weight")
                        .add(node("ReduceMin").in("b").out("least").with("keepdims", 0))
                        .add(node("IsInf").in("least").out("condition"))
                        .add(node("If")
                                .in("condition")
                                .out("d")
                                .with("then_branch", then.build())
                                .with("else_branch", other.build()))
                        .let("e", "Tanh", "d")
                        .build())
                .build();
    }

    static Stream<Arguments> models() {
        return Stream.of(
                Arguments.of("plain", plain(), 2),
                Arguments.of("nested", nested(), 4),
                Arguments.of("sameNames", sameNames(), 4),
                Arguments.of("attributes", attributes(), 2),
                Arguments.of("optionalValues", optionalValues(), 1),
                Arguments.of("bodies", bodies(), 2));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("models")
    void theWholeIsCutInsideOfTheFunctionThatItCalls(String name, ModelProto written, int cuts) throws IOException {
        try (OnnxModel model = OnnxModel.load(written.toByteArray(), name)) {
            assertThat(model.cuts().size()).isGreaterThanOrEqualTo(cuts);
            SubmodelExporter.export(model, Partitioner.minimumDistance(0).partition(model.cuts()), directory);
            assertThat(PartitionManifest.read(directory).parts()).hasSizeGreaterThan(cuts);
            assertThat(SplitVerifier.verify(model, directory).identical()).isTrue();
        }
    }

    @Test
    void aFunctionThatIsCalledTwiceStaysAnOperatorBetweenWhichIsCut() throws IOException {
        ModelProto twice = model("twice")
                .input("x", FLOAT, 2, 4)
                .opset(LOCAL, 1)
                .function(layers("Layer")
                        .in("a")
                        .out("d")
                        .let("b", "Relu", "a")
                        .let("c", "Exp", "b")
                        .let("d", "Tanh", "c")
                        .build())
                .add(node("Layer").domain(LOCAL).in("x").out("h"))
                .add(node("Layer").domain(LOCAL).in("h").out("y"))
                .output("y", FLOAT, 2, 4)
                .build();
        try (OnnxModel model = OnnxModel.load(twice.toByteArray(), "twice")) {
            assertThat(model.operatorCount()).isEqualTo(2);
            assertThat(model.cuts().size()).isEqualTo(1);
            assertThat(model.closedFunctions())
                    .containsExactly(
                            "the function 'Layer' is most of the model and is not opened, since it is called more than"
                                    + " once");
        }
    }

    /** {@code Softmax} is over other axes before version 13, and ONNX Runtime takes it as the model's version has it, not the function's. */
    @ParameterizedTest
    @CsvSource({"false, 1", "true, 2"})
    void aFunctionOfAnotherOperatorSetIsCarriedWholeAndNamed(boolean beside, int operators) throws IOException {
        ModelBuilder builder = model("other")
                .input("x", FLOAT, 2, 3, 4)
                .opset(LOCAL, 1)
                .function(function(LOCAL, "Whole")
                        .opset("", 11)
                        .in("a")
                        .out("d")
                        .let("b", "Relu", "a")
                        .let("c", "Softmax", "b")
                        .let("d", "Tanh", "c")
                        .build())
                .add(node("Whole").domain(LOCAL).in("x").out("h"));
        if (beside) {
            builder.let("y", "Abs", "h");
        }
        byte[] bytes =
                builder.output(beside ? "y" : "h", FLOAT, 2, 3, 4).build().toByteArray();
        try (OnnxModel model = OnnxModel.load(bytes, "other")) {
            assertThat(model.operatorCount()).isEqualTo(operators);
            assertThat(model.closedFunctions())
                    .containsExactly(
                            "the function 'Whole' is most of the model and is not opened, since it has version 11 of"
                                    + " the operator set 'ai.onnx', where the model has 17");
            SubmodelExporter.export(model, Partitioner.everyCut().partition(model.cuts()), directory);
            assertThat(SplitVerifier.verify(model, directory).identical()).isTrue();
        }
    }

    @Test
    void functionsInFunctionsThatDoubleAreNotInlinedWithoutEnd() throws IOException {
        var builder = model("doubling").input("x", FLOAT, 2, 4).opset(LOCAL, 1);
        for (int i = 0; i < 200; i++) {
            builder.function(layers("F" + i)
                    .in("a")
                    .out("c")
                    .add(node(i == 199 ? "Relu" : "F" + (i + 1))
                            .domain(i == 199 ? "" : LOCAL)
                            .in("a")
                            .out("b"))
                    .add(node(i == 199 ? "Exp" : "F" + (i + 1))
                            .domain(i == 199 ? "" : LOCAL)
                            .in("b")
                            .out("c"))
                    .build());
        }
        ModelProto doubling = builder.add(node("F0").domain(LOCAL).in("x").out("y"))
                .output("y", FLOAT, 2, 4)
                .build();
        try (OnnxModel model = OnnxModel.load(doubling.toByteArray(), "doubling")) {
            assertThat(model.operatorCount()).isEqualTo(2);
        }
    }

    @Test
    void aModelWithoutAFunctionThatIsMostOfItIsReadAsItStands() throws IOException {
        ModelProto small = model("small")
                .input("x", FLOAT, 2, 4)
                .input("unused", BOOL, 1)
                .opset(LOCAL, 1)
                .function(layers("Pair")
                        .in("a")
                        .out("c")
                        .let("b", "Relu", "a")
                        .let("c", "Exp", "b")
                        .build())
                .let("h", "Abs", "x")
                .let("i", "Neg", "h")
                .add(node("Pair").domain(LOCAL).in("i").out("j"))
                .let("y", "Tanh", "j")
                .output("y", FLOAT, 2, 4)
                .build();
        try (OnnxModel model = OnnxModel.load(small.toByteArray(), "small")) {
            assertThat(model.operatorCount()).isEqualTo(4);
        }
    }
}
