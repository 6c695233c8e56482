package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT64;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.onnx.testmodels.NodeSpec;
import io.pepper.onnx.testmodels.Tensors;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
                        .contains("the depth 'depth' of its OneHot", "has no elements, of which ONNX Runtime dies"));
                assertThatThrownBy(() -> {
                            SubmodelExporter.export(
                                    model, Partitioner.minimumDistance(0).partition(model.cuts()), directory);
                            SplitVerifier.verify(model, directory);
                        })
                        .isInstanceOf(ModelException.class)
                        .hasMessageContaining("of which ONNX Runtime dies");
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
}
