package io.pepper.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import com.google.protobuf.ByteString;
import io.pepper.model.MalformedModelException;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TensorProto.DataType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TensorFilesTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(
            value = OnnxJavaType.class,
            names = {"UNKNOWN", "STRING"},
            mode = EnumSource.Mode.EXCLUDE)
    void numbersComeBackBitByBit(OnnxJavaType type) throws Exception {
        for (long[] shape : new long[][] {{}, {0}, {3}, {2, 3, 4}}) {
            try (OnnxTensor tensor = random(type, shape)) {
                for (String name :
                        type == OnnxJavaType.BFLOAT16 ? new String[] {"t.pb"} : new String[] {"t.pb", "t.npy"}) {
                    Path file = directory.resolve(name);
                    TensorFiles.write(file, "t", tensor);
                    try (OnnxTensor back = TensorFiles.read(file)) {
                        assertThat(back.getInfo().getShape()).isEqualTo(shape);
                        assertThat(back.getInfo().type).isEqualTo(type);
                        assertThat(back.getByteBuffer()).isEqualTo(tensor.getByteBuffer());
                    }
                }
            }
        }
    }

    private static OnnxTensor random(OnnxJavaType type, long... shape) throws Exception {
        int count = 1;
        for (long size : shape) {
            count *= (int) size;
        }
        byte[] bytes = new byte[count * type.size];
        new Random(type.name().hashCode()).nextBytes(bytes);
        for (int i = 0; i < bytes.length && type == OnnxJavaType.BOOL; i++) {
            bytes[i] &= 1;
        }
        ByteBuffer data = ByteBuffer.allocateDirect(bytes.length).order(ByteOrder.nativeOrder());
        return OnnxTensor.createTensor(
                OrtEnvironment.getEnvironment(), data.put(bytes).flip(), shape, type);
    }

    @Test
    void stringsComeBackAsMessagesOnly() throws Exception {
        String[] texts = {"", "a", "ü€𝄞"};
        try (OnnxTensor tensor = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), texts, new long[] {3})) {
            Map.Entry<String, OnnxTensor> back = TensorMessages.read("m", TensorMessages.write("words", tensor));
            assertThat(back.getKey()).isEqualTo("words");
            assertThat((String[]) back.getValue().getValue()).isEqualTo(texts);
            back.getValue().close();
            assertThatThrownBy(() -> TensorFiles.write(directory.resolve("t.npy"), "words", tensor))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no type for string");
        }
        assertThatThrownBy(() -> TensorFiles.read(directory.resolve("t.txt")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(".npy or .pb");
    }

    /** Written by NumPy 2.3: numpy.save("t.npy", numpy.array([[1, 2, 3]], dtype="int16")). */
    @Test
    void readsWhatNumpyWrote() throws Exception {
        String header = "{'descr': '<i2', 'fortran_order': False, 'shape': (1, 3), }";
        StringBuilder padded = new StringBuilder(header);
        while ((10 + padded.length() + 1) % 64 != 0) {
            padded.append(' ');
        }
        padded.append('\n');
        byte[] text = padded.toString().getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer file = ByteBuffer.allocate(10 + text.length + 6).order(ByteOrder.LITTLE_ENDIAN);
        file.put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.ISO_8859_1))
                .put((byte) 1)
                .put((byte) 0);
        file.putShort((short) text.length).put(text);
        file.putShort((short) 1).putShort((short) 2).putShort((short) 3);
        Path npy = Files.write(directory.resolve("t.npy"), file.array());
        try (OnnxTensor tensor = TensorFiles.read(npy)) {
            assertThat((short[][]) tensor.getValue()).isEqualTo(new short[][] {{1, 2, 3}});
            TensorFiles.write(directory.resolve("again.npy"), "t", tensor);
        }
        assertThat(directory.resolve("again.npy")).hasSameBinaryContentAs(npy);
    }

    @Test
    void readsTypedFieldsOfMessages() throws IOException, ai.onnxruntime.OrtException {
        TensorProto floats = TensorProto.newBuilder()
                .setDataType(DataType.FLOAT_VALUE)
                .addDims(2)
                .addFloatData(1.5f)
                .addFloatData(-2)
                .build();
        try (OnnxTensor tensor = TensorMessages.read("m", floats.toByteArray()).getValue()) {
            assertThat((float[]) tensor.getValue()).containsExactly(1.5f, -2);
        }
    }

    @Test
    void refusesWhatContradictsItself() throws IOException {
        TensorProto.Builder proto =
                TensorProto.newBuilder().setDataType(DataType.FLOAT_VALUE).addDims(1L << 40);
        proto.setRawData(ByteString.copyFrom(new byte[8]));
        assertRefused(proto, "raw_data", "has 8 bytes");
        assertRefused(proto.clone().clearDims().addDims(-1), "dims", "negative");
        assertRefused(proto.clone().setDataType(99), "data_type", "99");
        assertRefused(proto.clone().setDataLocation(TensorProto.DataLocation.EXTERNAL), "data_location", "EXTERNAL");
        for (String content : new String[] {"", "no npy at all", "\u0093NUMPY\u0001\u0000\u00ff\u00ff{}"}) {
            Path file = Files.write(directory.resolve("bad.npy"), content.getBytes(StandardCharsets.ISO_8859_1));
            assertThatThrownBy(() -> TensorFiles.read(file))
                    .isInstanceOf(MalformedModelException.class)
                    .hasMessageContaining("bad.npy");
        }
    }

    private static void assertRefused(TensorProto.Builder proto, String... words) {
        assertThatThrownBy(() -> TensorMessages.read("m", proto.build().toByteArray()))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContainingAll(words);
    }
}
