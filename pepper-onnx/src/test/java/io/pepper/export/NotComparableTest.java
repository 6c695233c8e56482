package io.pepper.export;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.BOOL;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT32;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT64;
import static io.pepper.onnx.testmodels.BodyBuilder.body;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.export.internal.ChainPart;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import io.pepper.onnx.internal.session.ModelSource;
import io.pepper.onnx.internal.session.WholeModel;
import io.pepper.onnx.testmodels.FunctionBuilder;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.onnx.testmodels.Tensors;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Outputs that are other ones each time: nothing is said of them but that, and the others are compared all the same. */
class NotComparableTest {
    /** The input, what is certain, and what is made of the random tensor noise. */
    private static ModelBuilder noisy(String name) {
        return model(name).input("x", FLOAT, 3, 4).let("sure", "Exp", "x").output("sure", FLOAT, 3, 4);
    }

    static Stream<Arguments> randomModels() {
        return Stream.of(
                Arguments.of(
                        "RandomNormalLike",
                        noisy("normal").add(node("RandomNormalLike").in("x").out("noise"))),
                Arguments.of(
                        "RandomUniform",
                        noisy("uniform").add(node("RandomUniform").out("noise").ints("shape", 3, 4))),
                Arguments.of(
                        "Bernoulli",
                        noisy("coins")
                                .let("p", "Sigmoid", "x")
                                .add(node("Bernoulli").in("p").out("noise"))),
                Arguments.of(
                        "Multinomial",
                        noisy("draws")
                                .add(node("Multinomial").in("x").out("drawn").with("sample_size", 40L))
                                .add(node("Cast").in("drawn").out("noise").with("to", FLOAT.getNumber()))),
                Arguments.of(
                        "",
                        noisy("training")
                                .initializer(Tensors.scalar("ratio", 0.5f))
                                .initializer(Tensors.scalar("train", true))
                                .let("noise", "Dropout", "x", "ratio", "train")),
                Arguments.of(
                        "RandomNormalLike in If",
                        noisy("branch")
                                .initializer(Tensors.scalar("yes", true))
                                .add(node("If")
                                        .in("yes")
                                        .out("noise")
                                        .with(
                                                "then_branch",
                                                body("then")
                                                        .add(node("RandomNormalLike")
                                                                .in("x")
                                                                .out("a"))
                                                        .output("a", FLOAT, 3, 4)
                                                        .build())
                                        .with(
                                                "else_branch",
                                                body("else")
                                                        .let("b", "Neg", "x")
                                                        .output("b", FLOAT, 3, 4)
                                                        .build()))),
                Arguments.of(
                        "RandomUniformLike in noise",
                        noisy("function")
                                .opset("own", 1)
                                .function(FunctionBuilder.function("own", "noise")
                                        .opset("", 17)
                                        .in("in")
                                        .out("out")
                                        .add(node("RandomUniformLike").in("in").out("out"))
                                        .build())
                                .add(node("noise").domain("own").in("x").out("noise"))));
    }

    private static ChainPart part(ModelProto model) {
        return new ChainPart(
                source(model),
                model.getGraph().getInputList().stream()
                        .map(ValueInfoProto::getName)
                        .toList(),
                model.getGraph().getOutputList().stream()
                        .map(ValueInfoProto::getName)
                        .toList());
    }

    private static ModelSource source(ModelProto model) {
        return ModelSource.bytes(model.getGraph().getName(), model.toByteArray());
    }

    private static Verification verify(ModelProto whole, ModelProto part, VerificationOptions options)
            throws IOException {
        return VerificationRun.run(new WholeModel(source(whole), whole), List.of(part(part)), options);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("randomModels")
    void theRandomOutputIsNotComparedAndTheOtherIs(String operator, ModelBuilder builder) throws IOException {
        ModelProto random = builder.let("y", "Neg", "noise")
                .output("y", FLOAT, "rows", "columns")
                .build();
        Verification answer = verify(random, random, VerificationOptions.DEFAULTS);
        assertThat(answer.passed()).isFalse();
        assertThat(answer.identical()).isFalse();
        assertThat(answer.comparable()).isFalse();
        assertThat(answer.differs()).isFalse();
        assertThat(answer.outputs())
                .extracting(Verification.OutputComparison::identical)
                .containsExactly(true, false);
        assertThat(answer.outputs())
                .extracting(Verification.OutputComparison::comparable)
                .containsExactly(true, false);
        assertThat(answer.outputs().get(1).maxAbsDiff()).isEmpty();
        assertThat(answer.maxAbsDiff()).hasValue(0);
        assertThat(answer.warnings()).singleElement().satisfies(warning -> assertThat(warning)
                .startsWith("not comparable: output y: ")
                .contains(operator));
    }

    @Test
    void differencesAreEmptyWithoutAComparableOutput() throws IOException {
        ModelProto random = model("random")
                .input("x", FLOAT, 4, 4)
                .add(node("RandomNormalLike").in("x").out("y"))
                .output("y", FLOAT, 4, 4)
                .build();
        Verification answer = verify(random, random, VerificationOptions.DEFAULTS);
        assertThat(answer.differs()).isFalse();
        assertThat(answer.maxAbsDiff()).isEmpty();
        assertThat(answer.maxRelDiff()).isEmpty();
    }

    /** The noise of one output excuses no other. */
    @Test
    void aDifferenceBesideARandomOutputIsFound() throws IOException {
        ModelProto whole = noisy("whole")
                .add(node("RandomNormalLike").in("x").out("y"))
                .output("y", FLOAT, 3, 4)
                .build();
        ModelProto wrong = model("wrong")
                .input("x", FLOAT, 3, 4)
                .let("sure", "Neg", "x")
                .output("sure", FLOAT, 3, 4)
                .add(node("RandomNormalLike").in("x").out("y"))
                .output("y", FLOAT, 3, 4)
                .build();
        Verification answer = verify(whole, wrong, VerificationOptions.DEFAULTS);
        assertThat(answer.differs()).isTrue();
        assertThat(answer.passed()).isFalse();
        assertThat(answer.maxAbsDiff().orElseThrow()).isPositive().isFinite();
    }

    /** One in ten thousand: all runs of the whole agree by chance, and once in a while the parts do not. */
    @Test
    void rareNoiseIsNotReportedAsADifference() throws IOException {
        ModelProto seldom = model("seldom")
                .input("p", FLOAT, 3)
                .add(node("Bernoulli").in("p").out("y"))
                .output("y", FLOAT, 3)
                .build();
        ModelProto wrong = model("wrong")
                .input("p", FLOAT, 3)
                .let("y", "Neg", "p")
                .output("y", FLOAT, 3)
                .build();
        VerificationOptions options =
                VerificationOptions.DEFAULTS.withInput("p", FloatBuffer.wrap(new float[] {1e-7f, 1e-7f, 1e-7f}), 3);
        Verification answer = verify(seldom, wrong, options);
        assertThat(answer.differs()).isFalse();
        assertThat(answer.comparable()).isFalse();
        assertThat(answer.warnings().get(0)).contains("depends on random numbers (Bernoulli");
    }

    /** A dropout that does not train draws nothing. */
    @Test
    void operatorsThatAreRandomOnlyInTrainingAreCompared() throws IOException {
        ModelProto whole = model("inference")
                .input("x", FLOAT, 3)
                .initializer(Tensors.scalar("ratio", 0.5f))
                .initializer(Tensors.scalar("train", false))
                .let("y", "Dropout", "x", "ratio", "train")
                .output("y", FLOAT, 3)
                .build();
        ModelProto wrong = model("wrong")
                .input("x", FLOAT, 3)
                .let("y", "Neg", "x")
                .output("y", FLOAT, 3)
                .build();
        assertThat(verify(whole, whole, VerificationOptions.DEFAULTS).passed()).isTrue();
        assertThat(verify(whole, wrong, VerificationOptions.DEFAULTS).differs()).isTrue();
    }

    /** The noise goes through a loop. */
    @Test
    void randomNumbersAreFollowedThroughBodies() {
        ModelProto loop = model("loop")
                .input("x", FLOAT, 4)
                .initializer(Tensors.scalar("trip", 3L))
                .initializer(Tensors.scalar("yes", true))
                .add(node("RandomNormalLike").in("x").out("noise").named("draw"))
                .add(node("Loop")
                        .in("trip", "yes", "x")
                        .out("y")
                        .with(
                                "body",
                                body("body")
                                        .input("i", INT64)
                                        .input("go", BOOL)
                                        .input("sum", FLOAT, 4)
                                        .let("on", "Identity", "go")
                                        .let("more", "Add", "sum", "noise")
                                        .output("on", BOOL)
                                        .output("more", FLOAT, 4)
                                        .build()))
                .add(node("Cast").in("y").out("z").with("to", INT32.getNumber()))
                .let("sure", "Neg", "x")
                .output("z", INT32, 4)
                .output("sure", FLOAT, 4)
                .build();
        RandomOperators random = new RandomOperators(loop);
        assertThat(random.before("z")).contains("RandomNormalLike 'draw'");
        assertThat(random.before("sure")).isEmpty();
    }
}
