package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.STRING;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.testmodels.Tensors;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tensors that stand in other files: in none, in the wrong ones, or not as said. */
class MalformedExternalDataTest {
    private static final TensorProto WEIGHT = Tensors.floats("w", new Random(1), 16, 16);

    @TempDir
    Path outside;

    private Path inside;

    @BeforeEach
    void makeFiles() throws IOException {
        inside = Files.createDirectory(outside.resolve("model"));
        Files.write(outside.resolve("secret.bin"), new byte[4096]);
        Files.write(inside.resolve("data.bin"), new byte[2048]);
    }

    private static ModelProto holding(TensorProto weight) {
        return model("bad")
                .input("x", FLOAT, 1, 16)
                .initializer(weight)
                .let("y", "MatMul", "x", "w")
                .output("y", FLOAT, 1, 16)
                .build();
    }

    private void assertRefused(TensorProto weight, String... said) throws IOException {
        Path file = Parts.save(inside, "bad", holding(weight));
        assertThatThrownBy(() -> OnnxModel.load(file).close())
                .isInstanceOf(MalformedModelException.class)
                .hasMessageStartingWith(file + ": tensor 'w'")
                .hasMessageContainingAll(said);
        assertThat(Parts.names(inside)).containsOnly("bad.onnx", "data.bin", "link.bin", "directory");
    }

    private static TensorProto at(String location) {
        return ExternalModels.external(WEIGHT, "location", location);
    }

    @Test
    void soundDataIsRead() throws IOException {
        try (OnnxModel model = OnnxModel.load(Parts.save(inside, "good", holding(at("data.bin"))))) {
            assertThat(model.weightBytes()).isEqualTo(1024);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"../secret.bin", "sub/../../secret.bin", "..", "", "..\\secret.bin", "C:\\data.bin"})
    void locationOutsideIsRefused(String location) throws IOException {
        prepare();
        assertRefused(at(location), "'" + location + "'", "is not inside the model's directory");
    }

    @Test
    void absoluteLocationIsRefused() throws IOException {
        prepare();
        String location = inside.resolve("data.bin").toString();
        assertRefused(at(location), location, "is not inside the model's directory");
    }

    @Test
    void impossibleLocationIsRefused() throws IOException {
        prepare();
        assertRefused(at("data\0.bin"), "impossible name");
    }

    @ParameterizedTest
    @ValueSource(strings = {"absent.bin", "directory", ".", "data.bin/data.bin"})
    void missingFileIsRefused(String location) throws IOException {
        prepare();
        assertRefused(at(location), "'" + location + "'", "is missing beside the model");
    }

    @Test
    void linkOutOfTheDirectoryIsRefused() throws IOException {
        prepare();
        assertRefused(at("link.bin"), "'link.bin'", "is a link out of the model's directory");
    }

    @Test
    void noLocationIsRefused() throws IOException {
        prepare();
        assertRefused(ExternalModels.external(WEIGHT), "is not inside the model's directory");
    }

    @ParameterizedTest
    @CsvSource({
        "offset, 1025, takes 1024 bytes at 1025 of 'data.bin'",
        "offset, 9223372036854775807, takes 1024 bytes at 9223372036854775807",
        "offset, -1, is negative",
        "offset, 1e3, is no number",
        "offset, '', is no number",
        "offset, 9223372036854775808, is no number",
        "length, 1023, where its type and shape take 1024",
        "length, 9223372036854775807, where its type and shape take 1024",
        "length, -5, is negative",
        "length, many, is no number"
    })
    void wrongNumbersAreRefused(String key, String value, String said) throws IOException {
        prepare();
        TensorProto weight = ExternalModels.external(WEIGHT, "location", "data.bin", key, value);
        assertRefused(weight, "external_data", value, said);
    }

    @Test
    void shapeBeyondTheFileIsRefused() throws IOException {
        prepare();
        TensorProto large = at("data.bin").toBuilder().addDims(1L << 40).build();
        assertRefused(large, "takes 1125899906842624 bytes", "which has 2048");
        assertRefused(large.toBuilder().addDims(-1).build(), "dimension of -1");
        assertRefused(large.toBuilder().addDims(1L << 40).build(), "more than can be addressed");
    }

    @Test
    void typesWithoutSizeAreRefused() throws IOException {
        prepare();
        TensorProto text =
                at("data.bin").toBuilder().setDataType(STRING.getNumber()).build();
        assertRefused(text, "string", "cannot have external data");
        assertRefused(text.toBuilder().setDataType(99).build(), "cannot have external data");
    }

    @Test
    void dataInTheModelAndInAFileAreRefused() throws IOException {
        prepare();
        TensorProto both =
                at("data.bin").toBuilder().setRawData(WEIGHT.getRawData()).build();
        assertRefused(both, "in the model and in another file");
        TensorProto few = at("data.bin").toBuilder().addFloatData(1f).build();
        assertRefused(few, "in the model and in another file");
    }

    @Test
    void modelWithoutDirectoryIsUnsupported() {
        byte[] bytes = holding(at("data.bin")).toByteArray();
        assertThatThrownBy(() -> OnnxModel.load(bytes, "memory").close())
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContainingAll("memory", "tensor 'w'", "'data.bin'", "load the model from its path");
        assertThatThrownBy(() -> OnnxModel.load(new ByteArrayInputStream(bytes), "stream")
                        .close())
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContainingAll("tensor 'w'", "'data.bin'", "load the model from its path");
    }

    private void prepare() throws IOException {
        Files.createDirectory(inside.resolve("directory"));
        Files.createSymbolicLink(inside.resolve("link.bin"), outside.resolve("secret.bin"));
    }
}
