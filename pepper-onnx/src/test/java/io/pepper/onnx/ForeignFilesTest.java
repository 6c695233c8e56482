package io.pepper.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.model.MalformedModelException;
import io.pepper.onnx.testmodels.BodyTopologies;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that people give for a model and that are none. */
class ForeignFilesTest {
    @TempDir
    private Path directory;

    private static byte[] latin(String text) {
        return Arrays.copyOf(text.getBytes(StandardCharsets.ISO_8859_1), text.length() + 40);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] tar() {
        byte[] bytes = Arrays.copyOf(latin("model/model.onnx"), 1024);
        System.arraycopy(latin("ustar"), 0, bytes, 257, 5);
        return bytes;
    }

    private static byte[] safetensors() {
        byte[] header = utf8("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}");
        return ByteBuffer.allocate(12 + header.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .array();
    }

    static Stream<Arguments> files() {
        return Stream.of(
                Arguments.of(new byte[0], "is empty"),
                Arguments.of(
                        utf8("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"),
                        "is a Git LFS pointer, which stands for the model: run `git lfs pull`"),
                Arguments.of(latin("PK\u0003\u0004\u0000\u0000archive/data.pkl"), "zip archive of PyTorch"),
                Arguments.of(latin("PK\u0003\u0004\u0000\u0000w.npy"), "zip archive of NumPy arrays"),
                Arguments.of(latin("PK\u0003\u0004\u0000\u0000config.json"), "a Keras model?"),
                Arguments.of(latin("PK\u0003\u0004\u0014\u0000"), "zip archive (a PyTorch file?)"),
                Arguments.of(latin("\u0018\u0000\u0000\u0000ORTM"), "ONNX Runtime's own format"),
                Arguments.of(latin("\u001c\u0000\u0000\u0000TFL3"), "TensorFlow Lite"),
                Arguments.of(latin("\u0089HDF\r\n\u001a\n"), "HDF5"),
                Arguments.of(latin("\u001f\u008b\u0008"), "compressed by gzip: unpack it"),
                Arguments.of(tar(), "tar archive"),
                Arguments.of(safetensors(), "safetensors"),
                Arguments.of(latin("GGUF\u0003"), "GGUF"),
                Arguments.of(latin("\u0093NUMPY\u0001"), "NumPy array"),
                Arguments.of(latin("\u0080\u0002}q"), "Python pickle"),
                Arguments.of(latin("\u0008\u0001\u0012\u00ff\u0010\n"), "TensorFlow graph"),
                Arguments.of(latin("\nP\n\u000binput_dense\u0012\u000bPlaceholder"), "TensorFlow graph"),
                Arguments.of(new byte[4096], "begins with zeros"),
                Arguments.of(utf8("<!DOCTYPE html>\n<html>not found</html>"), "is a web page"),
                Arguments.of(utf8("{\"layers\": []}"), "is JSON"),
                Arguments.of(utf8("<?xml version=\"1.0\"?><net name=\"m\"/>"), "OpenVINO"),
                Arguments.of(utf8("ir_version: 8\ngraph {\n}\n"), "ONNX's text formats"),
                Arguments.of(utf8("<\n  ir_version: 8\n>\nagraph (float[N] x) => (y) {}"), "ONNX's text formats"),
                Arguments.of(utf8("# Größe\n\nA model.\n" + "ü".repeat(400)), "is a text file"));
    }

    @ParameterizedTest
    @MethodSource("files")
    void filesOfOtherFormatsAreNamedByTheirFormat(byte[] bytes, String expected) throws IOException {
        Path file = directory.resolve("model.onnx");
        Files.write(file, bytes);
        assertThatThrownBy(() -> OnnxModel.load(file))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageStartingWith(file + ": file: ")
                .hasMessageContaining(expected)
                .hasCauseInstanceOf(MalformedModelException.class);
    }

    @Test
    void aTruncatedModelIsNamedAsTruncated() {
        byte[] model = BodyTopologies.ifDeep(4).model().toByteArray();
        assertThatThrownBy(() -> OnnxModel.load(Arrays.copyOf(model, model.length / 2), "half"))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining("the file is cut off or damaged; copy or download it again");
    }

    @Test
    void anotherProtobufHasNoGraph() {
        assertThatThrownBy(() -> OnnxModel.load(new byte[] {8, 1, 16, 1, 0x4a, 4, 0, 0, 0, 0}, "tensor.pb"))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining("perhaps another protobuf");
    }

    @Test
    void aDirectoryIsNoModel() {
        assertThatThrownBy(() -> OnnxModel.load(directory)).hasMessageContaining("is a directory: give a file in it");
    }

    @Test
    void aModelThatLooksLikeAnotherKindIsRead() throws IOException {
        // The version of the format, then a name of the maker, as in a SavedModel of TensorFlow.
        byte[] model = BodyTopologies.ifDeep(1).model().toBuilder()
                .setIrVersion(1)
                .setProducerName("p")
                .build()
                .toByteArray();
        assertThat(model).startsWith(8, 1, 0x12);
        try (OnnxModel opened = OnnxModel.load(model, "old")) {
            assertThat(opened.irVersion()).isEqualTo(1);
        }
    }
}
