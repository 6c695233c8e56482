package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.testmodels.BodyBuilder.body;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.export.ExportOptions;
import io.pepper.export.PartitionExportAccess;
import io.pepper.export.PartitionManifest;
import io.pepper.export.SplitVerifier;
import io.pepper.export.SubmodelExporter;
import io.pepper.export.Verification;
import io.pepper.export.VerificationOptions;
import io.pepper.export.WeightStorage;
import io.pepper.model.MalformedModelException;
import io.pepper.model.ProgressListener;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.testmodels.Parts;
import io.pepper.onnx.testmodels.Tensors;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Weights inline, in data files, or left where they are: the parts compute the same. */
class WeightStorageTest {
    private static final ExportOptions PLAIN = ExportOptions.DEFAULTS.withDurable(false);

    @TempDir
    Path directory;

    /** Large tensors wherever the format can hold them: initializers raw and typed, a Constant, a body, a function. */
    private static ModelProto everywhere() {
        Random random = new Random(7);
        GraphProto then = body("then")
                .initializer(Tensors.floats("own", random, 20, 20))
                .constant(Tensors.floats("inner", random, 20, 20))
                .let("t", "MatMul", "r", "own")
                .let("u", "MatMul", "t", "inner")
                .let("v", "MatMul", "u", "shared")
                .output("v", FLOAT, 1, 20)
                .build();
        GraphProto otherwise =
                body("otherwise").let("e", "Neg", "r").output("e", FLOAT, 1, 20).build();
        TensorProto typed = typed(Tensors.floats("w", random, 16, 24));
        return model("everywhere")
                .input("x", FLOAT, 1, 16)
                .initializer(typed)
                .initializer(Tensors.floats("shared", random, 20, 20))
                .initializer(Tensors.scalar("zero", 0f))
                .let("h", "MatMul", "x", "w")
                .constant(Tensors.floats("k", random, 24, 20))
                .let("g", "MatMul", "h", "k")
                .let("r", "Tanh", "g")
                .add(node("ReduceMax").in("r").out("m").with("keepdims", 0))
                .let("positive", "Greater", "m", "zero")
                .add(node("If")
                        .in("positive")
                        .out("picked")
                        .with("then_branch", then)
                        .with("else_branch", otherwise))
                .let("s", "MatMul", "picked", "shared")
                .let("y", "Relu", "s")
                .output("y", FLOAT, 1, 20)
                .build();
    }

    /** The same tensor with its elements in {@code float_data}. */
    private static TensorProto typed(TensorProto raw) {
        TensorProto.Builder typed = raw.toBuilder().clearRawData();
        var floats = raw.getRawData()
                .asReadOnlyByteBuffer()
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        while (floats.hasRemaining()) {
            typed.addFloatData(floats.get());
        }
        return typed.build();
    }

    private static Set<String> dataFiles(PartitionManifest manifest) {
        Set<String> files = new TreeSet<>();
        manifest.parts().forEach(part -> part.data().forEach(data -> files.add(data.file())));
        return files;
    }

    private static VerificationOptions strict() {
        return VerificationOptions.DEFAULTS.withTrials(1).withOnlyUnchanged(true);
    }

    private static void assertProven(OnnxModel model, Path parts) throws IOException {
        Verification proof = SplitVerifier.verify(model, parts, strict(), ProgressListener.NONE);
        assertThat(proof.identical()).as(proof.toString()).isTrue();
        assertThat(proof.warnings()).isEmpty();
    }

    private PartitionManifest export(OnnxModel model, Path target, ExportOptions options) throws IOException {
        return SubmodelExporter.export(model, Partitioner.everyCut().partition(model.cuts()), target, options);
    }

    @ParameterizedTest
    @EnumSource(WeightStorage.class)
    void partsComputeTheSameWhereverTheirWeightsStand(WeightStorage storage) throws IOException {
        Path file = Parts.save(directory, "everywhere", everywhere());
        try (OnnxModel model = OnnxModel.load(file)) {
            PartitionManifest manifest = export(model, directory, PLAIN.withWeights(storage));
            assertThat(manifest).isEqualTo(PartitionManifest.read(directory));
            assertThat(manifest.weights()).isEqualTo(storage);
            assertThat(manifest.notes()).isEmpty();
            assertProven(model, directory);
            long inParts = manifest.parts().stream()
                    .mapToLong(PartitionManifest.Part::bytes)
                    .sum();
            boolean inline = storage == WeightStorage.INLINE;
            assertThat(inParts > model.weightBytes()).isEqualTo(inline);
            assertThat(manifest.parts().stream()
                            .mapToLong(PartitionManifest.Part::weightBytes)
                            .sum())
                    .isGreaterThanOrEqualTo(model.weightBytes());
        }
    }

    @Test
    void copiedWeightsStandAtPagesAndOnlyThosePartsNeed() throws IOException {
        try (OnnxModel model = Parts.load("everywhere", everywhere())) {
            Path target = directory.resolve("parts");
            PartitionManifest manifest = export(model, target, PLAIN.withWeights(WeightStorage.EXTERNAL));
            assertProven(model, target);
            for (PartitionManifest.Part part : manifest.parts()) {
                for (PartitionManifest.Data data : part.data()) {
                    assertThat(data.file()).isEqualTo(part.file() + ".data");
                    assertThat(target.resolve(data.file())).hasSize(data.bytes());
                }
                ModelProto message = ModelProto.parseFrom(Files.readAllBytes(target.resolve(part.file())));
                message.getGraph().getInitializerList().forEach(tensor -> tensor.getExternalDataList().stream()
                        .filter(entry -> entry.getKey().equals("offset"))
                        .forEach(entry -> assertThat(Long.parseLong(entry.getValue()) % 4096)
                                .isZero()));
            }
            assertThat(dataFiles(manifest)).hasSizeBetween(2, manifest.parts().size() - 1);
            for (String name : dataFiles(manifest)) {
                OnnxModel.load(target.resolve(name.replace(".data", ""))).close();
            }
        }
    }

    @Test
    void referencesCopyNothing() throws IOException {
        Path file = Parts.save(directory, "everywhere", everywhere());
        try (OnnxModel model = OnnxModel.load(file)) {
            PartitionManifest manifest = export(model, directory, PLAIN.withWeights(WeightStorage.REFERENCE));
            assertThat(dataFiles(manifest)).containsExactly("everywhere.onnx");
            manifest.parts().stream().flatMap(part -> part.data().stream()).forEach(data -> assertThat(data.sha256())
                    .isEqualTo(manifest.modelSha256()));
            for (PartitionManifest.Part part : manifest.parts()) {
                try (OnnxModel opened = OnnxModel.load(directory.resolve(part.file()))) {
                    assertThat(opened.weightBytes()).isEqualTo(part.weightBytes());
                }
            }
            PartitionManifest again = export(model, directory, PLAIN.withWeights(WeightStorage.REFERENCE));
            assertThat(again).isEqualTo(manifest);
            assertThat(file).exists();
        }
    }

    @Test
    void dataFilesBelowAreReferredToByTheWayDown() throws IOException {
        ExternalModels external = new ExternalModels("weights of mine.bin");
        Path below = Files.createDirectories(directory.resolve("some model/größe"));
        ModelProto.Builder model = everywhere().toBuilder();
        model.getGraphBuilder()
                .setInitializer(1, external.moved(model.getGraph().getInitializer(1)));
        Path file = Parts.save(below, "m", model.build());
        Files.write(below.resolve("weights of mine.bin"), external.data());
        try (OnnxModel opened = OnnxModel.load(file)) {
            PartitionManifest manifest = export(opened, directory, PLAIN.withWeights(WeightStorage.REFERENCE));
            assertThat(dataFiles(manifest))
                    .containsExactly("some model/größe/m.onnx", "some model/größe/weights of mine.bin");
            assertProven(opened, directory);
        }
    }

    /** Hard links are no way out: ONNX Runtime refuses files that have one. */
    @Test
    void filesElsewhereAreRefused() throws IOException {
        Path file = Parts.save(directory.resolve("model"), "everywhere", everywhere());
        Path target = directory.resolve("parts");
        try (OnnxModel model = OnnxModel.load(file)) {
            assertThatThrownBy(() -> export(model, target, PLAIN.withWeights(WeightStorage.REFERENCE)))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContainingAll("weights: are in ", "everywhere.onnx", "not below");
            assertThat(target).doesNotExist();
        }
    }

    @Test
    void dataFilesOfAnEarlierExportVanish() throws IOException {
        try (OnnxModel model = Parts.load("everywhere", everywhere())) {
            export(model, directory, PLAIN.withWeights(WeightStorage.EXTERNAL));
            assertThat(Parts.names(directory)).anyMatch(name -> name.endsWith(".data"));
            Files.writeString(directory.resolve("everywhere_part9.onnx.data"), "mine");
            export(model, directory, PLAIN);
            assertThat(Parts.names(directory).stream().filter(name -> name.endsWith(".data")))
                    .containsExactly("everywhere_part9.onnx.data");
        }
    }

    @Test
    void modelInMemoryHasNothingToReferTo() throws IOException {
        try (OnnxModel model = Parts.load("everywhere", everywhere())) {
            assertThatThrownBy(() -> export(model, directory, PLAIN.withWeights(WeightStorage.REFERENCE)))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("everywhere: weights: are in memory");
        }
    }

    /** To divide a part again in its own directory would replace the file that the new parts refer to. */
    @Test
    void referencesIntoFilesThatWouldBeReplacedAreRefused() throws IOException {
        Path file = Parts.save(directory, "everywhere", everywhere());
        try (OnnxModel model = OnnxModel.load(file)) {
            Parts.split(model, directory, "r");
        }
        Map<String, String> before = Parts.contents(directory);
        try (OnnxModel part = OnnxModel.load(directory.resolve("everywhere_part1.onnx"))) {
            assertThatThrownBy(() -> export(part, directory, PLAIN.withWeights(WeightStorage.REFERENCE)))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("would be replaced");
        }
        assertThat(Parts.contents(directory)).isEqualTo(before);
    }

    @Test
    void changedDataIsNoticed() throws IOException {
        Path file = Parts.save(directory, "everywhere", everywhere());
        Path target = directory.resolve("parts");
        try (OnnxModel model = OnnxModel.load(file)) {
            PartitionManifest manifest = export(model, target, PLAIN.withWeights(WeightStorage.EXTERNAL));
            Path data = target.resolve(dataFiles(manifest).iterator().next());
            byte[] bytes = Files.readAllBytes(data);
            bytes[1] ^= 1;
            Files.write(data, bytes);
            assertThat(SplitVerifier.verify(model, target).warnings())
                    .anyMatch(said -> said.contains(data.getFileName() + " is not the file in the manifest"));
            assertThatThrownBy(() -> SplitVerifier.verify(model, target, strict(), ProgressListener.NONE))
                    .isInstanceOf(MalformedModelException.class)
                    .hasMessageContainingAll(
                            "partition.json", data.getFileName().toString(), "its SHA-256 is");
            export(model, target, PLAIN.withChecksums(false));
            assertThatThrownBy(() -> SplitVerifier.verify(model, target, strict(), ProgressListener.NONE))
                    .isInstanceOf(MalformedModelException.class)
                    .hasMessageContaining("has no SHA-256");
        }
    }

    /** What native code would be given is looked at before. */
    @Test
    void partThatRefersOutsideIsRefusedBeforeItRuns() throws IOException {
        Path file = Parts.save(directory, "everywhere", everywhere());
        Path target = directory.resolve("parts");
        try (OnnxModel model = OnnxModel.load(file)) {
            PartitionManifest manifest = export(model, target, PLAIN.withWeights(WeightStorage.EXTERNAL));
            for (PartitionManifest.Part part : manifest.parts()) {
                Path path = target.resolve(part.file());
                String text = new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1);
                String forged = text.replace(part.file() + ".data", "../" + (part.file() + ".data").substring(3));
                Files.write(path, forged.getBytes(StandardCharsets.ISO_8859_1));
            }
            assertThatThrownBy(() -> SplitVerifier.verify(model, target))
                    .isInstanceOf(MalformedModelException.class)
                    .hasMessageContaining("is not inside the model's directory");
        }
    }

    @Test
    void partThatIsTooLargeGetsADataFileAndTheManifestSaysSo() throws IOException {
        Path file = Parts.save(directory, "everywhere", everywhere());
        Path target = directory.resolve("parts");
        try (OnnxModel model = OnnxModel.load(file)) {
            PartitionManifest manifest = PartitionExportAccess.export(
                    model.contents(), Partitioner.atTensors("r").partition(model.cuts()), PLAIN, target, 5_000);
            assertThat(manifest.weights()).isEqualTo(WeightStorage.INLINE);
            assertThat(dataFiles(manifest)).isNotEmpty();
            assertThat(manifest.notes())
                    .anyMatch(note -> note.matches(
                            "everywhere_part\\d.onnx would have \\d+ bytes, but an ONNX file has at most 5000: its weights"
                                    + " are in everywhere_part\\d.onnx.data"));
            assertProven(model, target);
            assertThatThrownBy(() -> PartitionExportAccess.export(
                            model.contents(), Partitioner.everyCut().partition(model.cuts()), PLAIN, target, 50))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("ask for more parts");
        }
    }

    /** Half precision may stand in a field of 32-bit numbers, to which no file can refer. */
    @Test
    void numbersInAFormOfTheirOwnStayInThePartAndTheManifestSaysSo() throws IOException {
        TensorProto.Builder half = TensorProto.newBuilder()
                .setName("w")
                .setDataType(TensorProto.DataType.FLOAT16_VALUE)
                .addDims(32)
                .addDims(32);
        for (int i = 0; i < 1024; i++) {
            half.addInt32Data(0x3000 + i);
        }
        ModelProto proto = model("half")
                .input("x", FLOAT, 1, 32)
                .initializer(half.build())
                .add(node("Cast").in("w").out("f").with("to", 1))
                .let("h", "MatMul", "x", "f")
                .let("y", "Tanh", "h")
                .output("y", FLOAT, 1, 32)
                .build();
        Path file = Parts.save(directory, "half", proto);
        try (OnnxModel model = OnnxModel.load(file)) {
            PartitionManifest manifest = export(model, directory, PLAIN.withWeights(WeightStorage.REFERENCE));
            assertThat(dataFiles(manifest)).isEmpty();
            assertThat(manifest.notes()).singleElement().asString().contains("half_part1.onnx holds about 2");
            assertProven(model, directory);
        }
    }

    @Test
    void namesOfStoragesAreReadAndWritten() throws IOException {
        assertThat(WeightStorage.REFERENCE.label()).isEqualTo("reference");
        assertThat(Optional.of(WeightStorage.valueOf("INLINE"))).hasValue(ExportOptions.DEFAULTS.weights());
    }
}
