package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.testmodels.BodyBuilder.body;
import static io.pepper.onnx.testmodels.FunctionBuilder.function;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.measure.ModelTimer;
import io.pepper.measure.TimingOptions;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.onnx.testmodels.NodeSpec;
import io.pepper.onnx.testmodels.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Operators whose inputs ONNX Runtime does not check are opened in a child process first. Where no child can be started (here, because
 * the Java home has no {@code java} command) such a model is refused, which shows that this process never opens it.
 */
class UncheckedOperatorsTest {
    private final String home = System.getProperty("java.home");

    @TempDir
    Path directory;

    @AfterEach
    void restoreTheJavaHome() {
        System.setProperty("java.home", home);
    }

    private void removeTheJavaCommand() {
        System.setProperty("java.home", directory.toString());
    }

    private static ModelBuilder around() {
        return model("unchecked")
                .irVersion(10)
                .opset(21)
                .opset("com.microsoft", 1)
                .input("x", FLOAT, 2, 4, 8)
                .let("a", "Relu", "x")
                .valueInfo("a", FLOAT, 2, 4, 8);
    }

    static Stream<ModelProto> models() {
        return Stream.of(
                        "CausalConvWithState",
                        "ConvTransposeWithDynamicPads",
                        "MatMulFpQ4",
                        "QLinearWhere",
                        "QMoE",
                        "SparseAttention")
                .flatMap(type -> {
                    NodeSpec call =
                            node(type).domain("com.microsoft").named("risky").in("a");
                    return Stream.of(plain(call), inBranch(call), inFunction(type));
                });
    }

    private static ModelProto plain(NodeSpec call) {
        return around().add(call.out("y")).output("y", FLOAT).build();
    }

    private static ModelProto inBranch(NodeSpec call) {
        return around().initializer(Tensors.scalar("true", true))
                .add(node("If")
                        .in("true")
                        .out("y")
                        .with(
                                "then_branch",
                                body("then")
                                        .add(call.out("t"))
                                        .output("t", FLOAT)
                                        .build())
                        .with(
                                "else_branch",
                                body("else")
                                        .let("e", "Relu", "a")
                                        .output("e", FLOAT)
                                        .build()))
                .output("y", FLOAT)
                .build();
    }

    private static ModelProto inFunction(String type) {
        return around().opset("own", 1)
                .function(function("own", "Call")
                        .opset("com.microsoft", 1)
                        .in("p")
                        .out("q")
                        .add(node(type)
                                .domain("com.microsoft")
                                .named("risky")
                                .in("p")
                                .out("q"))
                        .build())
                .add(node("Call").domain("own").in("a").out("y"))
                .output("y", FLOAT)
                .build();
    }

    private Path file(ModelProto model) throws IOException {
        return Files.write(directory.resolve("model.onnx"), model.toByteArray());
    }

    @ParameterizedTest
    @MethodSource("models")
    void uncheckedOperatorsAreRefusedWithoutAChildProcess(ModelProto unchecked) throws IOException {
        Path file = file(unchecked);
        removeTheJavaCommand();
        try (OnnxModel model = OnnxModel.load(file)) {
            assertThat(model.shapes().failure()).hasValueSatisfying(UncheckedOperatorsTest::isReason);
        }
        assertThatThrownBy(() -> ModelTimer.open(file, TimingOptions.DEFAULTS))
                .isInstanceOf(UnsupportedModelException.class)
                .satisfies(refused -> isReason(refused.getMessage()));
    }

    private static void isReason(String message) {
        assertThat(message)
                .contains("may end the process because of its ", "'risky' (not checked by ONNX Runtime)")
                .contains("no child process could try it: ", "which is missing at ");
    }

    /** One input is too few for each of them: the child lives, and ONNX Runtime's own refusal is passed on. */
    @ParameterizedTest
    @MethodSource("models")
    void uncheckedOperatorsAreTriedInAChildProcess(ModelProto unchecked) throws IOException {
        try (OnnxModel model = OnnxModel.load(file(unchecked))) {
            assertThat(model.shapes().failure())
                    .hasValueSatisfying(reason -> assertThat(reason).doesNotContain("no child process"));
        }
    }

    @Test
    void otherOperatorsOfTheSameDomainNeedNoChild() throws IOException {
        Path file = file(plain(node("QuickGelu").domain("com.microsoft").in("a")));
        removeTheJavaCommand();
        try (OnnxModel model = OnnxModel.load(file)) {
            assertThat(model.shapes().failure()).isEmpty();
        }
    }

    /** The square of its block size has more than 64 bits, as with the standard operator. */
    @Test
    void theDepthToSpaceOfChannelsLastIsRefusedByName() throws IOException {
        Path file = file(around().opset("com.ms.internal.nhwc", 21)
                .add(node("DepthToSpace")
                        .domain("com.ms.internal.nhwc")
                        .named("wide")
                        .in("a")
                        .out("y")
                        .with("blocksize", 1L << 32))
                .output("y", FLOAT)
                .build());
        try (OnnxModel model = OnnxModel.load(file)) {
            assertThat(model.shapes().failure()).hasValueSatisfying(reason -> assertThat(reason)
                    .contains("DepthToSpace 'wide' has a blocksize", "which crashes ONNX Runtime"));
        }
    }
}
