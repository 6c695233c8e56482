package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.UINT8;
import static io.pepper.onnx.testmodels.BodyBuilder.body;
import static io.pepper.onnx.testmodels.FunctionBuilder.function;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.export.SplitVerifier;
import io.pepper.export.VerificationOptions;
import io.pepper.measure.ModelTimer;
import io.pepper.measure.TimingOptions;
import io.pepper.model.OptimizationLevel;
import io.pepper.model.ProgressListener;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.internal.proto.AttributeProto.AttributeType;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.testmodels.NodeSpec;
import io.pepper.onnx.testmodels.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Models of which ONNX Runtime dies when it opens them die in a child process, whatever is asked about them. */
class RiskyOperatorsTest {
    /** The system property with the directory of ONNX Runtime's libraries, which children are given. */
    private static final String NATIVE_PATH = "onnxruntime.native.path";

    @TempDir
    Path directory;

    /** What has the operator 'deadly', each named after itself. */
    static List<ModelProto> deadly() {
        return List.of(
                einsum("a...b,b...->a...", 2, 3),
                einsum("...,...->a", 2),
                einsum(". . .b , b . . . -> . . .", 3),
                einsum("->z", new Object[0]),
                inBranch(),
                inFunction(),
                HostileModels.crashing(),
                headsOfCaller(),
                depthOfCaller(),
                blocksOfNothing());
    }

    private static NodeSpec einsum(String equation) {
        return node("Einsum").named("deadly").with("equation", equation);
    }

    /** x -> a -> y, where nothing but inference tells the rank of a; the second operand has two axes. */
    private static ModelProto einsum(String equation, Object... shape) {
        String[] inputs = equation.contains(",") ? new String[] {"a", "w"} : new String[] {"a"};
        return model("equation " + equation)
                .input("x", FLOAT, shape)
                .let("a", "Relu", "x")
                .valueInfo("a", FLOAT, shape)
                .weight("w", 3, 6)
                .add(einsum(equation).in(inputs).out("y"))
                .output("y", FLOAT)
                .build();
    }

    private static ModelProto inBranch() {
        return model("branch")
                .input("x", FLOAT, 2, 3)
                .let("a", "Relu", "x")
                .valueInfo("a", FLOAT, 2, 3)
                .weight("w", 3, 6)
                .initializer(Tensors.scalar("true", true))
                .add(node("If")
                        .in("true")
                        .out("y")
                        .with(
                                "then_branch",
                                body("then")
                                        .add(einsum("a...b,b...->a...")
                                                .in("a", "w")
                                                .out("e"))
                                        .output("e", FLOAT)
                                        .build())
                        .with(
                                "else_branch",
                                body("else")
                                        .let("f", "Relu", "a")
                                        .output("f", FLOAT)
                                        .build()))
                .output("y", FLOAT)
                .build();
    }

    /** The equation is the caller's. */
    private static ModelProto inFunction() {
        return model("function")
                .opset("own", 1)
                .function(function("own", "Contract")
                        .opset("", 17)
                        .in("p", "q")
                        .out("r")
                        .attribute("how")
                        .add(node("Einsum")
                                .named("deadly")
                                .in("p", "q")
                                .out("r")
                                .reference("equation", AttributeType.STRING, "how"))
                        .build())
                .input("x", FLOAT, 2, 3)
                .let("a", "Relu", "x")
                .valueInfo("a", FLOAT, 2, 3)
                .weight("w", 3, 6)
                .add(node("Contract").domain("own").in("a", "w").out("y").with("how", "a...b,b...->a..."))
                .output("y", FLOAT)
                .build();
    }

    /** A call of a function gives an attention no heads. */
    private static ModelProto headsOfCaller() {
        return model("caller")
                .irVersion(11)
                .opset(23)
                .opset("own", 1)
                .function(function("own", "Attend")
                        .opset("", 23)
                        .in("q")
                        .out("r")
                        .attribute("heads")
                        .add(node("Attention")
                                .named("deadly")
                                .in("q", "q", "q")
                                .out("r")
                                .with("q_num_heads", 3)
                                .reference("kv_num_heads", AttributeType.INT, "heads"))
                        .build())
                .input("x", FLOAT, 2, 4, 24)
                .let("a", "Relu", "x")
                .valueInfo("a", FLOAT, 2, 4, 24)
                .add(node("Attend").domain("own").in("a").out("y").with("heads", 0))
                .output("y", FLOAT, 2, 4, 24)
                .build();
    }

    /** A call of a function gives a OneHot a depth without elements. */
    private static ModelProto depthOfCaller() {
        return model("depth")
                .opset("own", 1)
                .function(function("own", "Spread")
                        .opset("", 17)
                        .in("p", "depth", "values")
                        .out("q")
                        .add(node("OneHot")
                                .named("deadly")
                                .in("p", "depth", "values")
                                .out("q"))
                        .build())
                .input("x", FLOAT, 2, 4)
                .let("a", "Relu", "x")
                .valueInfo("a", FLOAT, 2, 4)
                .initializer(Tensors.vector("none", new long[0]))
                .initializer(Tensors.vector("values", 0f, 1f))
                .add(node("Spread").domain("own").in("a", "none", "values").out("y"))
                .output("y", FLOAT)
                .build();
    }

    private static ModelProto blocksOfNothing() {
        return model("blocks")
                .opset("com.microsoft", 1)
                .input("x", FLOAT, 4, 1)
                .let("a", "Relu", "x")
                .valueInfo("a", FLOAT, 4, 1)
                .initializer(Tensors.bytes("data", UINT8, new Random(1), 4, 16))
                .initializer(Tensors.vector("rows", 0L, 1L))
                .add(node("GatherBlockQuantized")
                        .domain("com.microsoft")
                        .named("deadly")
                        .in("data", "rows", "a")
                        .out("y")
                        .with("block_size", 0)
                        .with("quantize_axis", 1))
                .output("y", FLOAT)
                .build();
    }

    /** Operands whose dots stand for the same axes, and heads that there are. */
    static List<ModelProto> sound() {
        return List.of(
                einsum("...b,b...->...", 6, 3),
                einsum("...b,bc->...c", 2, 5, 3),
                einsum("a...,...->a...", 4, 3, 6),
                einsum("...", 4),
                model("attention")
                        .irVersion(11)
                        .opset(23)
                        .input("x", FLOAT, 2, 4, 24)
                        .let("a", "Relu", "x")
                        .add(node("Attention")
                                .in("a", "a", "a")
                                .out("y")
                                .with("q_num_heads", 3)
                                .with("kv_num_heads", 3))
                        .output("y", FLOAT)
                        .build());
    }

    private Path file(ModelProto model) throws IOException {
        return Files.write(directory.resolve("model.onnx"), model.toByteArray());
    }

    @ParameterizedTest
    @MethodSource("deadly")
    void shapesAreUnknownAndTheReasonIsSaid(ModelProto deadly) throws IOException {
        try (OnnxModel model = OnnxModel.load(file(deadly))) {
            assertThat(model.shapes().failure()).hasValueSatisfying(RiskyOperatorsTest::isReason);
            assertThat(model.cuts().at("a")).as("the structure is known").isPresent();
        }
    }

    @ParameterizedTest
    @MethodSource("deadly")
    void verificationAndTimingAreRefused(ModelProto deadly) throws IOException {
        Path file = file(deadly);
        try (OnnxModel model = OnnxModel.load(file)) {
            HostileModels.split(model, directory);
            assertThatThrownBy(() -> SplitVerifier.verify(model, directory))
                    .isInstanceOf(UnsupportedModelException.class)
                    .satisfies(refused -> isReason(refused.getMessage()));
        }
        assertThatThrownBy(() -> ModelTimer.open(file, TimingOptions.DEFAULTS))
                .isInstanceOf(UnsupportedModelException.class)
                .satisfies(refused -> isReason(refused.getMessage()));
    }

    /**
     * ONNX Runtime reads outside of its memory: mostly it dies of that, and sometimes it lives and refuses the model.
     * Either happens in the child, and neither lets this process open the model.
     */
    private static void isReason(String message) {
        if (message.contains("ONNX Runtime cannot open the model: ")) {
            assertThat(message).containsAnyOf("(deadly)", "Attention");
        } else {
            assertThat(message)
                    .contains("ONNX Runtime does not survive it, probably because of its ", "ended with signal")
                    .containsAnyOf("'deadly' (", "Attention");
        }
    }

    @ParameterizedTest
    @MethodSource("sound")
    void soundOperatorsOfTheSameKindAreInferredAndVerified(ModelProto sound) throws IOException {
        try (OnnxModel model = OnnxModel.load(file(sound))) {
            assertThat(model.shapes().failure()).isEmpty();
            assertThat(model.shapes().of("y").shape()).isPresent();
            HostileModels.split(model, directory);
            assertThat(SplitVerifier.verify(model, directory).identical()).isTrue();
        }
    }

    /** A child that cannot load ONNX Runtime answers that it did not open the model, and lives: that is no proof that this process would. */
    @ParameterizedTest
    @MethodSource("deadly")
    void aChildThatCouldNotTryAModelProvesNothing(ModelProto deadly) throws IOException {
        Path file = file(deadly);
        ModelTimer.open(file(einsum("...", 4)), TimingOptions.DEFAULTS).close(); // This process has ONNX Runtime.
        Files.write(file, deadly.toByteArray());
        System.setProperty(NATIVE_PATH, directory.toString());
        try {
            assertThatThrownBy(() -> ModelTimer.open(file, TimingOptions.DEFAULTS))
                    .isInstanceOf(UnsupportedModelException.class);
        } finally {
            System.clearProperty(NATIVE_PATH);
        }
    }

    /** ONNX Runtime dies of a normalization with a place for a bias and no bias, but only where it may fuse operators. */
    @Test
    void dangersOfOptimizationCountWhereThereIsOptimization() throws IOException {
        ModelProto normalization = model("normalization")
                .input("x", FLOAT, 2, 4)
                .let("a", "Relu", "x")
                .weight("scale", 4)
                .add(node("LayerNormalization")
                        .named("deadly")
                        .in("a", "scale", "")
                        .out("y"))
                .output("y", FLOAT, 2, 4)
                .build();
        Path file = file(normalization);
        try (OnnxModel model = OnnxModel.load(file)) {
            assertThat(model.shapes().failure()).isEmpty();
            HostileModels.split(model, directory);
            assertThat(SplitVerifier.verify(model, directory).identical()).isTrue();
            VerificationOptions fused = VerificationOptions.DEFAULTS.withOptimization(OptimizationLevel.ALL);
            assertThatThrownBy(() -> SplitVerifier.verify(model, directory, fused, ProgressListener.NONE))
                    .isInstanceOf(UnsupportedModelException.class)
                    .satisfies(refused -> isReason(refused.getMessage()));
        }
        TimingOptions plain = TimingOptions.DEFAULTS.withOptimization(OptimizationLevel.BASIC);
        ModelTimer.open(file, plain).close();
        assertThatThrownBy(() -> ModelTimer.open(file, plain.withOptimization(OptimizationLevel.EXTENDED)))
                .satisfies(refused -> isReason(refused.getMessage()));
    }
}
