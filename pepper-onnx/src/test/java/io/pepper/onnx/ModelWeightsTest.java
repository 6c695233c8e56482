package io.pepper.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.pepper.model.Dimension;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.OperatorSetIdProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TensorShapeProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The stored tensors of a model: initializers, constants, and those in bodies. */
class ModelWeightsTest {
    private static TensorProto floats(String name, int... dims) {
        TensorProto.Builder tensor =
                TensorProto.newBuilder().setName(name).setDataType(TensorProto.DataType.FLOAT.getNumber());
        int count = 1;
        for (int dim : dims) {
            tensor.addDims(dim);
            count *= dim;
        }
        return tensor.setRawData(ByteString.copyFrom(new byte[4 * count])).build();
    }

    private static ValueInfoProto value(String name, int type, long... dims) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (long dim : dims) {
            shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(dim));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(
                                TypeProto.Tensor.newBuilder().setElemType(type).setShape(shape)))
                .build();
    }

    private static GraphProto branch(String name, TensorProto weight) {
        return GraphProto.newBuilder()
                .setName(name)
                .addInitializer(weight)
                .addNode(NodeProto.newBuilder()
                        .setOpType("Mul")
                        .addInput("x")
                        .addInput(weight.getName())
                        .addOutput(name + "_out"))
                .addOutput(value(name + "_out", 1, 2, 3))
                .build();
    }

    private static AttributeProto attribute(String name, GraphProto graph) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.GRAPH)
                .setG(graph)
                .build();
    }

    @Test
    void initializersConstantsAndTensorsOfBodiesAreListedWithTheirSizes() throws IOException {
        GraphProto graph = GraphProto.newBuilder()
                .setName("g")
                .addInput(value("x", 1, 2, 3))
                .addInput(value("which", 9))
                .addInitializer(floats("w", 2, 3))
                .addNode(NodeProto.newBuilder()
                        .setOpType("Constant")
                        .addOutput("c")
                        .addAttribute(AttributeProto.newBuilder()
                                .setName("value")
                                .setType(AttributeProto.AttributeType.TENSOR)
                                .setT(floats("", 3))))
                .addNode(NodeProto.newBuilder()
                        .setOpType("If")
                        .addInput("which")
                        .addOutput("chosen")
                        .addAttribute(attribute("then_branch", branch("then", floats("inner", 1, 3))))
                        .addAttribute(attribute("else_branch", branch("else", floats("other", 3)))))
                .addNode(NodeProto.newBuilder()
                        .setOpType("Add")
                        .addInput("chosen")
                        .addInput("w")
                        .addOutput("sum"))
                .addNode(NodeProto.newBuilder()
                        .setOpType("Add")
                        .addInput("sum")
                        .addInput("c")
                        .addOutput("y"))
                .addOutput(value("y", 1, 2, 3))
                .build();
        ModelProto model = ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
                .setGraph(graph)
                .build();
        try (OnnxModel opened = OnnxModel.load(model.toByteArray(), "m")) {
            List<TensorInfo> tensors = ModelWeights.of(opened).tensors();
            assertThat(tensors)
                    .extracting(TensorInfo::toString)
                    .containsExactlyInAnyOrder("w: float[2,3]", "c: float[3]", "inner: float[1,3]", "other: float[3]");
            assertThat(tensors.stream().mapToLong(ModelWeights::elements).sum()).isEqualTo(6 + 3 + 3 + 3);
            assertThat(tensors.stream()
                            .mapToLong(tensor -> tensor.bytes().orElseThrow())
                            .sum())
                    .isEqualTo(4 * 15);
        }
    }

    @Test
    void hugeShapesDoNotOverflow() {
        TensorInfo huge =
                new TensorInfo("w", Optional.of("float"), Optional.of(Collections.nCopies(9, Dimension.of(1L << 31))));
        assertThat(ModelWeights.elements(huge)).isEqualTo(Long.MAX_VALUE);
    }
}
