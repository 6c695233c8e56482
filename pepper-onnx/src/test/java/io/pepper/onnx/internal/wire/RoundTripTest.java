package io.pepper.onnx.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.FunctionProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.SparseTensorProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TrainingInfoProto;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A model that is scanned and written again is the same model. */
class RoundTripTest {
    static TensorProto raw(int bytes) {
        byte[] content = new byte[bytes];
        Arrays.fill(content, (byte) 7);
        return TensorProto.newBuilder()
                .setName("raw" + bytes)
                .setRawData(ByteString.copyFrom(content))
                .build();
    }

    /** Holds values in every field that there is for values, beyond the threshold or below. */
    private static TensorProto everyField(int count) {
        TensorProto.Builder tensor =
                TensorProto.newBuilder().setName("every").addDims(count).setDataType(1);
        for (int i = 0; i < count; i++) {
            tensor.addFloatData(i + 0.5f).addDoubleData(-i).addInt32Data(i - 100);
            tensor.addInt64Data((long) i << 20).addUint64Data(-i).addStringData(ByteString.copyFromUtf8("s" + i));
        }
        return tensor.setRawData(raw(count).getRawData()).setDocString("after").build();
    }

    private static SparseTensorProto sparse() {
        return SparseTensorProto.newBuilder()
                .setValues(raw(3000))
                .setIndices(everyField(900))
                .addDims(5)
                .build();
    }

    private static NodeProto everyAttribute(GraphProto body) {
        AttributeProto attribute = AttributeProto.newBuilder()
                .setName("a")
                .setT(raw(2000))
                .addTensors(raw(2001))
                .addTensors(raw(3))
                .setG(body)
                .addGraphs(body)
                .setSparseTensor(sparse())
                .addSparseTensors(sparse())
                .addFloats(1)
                .build();
        return NodeProto.newBuilder()
                .setOpType("X")
                .addAttribute(attribute)
                .addAttribute(AttributeProto.getDefaultInstance())
                .setName("n")
                .build();
    }

    /** A model with tensors wherever there may be one. */
    static ModelProto everywhere() {
        GraphProto body = GraphProto.newBuilder()
                .setName("body")
                .addInitializer(raw(1500))
                .addNode(NodeProto.getDefaultInstance())
                .build();
        GraphProto graph = GraphProto.newBuilder()
                .addInitializer(everyField(2000))
                .addInitializer(everyField(3))
                .addInitializer(TensorProto.getDefaultInstance())
                .addSparseInitializer(sparse())
                .addSparseInitializer(SparseTensorProto.getDefaultInstance())
                .addNode(everyAttribute(body))
                .setDocString("doc")
                .build();
        FunctionProto function = FunctionProto.newBuilder()
                .setName("f")
                .addNode(everyAttribute(body))
                .addAttributeProto(AttributeProto.newBuilder().setName("d").setT(raw(5000)))
                .build();
        return ModelProto.newBuilder()
                .setIrVersion(10)
                .setGraph(graph)
                .addFunctions(function)
                .addTrainingInfo(
                        TrainingInfoProto.newBuilder().setInitialization(body).setAlgorithm(graph))
                .build();
    }

    private static void assertRoundTrip(ModelProto model) throws IOException {
        byte[] bytes = model.toByteArray();
        byte[] written = PayloadBytes.roundTrip(bytes);
        assertThat(PayloadBytes.parse(written)).isEqualTo(PayloadBytes.parse(bytes));
        assertThat(PayloadBytes.roundTrip(written)).isEqualTo(written);
    }

    @Test
    void payloadsAreFoundWhereverTensorsAre() throws IOException {
        ModelProto model = everywhere();
        int sparse = 1 + 6;
        int node = 2 + 2 + 2 * sparse;
        int graph = 7 + sparse + node;
        int tensors = graph + (node + 1) + (1 + graph);
        Skeleton skeleton = PayloadBytes.scan(model.toByteArray());
        assertThat(skeleton.model().getSerializedSize()).isLessThan(16_000);
        assertThat(skeleton.payloads().size()).isEqualTo(tensors);
        assertRoundTrip(model);
    }

    @Test
    void emptyMessagesSurvive() throws IOException {
        assertRoundTrip(ModelProto.getDefaultInstance());
        assertRoundTrip(ModelProto.newBuilder()
                .setGraph(GraphProto.getDefaultInstance())
                .build());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1023, 1024, 1025, 70_000})
    void sizesAroundTheThresholdSurvive(int bytes) throws IOException {
        ModelProto model = ModelProto.newBuilder()
                .setGraph(GraphProto.newBuilder().addInitializer(raw(bytes)))
                .build();
        assertThat(PayloadBytes.scan(model.toByteArray()).payloads().size()).isEqualTo(bytes > 1024 ? 1 : 0);
        assertRoundTrip(model);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 20})
    void nestedBodiesSurvive(int depth) throws IOException {
        GraphProto body =
                GraphProto.newBuilder().addInitializer(raw(1100)).setName("0").build();
        for (int level = 1; level <= depth; level++) {
            AttributeProto branch = AttributeProto.newBuilder()
                    .setName("then_branch")
                    .setG(body)
                    .build();
            body = GraphProto.newBuilder()
                    .addNode(NodeProto.newBuilder().setOpType("If").addAttribute(branch))
                    .addInitializer(raw(1100 + level))
                    .setName("" + level)
                    .build();
        }
        ModelProto model = ModelProto.newBuilder().setGraph(body).build();
        assertThat(PayloadBytes.scan(model.toByteArray()).payloads().size()).isEqualTo(depth + 1);
        assertRoundTrip(model);
    }

    @Test
    void namesThatAreNoUtf8Survive() throws IOException {
        ByteString name = ByteString.copyFrom(new byte[] {(byte) 0xff, 0, (byte) 0xc0, 'x'});
        ModelProto model = ModelProto.newBuilder()
                .setProducerNameBytes(name)
                .setGraph(GraphProto.newBuilder()
                        .addInitializer(raw(2000).toBuilder().setNameBytes(name)))
                .build();
        assertRoundTrip(model);
        ModelProto written = PayloadBytes.parse(PayloadBytes.roundTrip(model.toByteArray()));
        assertThat(written.getGraph().getInitializer(0).getNameBytes()).isEqualTo(name);
    }

    @Test
    void randomModelsSurvive() throws IOException {
        for (int seed = 0; seed < 1500; seed++) {
            byte[] bytes = new RandomMessages(seed).model().toByteArray();
            byte[] written = PayloadBytes.roundTrip(bytes);
            assertThat(PayloadBytes.parse(written)).as("seed %d", seed).isEqualTo(PayloadBytes.parse(bytes));
            assertThat(PayloadBytes.roundTrip(written)).as("seed %d", seed).isEqualTo(written);
        }
    }

    @Test
    void tenThousandOperatorsSurvive() throws IOException {
        GraphProto.Builder graph = GraphProto.newBuilder();
        IntStream.range(0, 10_000)
                .forEach(i -> graph.addNode(NodeProto.newBuilder()
                        .setOpType("Relu")
                        .addInput("t" + i)
                        .addOutput("t" + (i + 1))));
        assertRoundTrip(ModelProto.newBuilder().setGraph(graph).build());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/models/ch_PP-OCRv4_det_infer.onnx",
                "/models/ch_PP-OCRv4_rec_infer.onnx",
                "/models/ch_PP-OCRv3_det_infer.onnx",
                "/models/ch_PP-OCRv3_rec_infer.onnx",
                "/models/ch_ppocr_mobile_v2.0_cls_infer.onnx",
                "/all-minilm-l6-v2-q.onnx"
            })
    void realModelsSurvive(String resource) throws IOException {
        try (var stream = RoundTripTest.class.getResourceAsStream(resource)) {
            byte[] bytes = stream.readAllBytes();
            Skeleton skeleton = PayloadBytes.scan(bytes);
            byte[] written = PayloadBytes.write(skeleton.model(), skeleton.payloads());
            assertThat(PayloadBytes.parse(written).equals(PayloadBytes.parse(bytes)))
                    .isTrue();
            assertThat(skeleton.model().getSerializedSize()).isLessThan(bytes.length / 4);
        }
    }
}
