package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.export.ExportOptions;
import io.pepper.export.ExportTooLargeException;
import io.pepper.export.PartitionManifest;
import io.pepper.export.SubmodelExporter;
import io.pepper.export.WeightStorage;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.onnx.testmodels.Parts;
import io.pepper.onnx.testmodels.Tensors;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A small model that makes many or large parts: how much is written is known before the first byte, and limited. */
class ExportLimitTest {
    private static final int SIZE = 512;
    private static final int WEIGHT = 4 * SIZE * SIZE;

    @TempDir
    Path directory;

    /** Each operator multiplies by the same weight. */
    private static ModelProto shared(int operators) {
        ModelBuilder chain =
                model("shared").input("x", FLOAT, 1, SIZE).initializer(Tensors.floats("w", new Random(1), SIZE, SIZE));
        for (int i = 0; i < operators; i++) {
            chain.let(i == operators - 1 ? "y" : "h" + i, "MatMul", i == 0 ? "x" : "h" + (i - 1), "w");
        }
        return chain.output("y", FLOAT, 1, SIZE).build();
    }

    private Path save(ModelProto model) throws IOException {
        return Parts.save(directory, "model", model);
    }

    private static PartitionManifest export(OnnxModel model, Path target, ExportOptions options) throws IOException {
        Partition partition = Partitioner.everyCut().partition(model.cuts());
        return SubmodelExporter.export(model, partition, target, options);
    }

    @ParameterizedTest
    @EnumSource(
            value = WeightStorage.class,
            names = {"INLINE", "EXTERNAL"})
    void weightThatManyPartsNeedIsRefused(WeightStorage storage) throws IOException {
        Path target = directory.resolve("parts");
        ExportOptions options = ExportOptions.DEFAULTS.withWeights(storage);
        try (OnnxModel model = OnnxModel.load(save(shared(100)))) {
            assertThatThrownBy(() -> export(model, target, options))
                    .isInstanceOf(ExportTooLargeException.class)
                    .hasMessageContainingAll(
                            "in 100 parts",
                            "times the model's",
                            "'w' (1048",
                            "bytes) in 100 of them",
                            "--weights reference",
                            "fewer parts",
                            "--max-export-bytes 10",
                            "ExportOptions.withMaxBytes")
                    .satisfies(refused -> {
                        ExportTooLargeException told = (ExportTooLargeException) refused;
                        assertThat(told.bytes()).isGreaterThan(100L * WEIGHT);
                        assertThat(told.maxBytes())
                                .isBetween(ExportOptions.DEFAULT_FLOOR + 4L * WEIGHT, told.bytes() - 1);
                    });
            assertThat(target).doesNotExist();
        }
    }

    /** What was refused is written when it is allowed, and has the bytes that were foretold. */
    @ParameterizedTest
    @EnumSource(
            value = WeightStorage.class,
            names = {"INLINE", "EXTERNAL"})
    void exportsHaveExactlyThePredictedSize(WeightStorage storage) throws IOException {
        List<String> tasks = new ArrayList<>();
        ExportOptions options =
                ExportOptions.DEFAULTS.withWeights(storage).withProgress((task, done, total) -> tasks.add(task));
        try (OnnxModel model = OnnxModel.load(save(shared(4)))) {
            Path target = directory.resolve("parts");
            assertThatThrownBy(() -> export(model, target, options.withMaxBytes(4L * WEIGHT - 1)))
                    .isInstanceOf(ExportTooLargeException.class);
            PartitionManifest manifest = export(model, target, options.withMaxBytes(4L * WEIGHT + 40_000));
            assertThat(manifest.bytesWritten()).isGreaterThan(4L * WEIGHT);
            long found = 0;
            for (String name : Parts.names(target)) {
                found += name.endsWith(".json") ? 0 : Files.size(target.resolve(name));
            }
            assertThat(manifest.bytesWritten()).isEqualTo(found);
            String said = tasks.stream()
                    .filter(task -> task.endsWith(" bytes"))
                    .findFirst()
                    .orElse("");
            assertThat(said).startsWith("writing ");
            long foretold = Long.parseLong(said.replaceAll("[^0-9]", ""));
            assertThat(manifest.bytesWritten() - foretold).isBetween(0L, 4L * 1000);
        }
    }

    @Test
    void partsThatReferToTheWeightAreWritten() throws IOException {
        try (OnnxModel model = OnnxModel.load(save(shared(100)))) {
            PartitionManifest manifest =
                    export(model, directory, ExportOptions.DEFAULTS.withWeights(WeightStorage.REFERENCE));
            assertThat(manifest.parts()).hasSize(100);
            assertThat(manifest.bytesWritten()).isLessThan(WEIGHT);
        }
    }

    @Test
    void valueOfAConstantOperatorThatManyPartsNeedIsNamed() throws IOException {
        ModelBuilder chain =
                model("constant").input("x", FLOAT, 1, SIZE).constant(Tensors.floats("c", new Random(1), SIZE, SIZE));
        for (int i = 0; i < 80; i++) {
            chain.let(i == 79 ? "y" : "h" + i, "MatMul", i == 0 ? "x" : "h" + (i - 1), "c");
        }
        try (OnnxModel model =
                OnnxModel.load(save(chain.output("y", FLOAT, 1, SIZE).build()))) {
            assertThatThrownBy(() -> export(model, directory.resolve("parts"), ExportOptions.DEFAULTS))
                    .isInstanceOf(ExportTooLargeException.class)
                    .hasMessageContaining("the operator of 'c' (104");
        }
    }

    /** Not weights alone: each part has the model's documentation. */
    @Test
    void documentationThatEachPartRepeatsIsRefused() throws IOException {
        ModelBuilder chain = model("documented").doc("d".repeat(1 << 20), "").input("x", FLOAT, 1, 4);
        for (int i = 0; i < 80; i++) {
            chain.let(i == 79 ? "y" : "h" + i, "Relu", i == 0 ? "x" : "h" + (i - 1));
        }
        try (OnnxModel model =
                OnnxModel.load(save(chain.output("y", FLOAT, 1, 4).build()))) {
            assertThatThrownBy(() -> export(model, directory.resolve("parts"), ExportOptions.DEFAULTS))
                    .isInstanceOf(ExportTooLargeException.class)
                    .hasMessageContainingAll("in 80 parts", "fewer parts");
        }
    }

    @Test
    void negativeLimitIsRefused() {
        assertThatThrownBy(() -> ExportOptions.DEFAULTS.withMaxBytes(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not -1");
    }
}
