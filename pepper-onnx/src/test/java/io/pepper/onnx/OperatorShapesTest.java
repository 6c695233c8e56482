package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.onnx.internal.proto.ModelProto;
import java.io.IOException;
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
}
