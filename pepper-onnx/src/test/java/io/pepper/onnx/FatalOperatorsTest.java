package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT64;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.UINT8;
import static io.pepper.onnx.testmodels.BodyBuilder.body;
import static io.pepper.onnx.testmodels.FunctionBuilder.function;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.export.SplitVerifier;
import io.pepper.export.SubmodelExporter;
import io.pepper.measure.ModelTimer;
import io.pepper.measure.TimingOptions;
import io.pepper.model.ModelException;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.internal.proto.AttributeProto.AttributeType;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.testmodels.FunctionBuilder;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.onnx.testmodels.NodeSpec;
import io.pepper.onnx.testmodels.Tensors;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Operators on which ONNX Runtime ends the process are not given to it. */
class FatalOperatorsTest {
    @TempDir
    Path directory;

    private static ModelBuilder oneHot(String depth) {
        return model("onehot")
                .input("x", FLOAT, 2, 4)
                .let("a", "Relu", "x")
                .add(node("OneHot").in("a", depth, "values").out("e"))
                .let("y", "Relu", "e")
                .initializer(Tensors.vector("values", 0L, 1L))
                .output("y", FLOAT, 2, 4, 3);
    }

    private static ModelProto emptyInitializer() {
        return oneHot("depth").initializer(Tensors.vector("depth")).build();
    }

    private static ModelProto emptyConstant() {
        NodeSpec constant = node("Constant").out("depth").with("value", Tensors.vector("empty"));
        return oneHot("depth").add(constant).build();
    }

    @Test
    void aOneHotWithoutADepthLeavesShapesUnknownAndSaysWhy() throws IOException {
        for (ModelProto fatal : new ModelProto[] {emptyInitializer(), emptyConstant()}) {
            try (OnnxModel model = OnnxModel.load(fatal.toByteArray(), "onehot")) {
                assertThat(model.shapes().failure()).hasValueSatisfying(reason -> assertThat(reason)
                        .contains("the depth 'depth' of its OneHot", "has no elements, which crashes ONNX Runtime"));
                assertThatThrownBy(() -> {
                            SubmodelExporter.export(
                                    model, Partitioner.minimumDistance(0).partition(model.cuts()), directory);
                            SplitVerifier.verify(model, directory);
                        })
                        .isInstanceOf(ModelException.class)
                        .hasMessageContaining("which crashes ONNX Runtime");
            }
        }
    }

    @Test
    void aOneHotWithADepthIsInferred() throws IOException {
        ModelProto sound = model("sound")
                .input("x", FLOAT, 2, 4)
                .let("a", "Relu", "x")
                .add(node("OneHot").in("a", "depth", "values").out("y"))
                .initializer(Tensors.vector("depth", 3L))
                .initializer(Tensors.vector("values", 0L, 1L))
                .output("y", INT64, 2, 4, 3)
                .build();
        try (OnnxModel model = OnnxModel.load(sound.toByteArray(), "sound")) {
            assertThat(model.shapes().failure()).isEmpty();
        }
    }

    /** An operator of each kind of which ONNX Runtime dies, and what is said of it. */
    static List<Arguments> kinds() {
        return List.of(
                kind(
                        node("Attention")
                                .in("a", "a", "a")
                                .with("q_num_heads", 0)
                                .with("kv_num_heads", 1),
                        "has no heads"),
                kind(node("DFT").in("a", "", ""), "has a third input without a name"),
                kind(node("DepthToSpace").in("a").with("blocksize", 1L << 32), "has a blocksize"),
                kind(node("DepthToSpace").in("a").with("blocksize", -1L << 40), "has a blocksize"),
                kind(node("GatherND").in("a", "rows").with("batch_dims", -2), "has batch_dims out of range"),
                kind(
                        node("GatherND").in("a", "rows").with("batch_dims", Long.MAX_VALUE),
                        "has batch_dims out of range"),
                kind(node("LayerNormalization").in("a", "a").with("axis", Long.MAX_VALUE), "has an axis out of range"),
                kind(node("RandomNormal").ints("shape", 2).with("scale", 0f), "has a scale"),
                kind(node("RandomNormalLike").in("a").with("scale", -1f), "has a scale"),
                kind(node("RandomNormalLike").in("a").with("scale", Float.NaN), "has a scale"),
                kind(node("RandomUniform").ints("shape", 2).with("low", 2f), "has a low above its high"),
                kind(node("RandomUniformLike").in("a").with("high", -1f), "has a low above its high"),
                kind(node("Split").in("a").with("num_outputs", 1L << 31), "has too many outputs"),
                kind(node("Sum").in("a", ""), "has an input without a name"),
                kind(node("Mean").in("a", "", "a"), "has an input without a name"),
                kind(node("Max").in("a", ""), "has an input without a name"),
                kind(node("Min").in("a", ""), "has an input without a name"),
                kind(node("Einsum").in("a", "").with("equation", "i,i->i"), "has an input without a name"),
                kind(node("QLinearLeakyRelu").domain("com.microsoft").in("a", "s", "zero", "s"), "has no fifth input"),
                kind(node("QLinearSigmoid").domain("com.microsoft").in("a", "s", "zero", "s"), "has no fifth input"));
    }

    private static Arguments kind(NodeSpec node, String what) {
        return Arguments.of(node.named("deadly").out("y"), what);
    }

    private static ModelBuilder standard() {
        return model("kind")
                .irVersion(10)
                .opset(21)
                .opset("com.microsoft", 1)
                .input("x", FLOAT, 2, 4, 8)
                .let("a", "Relu", "x")
                .valueInfo("a", FLOAT, 2, 4, 8)
                .initializer(Tensors.vector("rows", 0L))
                .initializer(Tensors.scalar("s", 1f))
                .initializer(Tensors.byteScalar("zero", UINT8, 0));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void anOperatorOfEachKindIsRefusedByName(NodeSpec node, String what) throws IOException {
        assertRefused(standard().add(node).output("y", FLOAT).build(), what);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void anOperatorOfEachKindIsRefusedInABranch(NodeSpec node, String what) throws IOException {
        GraphProto body = body("branch").add(node).output("y", FLOAT).build();
        ModelProto inside = standard()
                .initializer(Tensors.scalar("true", true))
                .add(node("If").in("true").out("z").with("then_branch", body).with("else_branch", body))
                .output("z", FLOAT)
                .build();
        assertRefused(inside, what);
    }

    /** What is wrong is what the caller gives, or what the function has where he gives nothing. */
    @Test
    void attributesOfCallersCount() throws IOException {
        FunctionBuilder noise = function("own", "Noise")
                .opset("", 21)
                .in("p")
                .out("q")
                .attribute("width")
                .add(node("RandomNormalLike").in("p").out("q").reference("scale", AttributeType.FLOAT, "width"));
        ModelBuilder caller = standard().opset("own", 1).function(noise.build()).output("y", FLOAT);
        NodeSpec sound = node("Noise").domain("own").in("a").out("y").with("width", 2f);
        assertRefused(
                standard()
                        .opset("own", 1)
                        .function(noise.build())
                        .add(node("Noise").domain("own").in("a").out("y").with("width", 0f))
                        .output("y", FLOAT)
                        .build(),
                "has a scale");
        try (OnnxModel model = OnnxModel.load(caller.add(sound).build().toByteArray(), "sound")) {
            assertThat(model.shapes().failure()).isEmpty();
        }
    }

    private void assertRefused(ModelProto fatal, String what) throws IOException {
        Path file = Files.write(directory.resolve("model.onnx"), fatal.toByteArray());
        try (OnnxModel model = OnnxModel.load(file)) {
            assertThat(model.shapes().failure())
                    .hasValueSatisfying(reason -> assertThat(reason).contains(what, "which crashes ONNX Runtime"));
        }
        assertThatThrownBy(() -> ModelTimer.open(file, TimingOptions.DEFAULTS))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(what);
    }

    /** Close to those that are fatal, and sound. */
    @ParameterizedTest
    @MethodSource("sound")
    void soundOperatorsOfTheSameTypesAreInferredAndTimed(NodeSpec node) throws IOException {
        ModelProto sound = standard().add(node.out("y")).output("y", FLOAT).build();
        Path file = Files.write(directory.resolve("model.onnx"), sound.toByteArray());
        try (OnnxModel model = OnnxModel.load(file)) {
            assertThat(model.shapes().failure()).isEmpty();
        }
        try (ModelTimer timer = ModelTimer.open(file, TimingOptions.DEFAULTS.withRuns(1, 1))) {
            assertThat(timer.measure().medianSeconds()).isPositive();
        }
    }

    static List<NodeSpec> sound() {
        return List.of(
                node("GatherND").in("a", "rows").with("batch_dims", 0),
                node("LayerNormalization").in("a", "a").with("axis", -3),
                node("RandomNormalLike").in("a").with("scale", 0.5f),
                node("RandomUniformLike").in("a").with("low", 1f),
                node("Sum").in("a", "a"),
                node("Max").in("a"));
    }
}
