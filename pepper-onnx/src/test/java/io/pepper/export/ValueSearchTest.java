package io.pepper.export;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT64;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.export.internal.ChainPart;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import io.pepper.onnx.internal.session.ModelSource;
import io.pepper.onnx.internal.session.WholeModel;
import io.pepper.onnx.testmodels.ModelBuilder;
import java.io.IOException;
import java.nio.LongBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Inputs that are axes, counts, sizes, shapes or steps run with few values: these are looked for, in every trial. */
class ValueSearchTest {
    private static final int SEEDS = 12;

    private static ModelBuilder of(String name) {
        return model(name).input("x", FLOAT, 4, 6);
    }

    static Stream<ModelProto> models() {
        return Stream.of(
                        of("axis of CumSum").input("axis", INT64).let("y", "CumSum", "x", "axis"),
                        of("k of TopK")
                                .input("k", INT64, 1)
                                .add(node("TopK").in("x", "k").out("y", "indices")),
                        of("shape of Reshape").input("shape", INT64, 2).let("y", "Reshape", "x", "shape"),
                        of("longer shape of Reshape").input("shape", INT64, 3).let("y", "Reshape", "x", "shape"),
                        of("repeats of Tile").input("repeats", INT64, 2).let("y", "Tile", "x", "repeats"),
                        of("pads of Pad").input("pads", INT64, 4).let("y", "Pad", "x", "pads"),
                        of("shape of Expand").input("shape", INT64, 2).let("y", "Expand", "x", "shape"),
                        of("indices of Gather")
                                .input("indices", INT64, 5)
                                .let("shaped", "Relu", "x")
                                .let("turned", "Transpose", "shaped")
                                .add(node("ReduceSum").in("turned").out("row").with("keepdims", 1L))
                                .let("y", "Gather", "row", "indices"),
                        of("sizes of Split")
                                .input("sizes", INT64, 2)
                                .add(node("Split")
                                        .in("x", "sizes")
                                        .out("y", "rest")
                                        .with("axis", 1L)),
                        of("axes of Unsqueeze").input("axes", INT64, 2).let("y", "Unsqueeze", "x", "axes"),
                        of("axes of ReduceSum").input("axes", INT64, 1).let("y", "ReduceSum", "x", "axes"),
                        of("all of Slice")
                                .input("starts", INT64, 1)
                                .input("ends", INT64, 1)
                                .input("axes", INT64, 1)
                                .input("steps", INT64, 1)
                                .let("y", "Slice", "x", "starts", "ends", "axes", "steps"),
                        model("all of Range")
                                .input("start", INT64)
                                .input("limit", INT64)
                                .input("delta", INT64)
                                .let("y", "Range", "start", "limit", "delta"),
                        model("depth of OneHot")
                                .input("ids", INT64, 4)
                                .input("depth", INT64)
                                .input("values", FLOAT, 2)
                                .let("y", "OneHot", "ids", "depth", "values"),
                        of("ratio of Dropout").input("ratio", FLOAT).let("y", "Dropout", "x", "ratio"),
                        model("scales of Resize")
                                .input("x", FLOAT, 1, 2, 4, 4)
                                .input("scales", FLOAT, 4)
                                .let("y", "Resize", "x", "", "scales"))
                .map(builder -> builder.output("y", FLOAT).build())
                .map(ValueSearchTest::withoutShape);
    }

    /** The output has a type and no shape. */
    private static ModelProto withoutShape(ModelProto model) {
        ModelProto.Builder open = model.toBuilder();
        open.getGraphBuilder()
                .getOutputBuilder(0)
                .getTypeBuilder()
                .getTensorTypeBuilder()
                .clearShape();
        if (model.getGraph().getName().equals("all of Range")) {
            open.getGraphBuilder()
                    .getOutputBuilder(0)
                    .getTypeBuilder()
                    .getTensorTypeBuilder()
                    .setElemType(INT64.getNumber());
        }
        return open.build();
    }

    private static Verification verify(ModelProto model, VerificationOptions options) throws IOException {
        ModelSource source = ModelSource.bytes(model.getGraph().getName(), model.toByteArray());
        ChainPart part = new ChainPart(
                source,
                model.getGraph().getInputList().stream()
                        .map(ValueInfoProto::getName)
                        .toList(),
                List.of("y"));
        return VerificationRun.run(new WholeModel(source, model), List.of(part), options);
    }

    @ParameterizedTest
    @MethodSource("models")
    void valuesAreFoundInEveryTrial(ModelProto model) throws IOException {
        for (int seed = 0; seed < SEEDS; seed++) {
            Verification answer =
                    verify(model, VerificationOptions.DEFAULTS.withSeed(seed).withTrials(4));
            assertThat(answer.passed()).as("seed %d", seed).isTrue();
            assertThat(answer.trials()).isGreaterThanOrEqualTo(4);
        }
    }

    @Test
    void theSameSeedGivesTheSameAnswer() throws IOException {
        ModelProto model = models().findFirst().orElseThrow();
        assertThat(verify(model, VerificationOptions.DEFAULTS)).isEqualTo(verify(model, VerificationOptions.DEFAULTS));
    }

    /** Values that nothing suggests: the error says how to give them, and given they work. */
    @Test
    void missingValuesAreRequestedInTheMessage() throws IOException {
        ModelProto odd = withoutShape(model("odd")
                .input("x", FLOAT, 4, 77)
                .input("shape", INT64, 2)
                .weight("w", 1, 1)
                .let("wide", "Expand", "w", "shape")
                .let("y", "MatMul", "x", "wide")
                .output("y", FLOAT)
                .build());
        assertThatThrownBy(() -> verify(odd, VerificationOptions.DEFAULTS))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("found no inputs on which the model runs")
                .hasMessageContaining("withInput")
                .hasMessageContaining("--input NAME=FILE");
        VerificationOptions given =
                VerificationOptions.DEFAULTS.withInput("shape", LongBuffer.wrap(new long[] {77, 5}), 2);
        assertThat(verify(odd, given).outputs()).allMatch(Verification.OutputComparison::identical);
    }
}
