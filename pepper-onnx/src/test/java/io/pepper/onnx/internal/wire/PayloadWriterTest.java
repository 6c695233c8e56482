package io.pepper.onnx.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class PayloadWriterTest {
    @Test
    void partsOfAModelAreWritten() throws IOException {
        ModelProto model = RoundTripTest.everywhere();
        Skeleton skeleton = PayloadBytes.scan(model.toByteArray());
        GraphProto graph = skeleton.model().getGraph();
        assertThat(GraphProto.parseFrom(PayloadBytes.write(graph, skeleton.payloads())))
                .isEqualTo(model.getGraph());
        assertThat(NodeProto.parseFrom(PayloadBytes.write(graph.getNode(0), skeleton.payloads())))
                .isEqualTo(model.getGraph().getNode(0));
        assertThat(TensorProto.parseFrom(PayloadBytes.write(graph.getInitializer(0), skeleton.payloads())))
                .isEqualTo(model.getGraph().getInitializer(0));
        GraphProto some = graph.toBuilder().clearInitializer().setName("some").build();
        assertThat(GraphProto.parseFrom(PayloadBytes.write(some, skeleton.payloads())))
                .isEqualTo(model.getGraph().toBuilder()
                        .clearInitializer()
                        .setName("some")
                        .build());
    }

    @Test
    void theSameModelGivesTheSameBytes() throws IOException {
        byte[] bytes = RoundTripTest.everywhere().toByteArray();
        assertThat(PayloadBytes.roundTrip(bytes)).isEqualTo(PayloadBytes.roundTrip(bytes));
    }

    @Test
    void aModelWithoutPayloadsIsWrittenAsByProtobuf() throws IOException {
        ModelProto model =
                PayloadBytes.scan(RoundTripTest.everywhere().toByteArray()).model();
        ModelProto small = ModelProto.newBuilder()
                .setGraph(GraphProto.newBuilder().addAllNode(model.getGraph().getNodeList()))
                .build();
        ModelProto plain = PayloadBytes.parse(
                PayloadBytes.roundTrip(new RandomMessages(11).model().toByteArray()));
        PayloadTable none = new PayloadTable.Builder().build();
        assertThat(PayloadBytes.write(plain, none)).isEqualTo(plain.toByteArray());
        assertThatThrownBy(() -> new PayloadWriter(small, none))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a tensor refers to payload " + firstMarker(small) + " of a table of 0");
    }

    private static long firstMarker(ModelProto model) {
        return model.getGraph()
                .getNode(0)
                .getAttribute(0)
                .getT()
                .getUnknownFields()
                .getField(PayloadTable.MARKER)
                .getVarintList()
                .get(0);
    }

    @Test
    void otherMessagesAreRefused() {
        PayloadTable none = new PayloadTable.Builder().build();
        assertThatThrownBy(() -> new PayloadWriter(ValueInfoProto.getDefaultInstance(), none))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("ValueInfoProto cannot hold tensors");
    }

    /** Eight tensors of a gigabyte: too large for protobuf, and for an int. */
    @Test
    void sizesBeyondAnIntAreAddedUp() throws IOException {
        long gigabyte = 1L << 30;
        PayloadTable.Builder payloads = new PayloadTable.Builder();
        int index = payloads.add(new Payload(new Endless(), 1L << 40, gigabyte, Payload.Form.RAW));
        TensorProto.Builder tensor = TensorProto.newBuilder();
        PayloadTable.attach(tensor, index);
        GraphProto.Builder graph = GraphProto.newBuilder();
        for (int i = 0; i < 8; i++) {
            graph.addInitializer(tensor);
        }
        var writer = new PayloadWriter(ModelProto.newBuilder().setGraph(graph).build(), payloads.build());
        long each = 1 + 5 + 1 + 5 + gigabyte;
        assertThat(writer.size()).isEqualTo(1 + 5 + 8 * each);
    }

    @Test
    void payloadsMustLieInTheirSource() {
        var source = new ArraySource("three", new byte[3]);
        assertThatThrownBy(() -> new Payload(source, 1, 3, Payload.Form.RAW))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("three: 3 bytes at 1 of 3");
        assertThatThrownBy(() -> new Payload(source, -1, 3, Payload.Form.RAW))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Payload(source, 1, -1, Payload.Form.RAW))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Payload(source, Long.MAX_VALUE, Long.MAX_VALUE, Payload.Form.RAW))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void exceptionsOfTheSinkArePropagated() throws IOException {
        Skeleton skeleton = PayloadBytes.scan(RoundTripTest.everywhere().toByteArray());
        var writer = new PayloadWriter(skeleton.model(), skeleton.payloads());
        var full = new IOException("disk full");
        assertThatThrownBy(() -> writer.write(new PayloadSink() {
                    @Override
                    public void write(byte[] bytes, int offset, int length) {}

                    @Override
                    public void transfer(ByteSource source, long position, long length) throws IOException {
                        throw full;
                    }
                }))
                .isSameAs(full);
    }

    /** As many bytes as one likes, none of which can be read. */
    private static final class Endless implements ByteSource {
        @Override
        public String name() {
            return "endless";
        }

        @Override
        public long size() {
            return Long.MAX_VALUE;
        }

        @Override
        public int read(long position, ByteBuffer target) throws IOException {
            throw new IOException("nothing to read");
        }

        @Override
        public void close() {}
    }
}
