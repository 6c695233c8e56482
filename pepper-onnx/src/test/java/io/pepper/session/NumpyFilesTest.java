package io.pepper.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import io.pepper.model.MalformedModelException;
import io.pepper.onnx.internal.proto.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files as NumPy writes them: all versions, orders of bytes and of axes, widths of numbers, and texts. */
class NumpyFilesTest {
    @TempDir
    Path directory;

    private OnnxTensor read(int version, String header, byte[] data) throws IOException {
        byte[] text = (header + "\n").getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer file = ByteBuffer.allocate(12 + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        file.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.ISO_8859_1));
        file.put((byte) version).put((byte) 0);
        if (version == 1) {
            file.putShort((short) text.length);
        } else {
            file.putInt(text.length);
        }
        file.put(text).put(data);
        byte[] bytes = new byte[file.position()];
        file.flip().get(bytes);
        return TensorFiles.read(Files.write(directory.resolve("t.npy"), bytes));
    }

    private static String header(String descr, boolean columns, String shape) {
        return "{'descr': '" + descr + "', 'fortran_order': " + (columns ? "True" : "False") + ", 'shape': (" + shape
                + "), }";
    }

    @Test
    void columnsComeBackAsRows() throws Exception {
        byte[] data = new byte[2 * 3 * 4];
        for (int at = 0; at < data.length; at++) {
            // Fortran's order of [2, 3, 4]: the first axis varies fastest. The element is its index in row-major order.
            int i = at % 2;
            int j = at / 2 % 3;
            int k = at / 6;
            data[at] = (byte) ((i * 3 + j) * 4 + k);
        }
        try (OnnxTensor tensor = read(1, header("|u1", true, "2, 3, 4"), data)) {
            assertThat(tensor.getInfo().getShape()).containsExactly(2, 3, 4);
            for (int at = 0; at < data.length; at++) {
                assertThat(tensor.getByteBuffer().get(at)).isEqualTo((byte) at);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void everyVersionAndOrderOfBytesIsRead(int version) throws Exception {
        byte[] data = ByteBuffer.allocate(8).putFloat(1.5f).putFloat(-2).array();
        try (OnnxTensor big = read(version, header(">f4", true, "2,"), data);
                OnnxTensor native_ = read(version, header("=f4", false, "2,"), little(1.5f, -2))) {
            assertThat((float[]) big.getValue()).containsExactly(1.5f, -2);
            assertThat((float[]) native_.getValue()).containsExactly(1.5f, -2);
        }
    }

    private static byte[] little(float... values) {
        ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.nativeOrder());
        for (float value : values) {
            data.putFloat(value);
        }
        return data.array();
    }

    /** Keys may stand in any order, and in double quotes. */
    @Test
    void headersMayBeWrittenOtherwise() throws Exception {
        String other = "{\"shape\": (1L, 2), 'fortran_order' : False, \"descr\":\"<f4\"}   ";
        try (OnnxTensor tensor = read(2, other, little(3, 4))) {
            assertThat((float[][]) tensor.getValue()).isEqualTo(new float[][] {{3, 4}});
        }
    }

    @ParameterizedTest
    @CsvSource({"u2, UINT16, 2", "u4, UINT32, 4", "u8, UINT64, 8"})
    void unsignedNumbersKeepTheirBits(String code, TensorProto.DataType type, int width) throws Exception {
        byte[] data = new byte[3 * width];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) (0xf3 + 7 * i);
        }
        for (String shape : new String[] {"3,", "1, 3"}) {
            try (OnnxTensor tensor = read(1, header("<" + code, false, shape), data)) {
                assertThat(tensor.getInfo().onnxType.name()).endsWith("_" + type.name());
                byte[] found = new byte[data.length];
                tensor.getByteBuffer().get(found);
                assertThat(found).isEqualTo(data);
                byte[] message = TensorMessages.write("t", tensor);
                assertThat(TensorProto.parseFrom(message).getDataType()).isEqualTo(type.getNumber());
                try (OnnxTensor back = TensorMessages.read("t", message).getValue()) {
                    assertThat(back.getInfo().onnxType).isEqualTo(tensor.getInfo().onnxType);
                    assertThat(back.getByteBuffer()).isEqualTo(tensor.getByteBuffer());
                }
                TensorFiles.write(directory.resolve("again.npy"), "t", tensor);
                try (OnnxTensor back = TensorFiles.read(directory.resolve("again.npy"))) {
                    assertThat(back.getByteBuffer()).isEqualTo(tensor.getByteBuffer());
                }
            }
        }
        try (OnnxTensor none = read(1, header("<" + code, false, "0, 4"), new byte[0]);
                OnnxTensor one = read(1, header("<" + code, true, ""), new byte[width])) {
            assertThat(none.getInfo().getShape()).containsExactly(0, 4);
            assertThat(one.getInfo().getShape()).isEmpty();
        }
    }

    @Test
    void textsAreRead() throws Exception {
        byte[] wide = "ab\0\0ü€\0\0\ud834\udd1e\0\0\0".getBytes(Charset.forName("UTF-32LE"));
        try (OnnxTensor tensor = read(1, header("<U4", false, "3,"), wide)) {
            assertThat((String[]) tensor.getValue()).containsExactly("ab", "ü€", "\ud834\udd1e");
        }
        byte[] turned = "x\0y\0".getBytes(Charset.forName("UTF-32BE"));
        try (OnnxTensor tensor = read(1, header(">U2", false, "2, 1"), turned)) {
            assertThat((String[][]) tensor.getValue()).isEqualTo(new String[][] {{"x"}, {"y"}});
        }
        byte[] bytes = "abcd\0\0".getBytes(StandardCharsets.UTF_8);
        try (OnnxTensor tensor = read(1, header("|S3", true, "2,"), bytes)) {
            assertThat((String[]) tensor.getValue()).containsExactly("abc", "d");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "'|O'; Python objects",
                "'<c8'; is '<c8'",
                "'<M8[ns]'; is '<M8[ns]'",
                "'|V2'; is '|V2'",
                "[('a', '<f4')]; a list of fields"
            })
    void otherTypesAreRefusedByName(String descr, String words) {
        String quoted = descr.startsWith("[") ? descr : "'" + descr.replace("'", "") + "'";
        String header = "{'descr': " + quoted + ", 'fortran_order': False, 'shape': (1,), }";
        assertThatThrownBy(() -> read(1, header, new byte[8]))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining("t.npy")
                .hasMessageContaining("descr")
                .hasMessageContaining(words.toLowerCase(Locale.ROOT).startsWith("is") ? words.substring(3) : words);
    }

    /** What the header claims is checked before memory is taken. */
    @Test
    void headersThatClaimTooMuchAreRefused() {
        for (String shape :
                new String[] {"9223372036854775807, 9", "4294967296, 4294967296", "3,", "99999999999999999999,"}) {
            for (String descr : new String[] {"<f4", "<U999999999", "|S0", "<u8"}) {
                assertThatThrownBy(() -> read(1, header(descr, true, shape), new byte[8]))
                        .as("%s %s", descr, shape)
                        .satisfies(thrown -> {
                            if (!(descr.equals("|S0") && shape.equals("3,"))) {
                                assertThat(thrown).isInstanceOf(MalformedModelException.class);
                            }
                        });
            }
        }
        String twice = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'shape': (1,)}";
        assertThatThrownBy(() -> read(1, twice, new byte[8])).hasMessageContaining("has shape twice");
        assertThatThrownBy(() -> read(3, header("<f4", false, "2,") + " ".repeat(1 << 17), new byte[8]))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining("length");
    }
}
