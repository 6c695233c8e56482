package io.pepper.onnx.internal.session;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.BOOL;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT64;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.testmodels.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IndexHintsTest {
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void indicesStayBelowTheTable(boolean throughCast) {
        var builder = model("rows").input("ids", INT64, "batch", 40).weight("table", 7, 3);
        if (throughCast) {
            builder.add(node("Cast").in("ids").out("small").with("to", 6L));
        }
        ModelProto rows = builder.let("y", "Gather", "table", throughCast ? "small" : "ids")
                .output("y", FLOAT, "batch", 40, 3)
                .build();
        assertThat(new IndexHints(rows).of("ids").bound()).hasValue(7);
    }

    @Test
    void comparedIntegerTakesTheConstant() {
        ModelProto rate = model("rate")
                .input("sr", INT64)
                .constant(Tensors.scalar("expected", 16000L))
                .let("y", "Equal", "sr", "expected")
                .output("y", BOOL)
                .build();
        assertThat(new IndexHints(rate).of("sr").constant()).hasValue(16000);
    }
}
