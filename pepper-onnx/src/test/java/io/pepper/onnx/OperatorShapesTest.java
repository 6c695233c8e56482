package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.model.TensorInfo;
import io.pepper.model.UnknownSizeException;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.testmodels.Parts;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shapes that ONNX Runtime does not infer, or infers wrongly. */
class OperatorShapesTest {
    @ParameterizedTest
    @CsvSource({
        "LessOrEqual, 12", "LessOrEqual, 13", "LessOrEqual, 15", "LessOrEqual, 16",
        "GreaterOrEqual, 12", "GreaterOrEqual, 14", "GreaterOrEqual, 15", "GreaterOrEqual, 17"
    })
    void comparisonsAreKnownInAllOperatorSets(String type, long opset) throws IOException {
        ModelProto proto = model("compare")
                .opset(opset)
                .input("x", FLOAT, 2, 1, 4)
                .input("z", FLOAT, 3, 4)
                .let("m", type, "x", "z")
                .add(node("Cast").in("m").out("f").with("to", FLOAT.getNumber()))
                .let("s", "Add", "f", "x")
                .let("m2", type, "s", "z")
                .add(node("Cast").in("m2").out("y").with("to", FLOAT.getNumber()))
                .output("y", FLOAT, 2, 3, 4)
                .build();
        try (OnnxModel model = Parts.load("compare", proto)) {
            TensorShapes shapes = model.shapes();
            assertThat(shapes.unknown()).isEmpty();
            assertThat(shapes.of("m")).hasToString("m: bool[2,3,4]");
            assertThat(model.costs(shapes).characteristics().flops()).hasValue(3 * 24);
        }
    }

    @Test
    void reasonsNameTheOperatorThatDecidesByValues() throws IOException {
        ModelProto proto = model("found")
                .input("x", FLOAT, 2, 4)
                .let("n", "NonZero", "x")
                .add(node("Cast").in("n").out("f").with("to", FLOAT.getNumber()).named("cast"))
                .let("y", "Relu", "f")
                .valueInfo("f", FLOAT, 2, 1)
                .output("y", FLOAT, 2, 1)
                .build();
        try (OnnxModel model = Parts.load("found", proto)) {
            assertThat(model.shapes().of("y"))
                    .as("a stale trace is not believed")
                    .hasToString("y: float[2,?]");
            assertThatThrownBy(() -> model.costs(model.shapes()).flops())
                    .isInstanceOf(UnknownSizeException.class)
                    .hasMessage(
                            "the size of tensor 'y' is not known: it depends on values, in operator 'NonZero_0' (NonZero)");
        }
    }

    private static String shapes(ModelProto proto, String... tensors) throws IOException {
        try (OnnxModel model = Parts.load("operators", proto)) {
            assertThat(model.shapes().failure()).isEmpty();
            return Arrays.stream(tensors)
                    .map(model.shapes()::of)
                    .map(TensorInfo::toString)
                    .collect(Collectors.joining(" "));
        }
    }

    @Test
    void keysAndValuesOfAFirstStepAreKnown() throws IOException {
        ModelProto multi = model("multi")
                .opset("com.microsoft", 1)
                .input("q", FLOAT, 2, 3, 8)
                .input("k", FLOAT, 2, 5, 8)
                .input("v", FLOAT, 2, 5, 12)
                .add(node("MultiHeadAttention")
                        .domain("com.microsoft")
                        .in("q", "k", "v")
                        .out("o", "pk", "pv")
                        .with("num_heads", 2))
                .let("y", "Relu", "pv")
                .output("y", FLOAT)
                .build();
        assertThat(shapes(multi, "o", "pk", "y")).isEqualTo("o: float[2,3,12] pk: float[2,2,5,4] y: float[2,2,5,6]");
        ModelProto single = model("single")
                .opset("com.microsoft", 1)
                .input("x", FLOAT, 2, 3, 8)
                .weight("w", 8, 24)
                .weight("b", 24)
                .add(node("Attention")
                        .domain("com.microsoft")
                        .in("x", "w", "b")
                        .out("o", "p")
                        .with("num_heads", 2))
                .let("y", "Relu", "p")
                .output("y", FLOAT)
                .build();
        assertThat(shapes(single, "y")).isEqualTo("y: float[2,2,2,3,4]");
    }

    @Test
    void operatorsThatKeepTheShapeOfAnInputHaveKnownShapes() throws IOException {
        ModelProto normalized = model("normalized")
                .opset(13)
                .input("x", FLOAT, 3, 3, 3, 1)
                .let("n", "MeanVarianceNormalization", "x")
                .let("y", "Relu", "n")
                .output("y", FLOAT)
                .build();
        assertThat(shapes(normalized, "y")).isEqualTo("y: float[3,3,3,1]");
    }

    @Test
    void distancesHaveTheShapeRowsByRows() throws IOException {
        ModelProto distances = model("distances")
                .opset("com.microsoft", 1)
                .input("x", FLOAT, 3, 4)
                .input("z", FLOAT, 5, 4)
                .add(node("CDist").domain("com.microsoft").in("x", "z").out("d").with("metric", "euclidean"))
                .let("y", "Relu", "d")
                .output("y", FLOAT)
                .build();
        assertThat(shapes(distances, "y")).isEqualTo("y: float[3,5]");
    }
}
