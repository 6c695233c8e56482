package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.export.SubmodelExporter;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.partition.Partition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A model that is newer than the runtime: messages name its version, the newest that is supported, and the remedy. */
class NewerModelsTest {
    @TempDir
    Path directory;

    private static ModelProto chain() {
        return model("newer")
                .input("x", FLOAT, 2, 4)
                .let("a", "Relu", "x")
                .let("b", "Exp", "a")
                .let("y", "Tanh", "b")
                .output("y", FLOAT, 2, 4)
                .build();
    }

    private static ModelProto withSet(String domain, long version) {
        ModelProto.Builder model = chain().toBuilder();
        if (domain.isEmpty()) {
            model.getOpsetImportBuilder(0).setVersion(version);
        } else {
            model.addOpsetImportBuilder().setDomain(domain).setVersion(version);
        }
        return model.build();
    }

    private Path write(ModelProto model) throws IOException {
        return Files.write(directory.resolve("newer.onnx"), model.toByteArray());
    }

    @ParameterizedTest
    @CsvSource({"'',99,ai.onnx", "'',27,ai.onnx", "ai.onnx.ml,99,ai.onnx.ml", "com.microsoft,99,com.microsoft"})
    void anOperatorSetThatIsTooNewIsNamed(String domain, long version, String named) throws IOException {
        try (OnnxModel model = OnnxModel.load(write(withSet(domain, version)))) {
            assertThat(model.shapes().failure())
                    .get()
                    .asString()
                    .contains("the model uses version " + version + " of the operator set " + named)
                    .containsPattern("supports versions up to \\d+; export or convert the model to version \\d+")
                    .doesNotContain("onnxruntime_src");
            Path parts = directory.resolve("parts");
            assertThatThrownBy(() -> SubmodelExporter.export(
                            model, Partition.of(model.graph(), model.cuts().list()), parts))
                    .hasMessageContaining("newer.onnx")
                    .hasMessageContaining("version " + version + " of the operator set " + named);
            assertThat(parts).doesNotExist();
        }
    }

    @Test
    void anIrVersionThatIsTooNewIsNamed() throws IOException {
        ModelProto newer = chain().toBuilder().setIrVersion(99).build();
        try (OnnxModel model = OnnxModel.load(write(newer))) {
            assertThat(model.shapes().failure())
                    .get()
                    .asString()
                    .containsPattern("has IR version 99, and this ONNX Runtime supports IR versions up to \\d+")
                    .doesNotContain("onnxruntime_src");
        }
    }
}
