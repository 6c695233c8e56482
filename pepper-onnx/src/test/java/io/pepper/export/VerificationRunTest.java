package io.pepper.export;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.DOUBLE;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT16;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT64;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.STRING;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.export.internal.ChainPart;
import io.pepper.model.InputShapes;
import io.pepper.model.OptimizationLevel;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import io.pepper.onnx.internal.session.ModelSource;
import io.pepper.onnx.internal.session.WholeModel;
import io.pepper.onnx.testmodels.Tensors;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class VerificationRunTest {
    private static final VerificationOptions DEFAULTS = VerificationOptions.DEFAULTS;

    private static final ModelProto WHOLE = model("whole")
            .input("x", FLOAT, "batch", 2)
            .initializer(Tensors.vector("a", 1f, 2f))
            .initializer(Tensors.vector("b", 3f, 4f))
            .let("h", "Mul", "x", "a")
            .let("y", "Add", "h", "b")
            .output("h", FLOAT, "batch", 2)
            .output("y", FLOAT, "batch", 2)
            .build();
    private static final ModelProto FIRST = model("first")
            .input("x", FLOAT, "batch", 2)
            .initializer(Tensors.vector("a", 1f, 2f))
            .let("h", "Mul", "x", "a")
            .output("h", FLOAT, "batch", 2)
            .build();

    private static ModelProto second(float... weight) {
        return model("second")
                .input("h", FLOAT, "batch", 2)
                .initializer(Tensors.vector("b", weight))
                .let("y", "Add", "h", "b")
                .output("y", FLOAT, "batch", 2)
                .build();
    }

    private static ChainPart part(ModelProto model) {
        List<String> inputs = model.getGraph().getInputList().stream()
                .map(ValueInfoProto::getName)
                .toList();
        List<String> outputs = model.getGraph().getOutputList().stream()
                .map(ValueInfoProto::getName)
                .toList();
        return new ChainPart(source(model), inputs, outputs);
    }

    private static ModelSource source(ModelProto model) {
        return ModelSource.bytes(model.getGraph().getName(), model.toByteArray());
    }

    private static Verification run(ModelProto whole, VerificationOptions options, ChainPart... parts)
            throws IOException {
        return VerificationRun.run(new WholeModel(source(whole), whole), List.of(parts), options);
    }

    private static Verification alone(ModelProto whole) throws IOException {
        return run(whole, DEFAULTS, part(whole));
    }

    @Test
    void equalChainIsIdentical() throws IOException {
        Verification answer = run(WHOLE, DEFAULTS, part(FIRST), part(second(3, 4)));
        assertThat(answer.identical()).isTrue();
        assertThat(answer.passed()).isTrue();
        assertThat(answer.maxAbsDiff()).hasValue(0);
        assertThat(answer.trials()).isEqualTo(VerificationOptions.DEFAULTS.trials());
        assertThat(answer.inputs()).containsExactly(new Verification.Input("x", "float", List.of(2L, 2L)));
        assertThat(answer.warnings()).isEmpty();
        assertThat(answer.outputs())
                .extracting(Verification.OutputComparison::output)
                .containsExactly("h", "y");
    }

    @Test
    void alteredWeightIsFound() throws IOException {
        VerificationOptions given =
                VerificationOptions.DEFAULTS.withInput("x", FloatBuffer.wrap(new float[] {0, 0, 1, 1}), 2, 2);
        Verification answer = run(WHOLE, given, part(FIRST), part(second(3, 4.5f)));
        assertThat(answer.identical()).isFalse();
        assertThat(answer.passed()).isFalse();
        assertThat(answer.maxAbsDiff()).hasValue(0.5);
        assertThat(answer.outputs().get(0).identical()).isTrue();
        Verification.OutputComparison y = answer.outputs().get(1);
        assertThat(y.where()).contains(List.of(0L, 1L));
        assertThat(y.shape()).containsExactly(2L, 2L);
        assertThat(y.maxRelDiff()).hasValue(0.5 / 4.5);
    }

    @ParameterizedTest
    @EnumSource(OptimizationLevel.class)
    void toleranceCountsOnlyInOptimisedRuns(OptimizationLevel level) throws IOException {
        VerificationOptions options =
                VerificationOptions.DEFAULTS.withOptimization(level).withTolerance(0.01, 0);
        Verification near = run(WHOLE, options, part(FIRST), part(second(3, 4.001f)));
        assertThat(near.identical()).isFalse();
        assertThat(near.passed()).isEqualTo(level != OptimizationLevel.NONE);
        assertThat(run(WHOLE, options, part(FIRST), part(second(3, 4.1f))).passed())
                .isFalse();
    }

    @Test
    void wrongShapeIsNotIdentical() throws IOException {
        ModelProto flat = model("flat")
                .input("x", FLOAT, "batch", 2)
                .let("y", "Flatten", "x")
                .output("y", FLOAT, "batch", 2)
                .build();
        ModelProto turned = model("turned")
                .input("x", FLOAT, "batch", 2)
                .let("y", "Transpose", "x")
                .output("y", FLOAT, 2, "batch")
                .build();
        VerificationOptions three = VerificationOptions.DEFAULTS.withSizes(InputShapes.NONE.withDimension("batch", 3));
        Verification.OutputComparison y =
                run(flat, three, part(turned)).outputs().get(0);
        assertThat(y.identical()).isFalse();
        assertThat(y.maxAbsDiff().orElseThrow()).isInfinite();
        assertThat(y.where()).isEmpty();
    }

    @Test
    void constantAndSaturatedOutputsAreWeakEvidence() throws IOException {
        ModelProto weak = model("weak")
                .input("x", FLOAT, 2, 3)
                .initializer(Tensors.scalar("zero", 0f))
                .initializer(Tensors.vector("far", 1000f, -1000f, 1000f))
                .let("constant", "Mul", "x", "zero")
                .let("shifted", "Add", "x", "far")
                .let("saturated", "Sigmoid", "shifted")
                .output("constant", FLOAT, 2, 3)
                .output("saturated", FLOAT, 2, 3)
                .build();
        Verification answer = alone(weak);
        assertThat(answer.identical()).isTrue();
        assertThat(answer.trials()).isGreaterThan(VerificationOptions.DEFAULTS.trials());
        assertThat(answer.outputs()).allMatch(Verification.OutputComparison::weakEvidence);
        assertThat(answer.outputs().get(1).weakReason().orElseThrow()).contains("saturated");
        assertThat(answer.warnings()).hasSize(2).allMatch(warning -> warning.startsWith("weak evidence"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void indicesStayBelowTheTable(boolean throughCast) throws IOException {
        var builder = model("rows").input("ids", INT64, "batch", 40).weight("table", 7, 3);
        if (throughCast) {
            builder.add(node("Cast").in("ids").out("small").with("to", 6L));
        }
        ModelProto rows = builder.let("y", "Gather", "table", throughCast ? "small" : "ids")
                .output("y", FLOAT, "batch", 40, 3)
                .build();
        assertThat(alone(rows).passed()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(
            value = TensorProto.DataType.class,
            names = {
                "FLOAT",
                "DOUBLE",
                "FLOAT16",
                "BFLOAT16",
                "INT8",
                "UINT8",
                "INT16",
                "INT32",
                "INT64",
                "BOOL",
                "STRING"
            })
    void everyTypePassesThrough(TensorProto.DataType type) throws IOException {
        ModelProto same = model("same")
                .input("x", type, 5, 4)
                .let("y", "Identity", "x")
                .output("y", type, 5, 4)
                .build();
        Verification answer = alone(same);
        assertThat(answer.passed()).isTrue();
        assertThat(answer.outputs().get(0).type()).isEqualTo(type.name().toLowerCase(java.util.Locale.ROOT));
        assertThat(answer.warnings()).isEmpty();
    }

    @Test
    void differencesOfOtherTypesAreFound() throws IOException {
        for (TensorProto.DataType type : List.of(DOUBLE, FLOAT16, INT64)) {
            Verification answer = run(unary("Identity", type), DEFAULTS, part(unary("Neg", type)));
            assertThat(answer.identical()).as(type.name()).isFalse();
            assertThat(answer.maxAbsDiff().orElseThrow()).isPositive().isFinite();
        }
    }

    private static ModelProto unary(String operator, TensorProto.DataType type) {
        return model("unary")
                .input("x", type, 9)
                .let("y", operator, "x")
                .output("y", type, 9)
                .build();
    }

    @Test
    void givenInputsAreUsed() throws IOException {
        VerificationOptions options =
                VerificationOptions.DEFAULTS.withInput("x", LongBuffer.wrap(new long[] {3, 3, 3, 3, 3, 3, 3, 3, 3}), 9);
        Verification answer = run(unary("Identity", INT64), options, part(unary("Identity", INT64)));
        assertThat(answer.trials()).isEqualTo(VerificationOptions.DEFAULTS.trials());
        assertThat(answer.outputs().get(0).weakReason()).contains("all elements are 3.0");
        VerificationOptions strings =
                VerificationOptions.DEFAULTS.withInput("x", List.of("a", "b", "c", "d", "e", "f", "g", "h", "i"), 9);
        assertThat(run(unary("Identity", STRING), strings, part(unary("Identity", STRING)))
                        .outputs()
                        .get(0)
                        .weakReason())
                .isEqualTo(Optional.empty());
    }

    @Test
    void wrongGivenInputsAreRefused() {
        VerificationOptions wrongType = VerificationOptions.DEFAULTS.withInput("x", FloatBuffer.allocate(9), 9);
        assertThatThrownBy(() -> run(unary("Neg", INT64), wrongType, part(unary("Neg", INT64))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("int64");
        VerificationOptions wrongName = VerificationOptions.DEFAULTS.withSizes(InputShapes.NONE.withInputShape("z", 9));
        assertThatThrownBy(() -> run(unary("Neg", INT64), wrongName, part(unary("Neg", INT64))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no input z");
        VerificationOptions wrongShape =
                VerificationOptions.DEFAULTS.withSizes(InputShapes.NONE.withInputShape("x", 8));
        assertThatThrownBy(() -> run(unary("Neg", INT64), wrongShape, part(unary("Neg", INT64))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[9]");
    }

    @Test
    void fewRandomBitsAreNotComparableThoughTheyMayBeTheSameTwice() throws IOException {
        ModelProto coins = model("coins")
                .input("x", FLOAT, 3)
                .add(node("RandomUniformLike").in("x").out("u"))
                .add(node("Less").in("u", "x").out("less"))
                .add(node("Cast").in("less").out("y").with("to", FLOAT.getNumber()))
                .output("y", FLOAT, 3)
                .build();
        FloatBuffer half = FloatBuffer.wrap(new float[] {0.5f, 0.5f, 0.5f});
        VerificationOptions options =
                VerificationOptions.DEFAULTS.withInput("x", half, 3).withTrials(1);
        for (int i = 0; i < 60; i++) {
            Verification answer = run(coins, options, part(coins));
            assertThat(answer.passed() || answer.warnings().get(0).startsWith("not comparable"))
                    .as("%s", answer)
                    .isTrue();
        }
    }

    @Test
    void randomModelIsNotComparable() throws IOException {
        ModelProto random = model("random")
                .input("x", FLOAT, 4, 4)
                .add(node("RandomNormalLike").in("x").out("y"))
                .output("y", FLOAT, 4, 4)
                .build();
        Verification answer = alone(random);
        assertThat(answer.passed()).isFalse();
        assertThat(answer.warnings())
                .anyMatch(warning -> warning.startsWith("not comparable") && warning.contains("y"));
    }

    @Test
    void impossibleSizesAreNamed() throws IOException {
        ModelProto odd = model("odd")
                .input("x", FLOAT, "length")
                .initializer(Tensors.vector("shape", 7L, 11L))
                .let("y", "Reshape", "x", "shape")
                .output("y", FLOAT, 7, 11)
                .build();
        assertThatThrownBy(() -> alone(odd))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("[length]")
                .hasMessageContaining("withDimension");
        VerificationOptions told = VerificationOptions.DEFAULTS.withSizes(InputShapes.NONE.withDimension("length", 77));
        assertThat(run(odd, told, part(odd)).passed()).isTrue();
    }

    @Test
    void partsThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> run(WHOLE, DEFAULTS, part(second(3, 4))))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("tensor h");
        assertThatThrownBy(() -> run(WHOLE, DEFAULTS, part(FIRST)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("tensor y");
        assertThatThrownBy(() -> run(WHOLE, DEFAULTS, part(FIRST), part(FIRST)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("an earlier part");
    }

    @Test
    void brokenModelIsRefused() {
        var broken = new WholeModel(ModelSource.bytes("broken", new byte[] {1, 2, 3}), WHOLE);
        assertThatThrownBy(() -> VerificationRun.run(broken, List.of(), DEFAULTS))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("broken");
    }

    @Test
    void interruptStops() {
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> alone(WHOLE)).isInstanceOf(InterruptedIOException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
