package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.testmodels.BodyBuilder.body;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.export.PartitionManifest;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.testmodels.Parts;
import io.pepper.onnx.testmodels.Tensors;
import io.pepper.onnx.testmodels.VisionTopologies;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that keep their tensors in a file beside them. */
class ExternalDataTest {
    @TempDir
    Path directory;

    /** Initializers, the value of a Constant operator, and an initializer of a body, all in one file. */
    private static ModelProto everywhere(ExternalModels external) {
        Random random = new Random(7);
        TensorProto constant = external.moved(Tensors.floats("k", random, 24, 20));
        GraphProto then = body("then")
                .initializer(external.moved(Tensors.floats("own", random, 20, 20)))
                .let("t", "MatMul", "r", "own")
                .output("t", FLOAT, 1, 20)
                .build();
        GraphProto otherwise =
                body("otherwise").let("e", "Neg", "r").output("e", FLOAT, 1, 20).build();
        return model("everywhere")
                .input("x", FLOAT, 1, 16)
                .initializer(external.moved(Tensors.floats("w", random, 16, 24)))
                .initializer(Tensors.scalar("zero", 0f))
                .let("h", "MatMul", "x", "w")
                .constant(constant)
                .let("g", "MatMul", "h", "k")
                .let("r", "Tanh", "g")
                .add(node("ReduceMax").in("r").out("m").with("keepdims", 0))
                .let("positive", "Greater", "m", "zero")
                .add(node("If")
                        .in("positive")
                        .out("picked")
                        .with("then_branch", then)
                        .with("else_branch", otherwise))
                .let("y", "Relu", "picked")
                .output("y", FLOAT, 1, 20)
                .build();
    }

    private Path save(String name, ModelProto model, ExternalModels external) throws IOException {
        Files.write(directory.resolve("weights.bin"), external.data());
        return Parts.save(directory, name, model);
    }

    @Test
    void initializersInOneFileBecomeInline() throws IOException {
        ModelProto whole = VisionTopologies.residual().model();
        ExternalModels external = new ExternalModels("weights.bin");
        Path file = save("residual", external.moved(whole), external);
        Path target = directory.resolve("parts");
        try (OnnxModel model = OnnxModel.load(file);
                OnnxModel inline = Parts.load("residual", whole)) {
            assertThat(model.weightBytes()).isEqualTo(inline.weightBytes()).isPositive();
            assertThat(model.cuts().size()).isEqualTo(inline.cuts().size());
            PartitionManifest manifest = Parts.split(model, target);
            assertSelfContained(Parts.read(target, manifest));
            Parts.assertIdentical(model, target);

            Parts.split(inline, directory.resolve("inline"));
            for (PartitionManifest.Part part : manifest.parts()) {
                ModelProto one = ModelProto.parseFrom(Files.readAllBytes(target.resolve(part.file())));
                ModelProto other = ModelProto.parseFrom(
                        Files.readAllBytes(directory.resolve("inline").resolve(part.file())));
                assertThat(one.getGraph()).isEqualTo(other.getGraph());
            }
        }
    }

    @Test
    void constantsAndBodiesBecomeInline() throws IOException {
        ExternalModels external = new ExternalModels("weights.bin");
        Path file = save("everywhere", everywhere(external), external);
        Path target = directory.resolve("parts");
        try (OnnxModel model = OnnxModel.load(file)) {
            assertThat(model.weightBytes()).isEqualTo(4L * (16 * 24 + 24 * 20 + 20 * 20 + 1));
            PartitionManifest manifest = Parts.split(model, target);
            assertThat(manifest.parts()).hasSize(5);
            assertSelfContained(Parts.read(target, manifest));
            Parts.assertIdentical(model, target);
        }
    }

    /** Parts that need no file beside them: they load from memory. */
    private static void assertSelfContained(List<ModelProto> parts) throws IOException {
        for (ModelProto part : parts) {
            assertThat(part.toString()).doesNotContain("external_data", "EXTERNAL", "weights.bin");
            Parts.load("part", part).close();
        }
    }

    @Test
    void fileBelowTheModelsDirectoryIsFound() throws IOException {
        ExternalModels external = new ExternalModels("sub/weights.bin");
        Path file = Parts.save(directory, "everywhere", everywhere(external));
        Files.write(Files.createDirectory(directory.resolve("sub")).resolve("weights.bin"), external.data());
        try (OnnxModel model = OnnxModel.load(file)) {
            Parts.split(model, directory.resolve("parts"), "h", "r");
            Parts.assertIdentical(model, directory.resolve("parts"));
        }
    }

    @Test
    void linkedModelFindsItsData() throws IOException {
        ExternalModels external = new ExternalModels("weights.bin");
        save("everywhere", everywhere(external), external);
        Path link = Files.createSymbolicLink(directory.resolve("linked"), directory);
        try (OnnxModel model = OnnxModel.load(link.resolve("everywhere.onnx"))) {
            assertThat(model.weightBytes()).isPositive();
        }
    }

    @Test
    void dataFileCutShortMeanwhileFailsTheExport() throws IOException {
        ExternalModels external = new ExternalModels("weights.bin");
        Path file = save("everywhere", everywhere(external), external);
        Path target = directory.resolve("parts");
        try (OnnxModel model = OnnxModel.load(file)) {
            Files.write(directory.resolve("weights.bin"), new byte[100]);
            assertThatThrownBy(() -> Parts.split(model, target))
                    .isInstanceOf(EOFException.class)
                    .hasMessageContaining("weights.bin");
        }
        assertThat(Parts.names(directory)).containsExactly("everywhere.onnx", "weights.bin");
    }
}
