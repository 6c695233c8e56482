package io.pepper.onnx.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.model.MalformedModelException;
import io.pepper.model.ReadLimits;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.TensorProto;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadScannerTest {
    private static final int FLOAT_DATA = 4;
    private static final int INT32_DATA = 5;
    private static final int STRING_DATA = 6;
    private static final int INT64_DATA = 7;
    private static final int NAME = 8;
    private static final int RAW_DATA = 9;
    private static final int DOUBLE_DATA = 10;

    private static Skeleton assertRoundTrip(byte[] bytes) throws IOException {
        Skeleton skeleton = PayloadBytes.scan(bytes);
        byte[] written = PayloadBytes.write(skeleton.model(), skeleton.payloads());
        assertThat(PayloadBytes.parse(written)).isEqualTo(PayloadBytes.parse(bytes));
        return skeleton;
    }

    private static Payload only(Skeleton skeleton) {
        assertThat(skeleton.payloads().size()).isOne();
        return skeleton.payloads().get(0);
    }

    private static void floats(WireBytes tensor, int from, int to) {
        tensor.content(FLOAT_DATA, WireBytes.of(packed -> IntStream.range(from, to)
                .map(Float::floatToIntBits)
                .forEach(bits -> packed.raw(bits, bits >> 8, bits >> 16, bits >> 24))));
    }

    @Test
    void rawDataIsItsContent() throws IOException {
        byte[] content = new byte[5000];
        byte[] bytes = WireBytes.tensor(
                tensor -> tensor.content(NAME, new byte[] {'w'}).content(RAW_DATA, content));
        Payload payload = only(assertRoundTrip(bytes));
        assertThat(payload.form()).isEqualTo(Payload.Form.RAW);
        assertThat(payload.length()).isEqualTo(5000);
        assertThat(payload.position()).isEqualTo(bytes.length - 5000);
        assertThat(payload.read()).isEqualTo(content);
    }

    @Test
    void packedElementsAreCompleteFields() throws IOException {
        byte[] bytes = WireBytes.tensor(tensor -> floats(tensor, 0, 1000));
        Payload payload = only(assertRoundTrip(bytes));
        assertThat(payload.form()).isEqualTo(Payload.Form.VERBATIM);
        assertThat(payload.length()).isEqualTo(1 + 2 + 4000);
    }

    @Test
    void unpackedElementsAreOneRun() throws IOException {
        byte[] floats =
                WireBytes.tensor(tensor -> IntStream.range(0, 1000).forEach(i -> tensor.fixed32(FLOAT_DATA, i)));
        assertThat(only(assertRoundTrip(floats)).length()).isEqualTo(5000);
        byte[] ints =
                WireBytes.tensor(tensor -> IntStream.range(0, 2000).forEach(i -> tensor.number(INT32_DATA, i % 100)));
        assertThat(only(assertRoundTrip(ints)).length()).isEqualTo(4000);
        byte[] strings = WireBytes.tensor(
                tensor -> IntStream.range(0, 2000).forEach(i -> tensor.content(STRING_DATA, new byte[i % 3])));
        only(assertRoundTrip(strings));
    }

    @Test
    void packedAndUnpackedElementsMix() throws IOException {
        only(assertRoundTrip(WireBytes.tensor(tensor -> {
            floats(tensor, 0, 300);
            tensor.fixed32(FLOAT_DATA, 7);
            floats(tensor, 5, 5);
            floats(tensor, 300, 310);
        })));
    }

    @Test
    void emptyEntriesAreTakenOutToo() throws IOException {
        byte[] bytes = WireBytes.tensor(
                tensor -> IntStream.range(0, 3000).forEach(i -> tensor.content(STRING_DATA, new byte[0])));
        assertThat(only(assertRoundTrip(bytes)).length()).isEqualTo(6000);
    }

    @Test
    void shortRunAfterLongOneKeepsItsPlace() throws IOException {
        Skeleton skeleton = assertRoundTrip(WireBytes.tensor(tensor -> {
            floats(tensor, 0, 10);
            tensor.content(NAME, new byte[] {'a'});
            floats(tensor, 10, 1010);
            tensor.number(2, 1);
            floats(tensor, 1010, 1013);
            tensor.number(INT64_DATA, 5);
            floats(tensor, 1013, 1014);
        }));
        assertThat(skeleton.payloads().size()).isEqualTo(3);
        TensorProto tensor = skeleton.model().getGraph().getInitializer(0);
        assertThat(skeleton.payloads().of(tensor)).extracting(Payload::length).containsExactly(4003L, 14L, 6L);
        assertThat(skeleton.payloads().bytes(tensor)).isEqualTo(10 * 4 + 8 + 4003 + 14 + 6);
        assertThat(skeleton.payloads().isTakenOut(tensor)).isTrue();
    }

    @Test
    void elementsOfTheWrongWireTypeAreUnknownFields() throws IOException {
        Skeleton skeleton = assertRoundTrip(WireBytes.tensor(tensor -> {
            tensor.number(RAW_DATA, 1).number(RAW_DATA, 2).number(FLOAT_DATA, 3);
            tensor.content(RAW_DATA, new byte[2000]).fixed32(STRING_DATA, 1);
        }));
        assertThat(skeleton.payloads().size()).isOne();
    }

    @Test
    void graphOfTheWrongWireTypeIsAnUnknownField() throws IOException {
        assertRoundTrip(WireBytes.of(model -> model.number(7, 1).number(7, 2)));
    }

    @Test
    void externalTensorsAreNoticed() throws IOException {
        assertThat(PayloadBytes.scan(WireBytes.tensor(tensor -> tensor.number(14, 1)))
                        .hasExternalTensors())
                .isTrue();
        assertThat(PayloadBytes.scan(WireBytes.tensor(tensor -> tensor.number(2, 1)))
                        .hasExternalTensors())
                .isFalse();
    }

    /** Padded varints say the same as short ones. */
    @Test
    void paddedLengthsAreRead() throws IOException {
        assertRoundTrip(WireBytes.of(model -> model.raw(0xba, 0x80, 0, 0x82, 0x80, 0x80, 0, 0x0a, 0)));
    }

    private static void refused(byte[] bytes, String where, String what) {
        assertThatThrownBy(() -> PayloadBytes.scan(bytes))
                .isInstanceOf(MalformedModelException.class)
                .hasMessage("test: " + where + ": " + what);
    }

    private static void refusedTensor(Consumer<WireBytes> tensor, String where, String what) {
        refused(WireBytes.tensor(tensor), "graph.initializer[0]" + where, what);
    }

    @Test
    void theMarkerIsRefused() {
        refusedTensor(tensor -> tensor.number(PayloadTable.MARKER, 0), ".field 536870911 at byte 4", "is reserved");
        refusedTensor(
                tensor -> tensor.content(PayloadTable.MARKER, new byte[2]),
                ".field 536870911 at byte 4",
                "is reserved");
    }

    @Test
    void rawDataTwiceIsRefused() {
        refusedTensor(
                tensor -> tensor.content(RAW_DATA, new byte[2]).number(2, 1).content(RAW_DATA, new byte[2]),
                ".raw_data at byte 10",
                "occurs twice");
    }

    @Test
    void messagesThatOccurTwiceAreRefused() {
        refused(
                WireBytes.of(model -> model.message(7, graph -> {}).message(7, graph -> {})),
                "graph at byte 2",
                "occurs twice");
        refused(
                WireBytes.of(model -> model.message(
                        7,
                        graph -> graph.message(
                                1, node -> node.message(5, attribute -> {}).message(5, attribute -> attribute
                                        .message(5, tensor -> {})
                                        .message(5, tensor -> {}))))),
                "graph.node[0].attribute[1].t at byte 10",
                "occurs twice");
    }

    @Test
    void elementsThatAreNoWholeNumberAreRefused() {
        refusedTensor(
                tensor -> tensor.content(FLOAT_DATA, new byte[4001]),
                ".float_data at byte 6",
                "has 4001 bytes, no multiple of 4");
        refusedTensor(
                tensor -> tensor.content(DOUBLE_DATA, new byte[4004]),
                ".double_data at byte 6",
                "has 4004 bytes, no multiple of 8");
    }

    @Test
    void bytesThatAreNoFieldAreRefused() {
        refusedTensor(tensor -> tensor.raw(0x00, 1), " at byte 4", "has a field of number 0");
        refusedTensor(tensor -> tensor.raw(0x1b, 0x1c), ".field 3 at byte 4", "is a group, which ONNX does not use");
        refusedTensor(tensor -> tensor.raw(0x1c), ".field 3 at byte 4", "is a group, which ONNX does not use");
        refusedTensor(tensor -> tensor.raw(0x1e), ".field 3 at byte 4", "has wire type 6, which does not exist");
        refusedTensor(tensor -> tensor.raw(0x1f), ".field 3 at byte 4", "has wire type 7, which does not exist");
        refusedTensor(tensor -> tensor.raw(0x10, 0x80), ".field 2 at byte 4", "is cut off");
        refusedTensor(tensor -> tensor.raw(0x25, 0, 0, 0), ".float_data at byte 4", "is cut off");
        refusedTensor(tensor -> tensor.varint(1L << 35).raw(0), " at byte 4", "has a tag of more than 32 bits");
        refusedTensor(
                tensor -> tensor.raw(0x10, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1),
                ".field 2 at byte 4",
                "has a varint of more than 10 bytes");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 0x7fff_ffff, 0x8000_0000L, 0xffff_ffffL, Long.MAX_VALUE, Long.MIN_VALUE, -1})
    void lengthsBeyondTheEndAreRefused(long length) {
        String what = "declares " + Long.toUnsignedString(length) + " bytes where 0 are left"
                + ": the file is cut off or damaged; copy or download it again";
        refused(WireBytes.of(model -> model.tag(7, Wire.DELIMITED).varint(length)), "graph at byte 0", what);
        refused(WireBytes.of(model -> model.tag(2, Wire.DELIMITED).varint(length)), "field 2 at byte 0", what);
        assertThatThrownBy(() -> PayloadBytes.scan(
                        WireBytes.tensor(tensor -> tensor.tag(9, Wire.DELIMITED).varint(length))))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageStartingWith("test: graph.initializer[0].raw_data at byte 4: declares ");
    }

    /** The message within reaches beyond the one around it, though not beyond the file. */
    @Test
    void lengthsBeyondTheMessageAreRefused() {
        refused(
                WireBytes.of(model -> model.message(
                                7, graph -> graph.tag(5, Wire.DELIMITED).varint(6))
                        .content(2, new byte[100])),
                "graph.initializer[0] at byte 2",
                "declares 6 bytes where 0 are left");
    }

    private static byte[] nested(int bodies) {
        byte[] graph = new byte[0];
        for (int i = 0; i < bodies; i++) {
            byte[] body = graph;
            graph = WireBytes.of(
                    outer -> outer.message(1, node -> node.message(5, attribute -> attribute.content(6, body))));
        }
        byte[] whole = graph;
        return WireBytes.of(model -> model.content(7, whole));
    }

    @Test
    void depthIsLimited() throws IOException {
        assertRoundTrip(nested(33));
        assertThatThrownBy(() -> PayloadBytes.scan(nested(34)))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageEndingWith("is nested deeper than 100 messages");
        assertThatThrownBy(() -> PayloadBytes.scan(nested(5000))).isInstanceOf(MalformedModelException.class);
        var deepest = PayloadBytes.limits(1 << 20, 1 << 20, ReadLimits.GREATEST_DEPTH);
        Skeleton skeleton = PayloadScanner.scan(new ArraySource("deep", nested(133)), deepest);
        assertThat(PayloadBytes.write(skeleton.model(), skeleton.payloads())).isEqualTo(nested(133));
    }

    /** Types may be nested too, but no tensor is in them; protobuf says where that ends. */
    @Test
    void depthOfTypesIsLimited() {
        byte[] type = new byte[0];
        for (int i = 0; i < 200; i++) {
            byte[] inner = type;
            type = WireBytes.of(outer -> outer.message(4, sequence -> sequence.content(1, inner)));
        }
        byte[] deep = type;
        byte[] bytes =
                WireBytes.of(model -> model.message(7, graph -> graph.message(11, input -> input.content(2, deep))));
        assertThatThrownBy(() -> PayloadBytes.scan(bytes))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageStartingWith("test: graph.input[0].type.sequence_type.elem_type.")
                .hasMessageEndingWith("is nested deeper than 100 messages");
    }

    @Test
    void theStructureIsLimited() {
        byte[] bytes = WireBytes.of(model -> model.content(6, new byte[5000]));
        assertThatThrownBy(() -> PayloadScanner.scan(new ArraySource("big", bytes), PayloadBytes.limits(5000, 10, 10)))
                .hasMessage("big: field 6 at byte 0: makes the structure, payloads aside, larger than 5000 bytes");
        byte[] many = WireBytes.of(model -> IntStream.range(0, 11).forEach(i -> model.message(25, function -> {})));
        assertThatThrownBy(() -> PayloadScanner.scan(new ArraySource("many", many), PayloadBytes.limits(5000, 10, 10)))
                .hasMessage("many: functions[10] at byte 30: is beyond the limit of 10 fields");
        byte[] payloads = WireBytes.of(model -> model.message(7, graph -> IntStream.range(0, 8)
                .forEach(i -> graph.message(5, tensor -> tensor.content(RAW_DATA, new byte[1025])))));
        assertThatThrownBy(
                        () -> PayloadScanner.scan(new ArraySource("table", payloads), PayloadBytes.limits(500, 99, 10)))
                .isInstanceOf(MalformedModelException.class);
    }

    /** Elements of an unpacked payload are no structure, however many they are. */
    @Test
    void payloadsDoNotCountAsStructure() throws IOException {
        byte[] bytes =
                WireBytes.tensor(tensor -> IntStream.range(0, 100_000).forEach(i -> tensor.fixed32(FLOAT_DATA, i)));
        Skeleton skeleton = PayloadScanner.scan(new ArraySource("unpacked", bytes), PayloadBytes.limits(200, 10, 10));
        assertThat(only(skeleton).length()).isEqualTo(500_000);
    }

    @Test
    void limitsAreChecked() {
        assertThatThrownBy(() -> ReadLimits.builder().structureBytes(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ReadLimits.builder().structureBytes(1L << 31)).hasMessageContaining("2147483648");
        assertThatThrownBy(() -> ReadLimits.builder().fields(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ReadLimits.builder().depth(401)).hasMessageContaining("401");
    }

    /** Three gigabytes of holes: protobuf could not even be given such a message. */
    @Test
    void filesOfSeveralGigabytesAreScanned(@TempDir Path directory) throws IOException {
        long payload = 3L << 30;
        byte[] name = WireBytes.of(tensor -> tensor.content(NAME, new byte[] {'w'}));
        byte[] rawHead =
                WireBytes.of(tensor -> tensor.tag(RAW_DATA, Wire.DELIMITED).varint(payload));
        long tensorLength = name.length + rawHead.length + payload;
        byte[] tensorHead = WireBytes.of(graph -> graph.tag(5, Wire.DELIMITED).varint(tensorLength));
        byte[] end = WireBytes.of(graph -> graph.content(2, new byte[] {'g'}));
        byte[] graphHead = WireBytes.of(
                model -> model.tag(7, Wire.DELIMITED).varint(tensorHead.length + tensorLength + end.length));
        Path path = directory.resolve("holes.onnx");
        try (var file = new RandomAccessFile(path.toFile(), "rw")) {
            for (byte[] part : new byte[][] {graphHead, tensorHead, name, rawHead}) {
                file.write(part);
            }
            file.seek(file.getFilePointer() + payload);
            file.write(end);
        }
        try (var source = new CountingSource(new FileSource(path))) {
            Skeleton skeleton = PayloadScanner.scan(source, PayloadBytes.limits(4096, 100, 10));
            assertThat(source.bytesRead).isLessThan(10_000);
            assertThat(only(skeleton).length()).isEqualTo(payload);
            assertThat(skeleton.model().getGraph().getName()).isEqualTo("g");
            assertThat(new PayloadWriter(skeleton.model(), skeleton.payloads()).size())
                    .isEqualTo(source.size());
        }
    }

    private static final class CountingSource implements ByteSource {
        private final ByteSource source;
        private long bytesRead;

        CountingSource(ByteSource source) {
            this.source = source;
        }

        @Override
        public String name() {
            return source.name();
        }

        @Override
        public long size() {
            return source.size();
        }

        @Override
        public int read(long position, ByteBuffer target) throws IOException {
            int count = source.read(position, target);
            bytesRead += count;
            return count;
        }

        @Override
        public void close() throws IOException {
            source.close();
        }
    }

    @Test
    void emptyFilesAreEmptyModels() throws IOException {
        assertThat(PayloadBytes.scan(new byte[0]).model()).isEqualTo(ModelProto.getDefaultInstance());
    }
}
