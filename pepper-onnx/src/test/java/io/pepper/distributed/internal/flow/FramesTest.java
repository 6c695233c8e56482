package io.pepper.distributed.internal.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import io.pepper.distributed.internal.proto.FlowHeader;
import io.pepper.distributed.internal.proto.FlowKind;
import io.pepper.distributed.internal.proto.FlowTensor;
import io.pepper.model.ElementType;
import io.pepper.onnx.internal.session.UnsignedTensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FramesTest {
    private static final FrameLimits LIMITS = new FrameLimits(4_096, 16, 4, 1 << 20);

    /** A tensor of each type that ONNX Runtime's Java interface can make, an empty one, and a scalar. */
    private static Map<String, OnnxTensor> tensors() throws Exception {
        Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
        Random random = new Random(1);
        for (OnnxJavaType type : List.of(
                OnnxJavaType.FLOAT,
                OnnxJavaType.DOUBLE,
                OnnxJavaType.FLOAT16,
                OnnxJavaType.BFLOAT16,
                OnnxJavaType.INT8,
                OnnxJavaType.UINT8,
                OnnxJavaType.INT16,
                OnnxJavaType.INT32,
                OnnxJavaType.INT64)) {
            tensors.put(type.name(), tensor(random, type, 3, 5));
        }
        ByteBuffer truths =
                ByteBuffer.allocateDirect(4).put(new byte[] {1, 0, 0, 1}).flip();
        tensors.put(
                "truth",
                OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), truths, new long[] {2, 2}, OnnxJavaType.BOOL));
        tensors.put("unsigned", UnsignedTensors.of(tensor(random, OnnxJavaType.INT64, 4), ElementType.UINT64));
        tensors.put("empty", tensor(random, OnnxJavaType.FLOAT, 2, 0, 3));
        tensors.put("scalar", tensor(random, OnnxJavaType.DOUBLE));
        tensors.put(
                "texts",
                OnnxTensor.createTensor(
                        OrtEnvironment.getEnvironment(), new String[] {"", "Grüße", "\u65e5\u672c"}, new long[] {3}));
        tensors.put(
                "no texts", OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), new String[0], new long[] {0}));
        return tensors;
    }

    private static OnnxTensor tensor(Random random, OnnxJavaType type, long... shape) throws Exception {
        long count = 1;
        for (long size : shape) {
            count *= size;
        }
        byte[] bytes = new byte[(int) count * type.size];
        random.nextBytes(bytes);
        ByteBuffer data = ByteBuffer.allocateDirect(bytes.length).order(ByteOrder.nativeOrder());
        return OnnxTensor.createTensor(
                OrtEnvironment.getEnvironment(), data.put(bytes).flip(), shape, type);
    }

    private static FrameEncoder.Encoded frame(Map<String, OnnxTensor> tensors) throws IOException {
        List<WireTensor> wire = new ArrayList<>();
        for (Map.Entry<String, OnnxTensor> tensor : tensors.entrySet()) {
            wire.add(WireTensor.of(tensor.getKey(), tensor.getValue()));
        }
        return FrameEncoder.encode(
                FlowHeader.newBuilder().setKind(FlowKind.FLOW_TENSORS).setRequest(7), wire);
    }

    /** Every bit of every type arrives, whatever the pieces in which the bytes come. */
    @Test
    void tensorsArriveBitByBitHoweverTheirBytesAreCut() throws Exception {
        Map<String, OnnxTensor> tensors = tensors();
        FrameEncoder.Encoded ping = FrameEncoder.encode(FlowHeader.newBuilder().setNonce(3));
        byte[] bytes = Frames.bytes(ping, frame(tensors), ping);
        for (int piece : new int[] {1, 2, 3, 7, 64, 1_000, bytes.length}) {
            Frames.Collector collector = new Frames.Collector();
            FrameDecoder decoder = new FrameDecoder(LIMITS, collector);
            for (int from = 0; from < bytes.length; from += piece) {
                decoder.feed(ByteBuffer.wrap(bytes, from, Math.min(piece, bytes.length - from)));
            }
            assertThat(collector.headers).hasSize(3);
            FlowHeader header = collector.headers.get(1);
            int i = 0;
            for (Map.Entry<String, OnnxTensor> sent : tensors.entrySet()) {
                FlowTensor described = header.getTensors(i);
                assertThat(described.getName()).isEqualTo(sent.getKey());
                try (OnnxTensor arrived =
                        WireTensor.read(described, collector.tensors.get(1).get(i))) {
                    assertThat(arrived.getInfo().getShape())
                            .isEqualTo(sent.getValue().getInfo().getShape());
                    assertThat(arrived.getInfo().onnxType)
                            .isEqualTo(sent.getValue().getInfo().onnxType);
                    assertThat(WireTensor.of(sent.getKey(), arrived).data())
                            .isEqualTo(WireTensor.of(sent.getKey(), sent.getValue())
                                    .data());
                }
                i++;
            }
        }
        tensors.values().forEach(OnnxTensor::close);
    }

    /** The bytes of an unwanted frame are skipped, and the next frame is found. */
    @Test
    void unwantedTensorsAreSkippedWithoutMemoryForThem() throws Exception {
        Map<String, OnnxTensor> tensors = tensors();
        FrameEncoder.Encoded ping = FrameEncoder.encode(FlowHeader.newBuilder().setNonce(3));
        byte[] bytes = Frames.bytes(frame(tensors), ping);
        Frames.Collector collector = new Frames.Collector();
        collector.wanting = false;
        FrameDecoder decoder = new FrameDecoder(LIMITS, collector);
        for (byte one : bytes) {
            decoder.feed(ByteBuffer.wrap(new byte[] {one}));
        }
        assertThat(collector.headers).singleElement().satisfies(header -> assertThat(header.getNonce())
                .isEqualTo(3));
        tensors.values().forEach(OnnxTensor::close);
    }

    static Stream<FlowTensor> impossible() {
        FlowTensor sound = FlowTensor.newBuilder()
                .setName("x")
                .setType(1)
                .addDims(2)
                .setBytes(8)
                .build();
        return Stream.of(
                sound.toBuilder().setBytes(7).build(),
                sound.toBuilder().setType(0).build(),
                sound.toBuilder().setType(99).build(),
                sound.toBuilder().setDims(0, -1).build(),
                sound.toBuilder().setBytes(-8).build(),
                sound.toBuilder().setDims(0, 1L << 40).setBytes(1L << 42).build(),
                sound.toBuilder().setDims(0, 1L << 62).addDims(4).setBytes(0).build(),
                sound.toBuilder().setType(8).setBytes(1L << 21).build(),
                sound.toBuilder().addAllDims(List.of(1L, 1L, 1L, 1L)).build());
    }

    @ParameterizedTest
    @MethodSource("impossible")
    void aTensorThatContradictsItselfOrALimitIsRefusedBeforeItsBytesCome(FlowTensor tensor) {
        Frames.Collector collector = new Frames.Collector();
        byte[] bytes = Frames.bytes(FrameEncoder.encode(FlowHeader.newBuilder().addTensors(tensor)));
        assertThatThrownBy(() -> new FrameDecoder(LIMITS, collector).feed(ByteBuffer.wrap(bytes)))
                .isInstanceOf(FrameException.class)
                .hasMessageContaining("tensor 'x'");
        assertThat(collector.headers).isEmpty();
    }

    @Test
    void manyTensorsAndManyBytesInOneFrameAreRefused() {
        FlowHeader.Builder many = FlowHeader.newBuilder();
        for (int i = 0; i < 17; i++) {
            many.addTensors(FlowTensor.newBuilder().setType(1).addDims(0));
        }
        assertRefused(Frames.bytes(FrameEncoder.encode(many)), "17 tensors: the limit is 16");
        FlowHeader.Builder large = FlowHeader.newBuilder();
        for (int i = 0; i < 2; i++) {
            large.addTensors(FlowTensor.newBuilder().setType(2).addDims(600_000).setBytes(600_000));
        }
        assertRefused(Frames.bytes(FrameEncoder.encode(large)), "more than 1048576 bytes in one frame");
    }

    @Test
    void aHeaderWithoutOrBeyondTheLengthOrThatIsNoMessageIsRefused() {
        assertRefused(new byte[] {0, 0, 0, 0}, "a header of 0 bytes");
        assertRefused(new byte[] {-1, -1, -1, -1}, "a header of 4294967295 bytes");
        assertRefused(new byte[] {1, 16, 0, 0}, "a header of 4097 bytes: the limit is 4096");
        assertRefused("\4\0\0\0GET ".getBytes(StandardCharsets.US_ASCII), "the header is malformed");
    }

    private static void assertRefused(byte[] bytes, String why) {
        FrameDecoder decoder = new FrameDecoder(LIMITS, new Frames.Collector());
        assertThatThrownBy(() -> decoder.feed(ByteBuffer.wrap(bytes)))
                .isInstanceOf(FrameException.class)
                .hasMessageContaining(why);
    }

    static Stream<byte[]> wrongTexts() {
        return Stream.of(
                new byte[] {1, 0, 0},
                new byte[] {2, 0, 0, 0, 'a'},
                new byte[] {-1, -1, -1, -1},
                new byte[] {1, 0, 0, 0, (byte) 0xff},
                new byte[] {1, 0, 0, 0, 'a', 'b'},
                new byte[0]);
    }

    @ParameterizedTest
    @MethodSource("wrongTexts")
    void textsThatDoNotFitTheirBytesAreRefused(byte[] data) {
        FlowTensor header =
                FlowTensor.newBuilder().setName("t").setType(8).addDims(1).build();
        assertThatThrownBy(() -> WireTensor.read(header, ByteBuffer.wrap(data)))
                .isInstanceOf(FrameException.class)
                .hasMessageContaining("tensor 't'");
    }

    /** The product of the dimensions must not decide how much memory is taken. */
    @Test
    void manyTextsInFewBytesAreRefused() {
        FlowTensor header = FlowTensor.newBuilder()
                .setName("t")
                .setType(8)
                .addDims(1L << 31)
                .addDims(1L << 31)
                .build();
        assertThatThrownBy(() -> WireTensor.read(header, ByteBuffer.wrap(new byte[8])))
                .isInstanceOf(FrameException.class)
                .hasMessageContaining("too few");
    }
}
