package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.document.InvalidFileException;
import io.pepper.export.ExportOptions;
import io.pepper.export.PartitionManifest;
import io.pepper.export.SubmodelExporter;
import io.pepper.model.ProgressListener;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.testmodels.Parts;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.onnx.testmodels.Topologies;
import io.pepper.onnx.testmodels.VisionTopologies;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files appear together or not at all, whatever stood there before and whatever goes wrong. */
class ExportFaultsTest {
    private static final TestModel MODEL = VisionTopologies.residual();
    private static final String[] FOUR_FILES = {
        "partition.json", "residual_part1.onnx", "residual_part2.onnx", "residual_part3.onnx"
    };

    @TempDir
    Path directory;

    private Path target;
    private Path file;

    @BeforeEach
    void save() throws IOException {
        target = directory.resolve("parts");
        file = Parts.save(directory, MODEL.name(), MODEL.model());
    }

    private PartitionManifest export(String... cuts) throws IOException {
        try (OnnxModel model = OnnxModel.load(file)) {
            return Parts.split(model, target, cuts);
        }
    }

    /** Runs an export that must fail and leave everything below the directory as it is. */
    private void assertFailsWithoutTrace(Class<? extends IOException> kind, String... said) throws IOException {
        Map<String, String> before = Parts.contents(directory);
        assertThatThrownBy(() -> export("r0", "r1")).isInstanceOf(kind).hasMessageContainingAll(said);
        assertThat(Parts.contents(directory)).isEqualTo(before);
    }

    @Test
    void targetThatDoesNotExistAppears() throws IOException {
        export("r0", "r1");
        assertThat(Parts.names(target)).containsExactly(FOUR_FILES);
        assertThat(Parts.names(directory)).containsExactly("parts", "residual.onnx");
    }

    @Test
    void targetDeepBelowNothingAppears() throws IOException {
        target = directory.resolve("a").resolve("b").resolve("c");
        export("r0", "r1");
        assertThat(Parts.names(target)).containsExactly(FOUR_FILES);
    }

    @Test
    void emptyTargetIsFilled() throws IOException {
        Files.createDirectory(target);
        export("r0", "r1");
        assertThat(Parts.names(target)).containsExactly(FOUR_FILES);
    }

    @Test
    void linkedTargetIsFilled() throws IOException {
        Path real = Files.createDirectory(directory.resolve("real"));
        Files.createSymbolicLink(target, real);
        export("r0", "r1");
        assertThat(Parts.names(real)).containsExactly(FOUR_FILES);
    }

    @Test
    void stalePartsOfAnEarlierExportVanish() throws IOException {
        assertThat(export().parts()).hasSize(6);
        assertThat(Parts.names(target)).hasSize(7);
        PartitionManifest manifest = export("r0", "r1");
        assertThat(Parts.names(target)).containsExactly(FOUR_FILES);
        assertThat(PartitionManifest.read(target)).isEqualTo(manifest);
    }

    @Test
    void partsOfAnotherModelsExportVanish() throws IOException {
        try (OnnxModel other = Parts.load(Topologies.get("dense"))) {
            Parts.split(other, target);
        }
        export("r0", "r1");
        assertThat(Parts.names(target)).containsExactly(FOUR_FILES);
    }

    @Test
    void foreignFilesStay() throws IOException {
        Files.createDirectories(target.resolve("folder"));
        Files.writeString(target.resolve("notes.txt"), "mine");
        Files.writeString(target.resolve("residual_part9.onnx"), "mine");
        export();
        export("r0", "r1");
        assertThat(Parts.names(target)).contains(FOUR_FILES).contains("folder", "notes.txt", "residual_part9.onnx");
        assertThat(target.resolve("notes.txt")).hasContent("mine");
        assertThat(target.resolve("residual_part9.onnx")).hasContent("mine");
    }

    @ParameterizedTest
    @ValueSource(strings = {"residual_part1.onnx", "residual_part3.onnx"})
    void foreignFileOfTheSameNameIsRefused(String name) throws IOException {
        Files.writeString(Files.createDirectory(target).resolve(name), "mine");
        assertFailsWithoutTrace(FileAlreadyExistsException.class, name, "not belong to an earlier export");
    }

    @Test
    void foreignFileBesideAnEarlierExportIsRefused() throws IOException {
        export("r0");
        Files.writeString(target.resolve("residual_part3.onnx"), "mine");
        assertFailsWithoutTrace(FileAlreadyExistsException.class, "residual_part3.onnx");
    }

    @Test
    void directoryOfTheNameOfAPartIsRefused() throws IOException {
        Files.createDirectories(target.resolve("residual_part2.onnx").resolve("mine"));
        assertFailsWithoutTrace(FileAlreadyExistsException.class, "residual_part2.onnx");
    }

    @Test
    void directoryThatTookThePlaceOfAnEarlierPartIsRefused() throws IOException {
        export("r0", "r1");
        Files.delete(target.resolve("residual_part2.onnx"));
        Files.createDirectories(target.resolve("residual_part2.onnx").resolve("mine"));
        assertFailsWithoutTrace(FileAlreadyExistsException.class, "residual_part2.onnx");
    }

    @Test
    void directoryNamedLikeTheManifestIsRefused() throws IOException {
        Files.createDirectories(target.resolve("partition.json"));
        assertFailsWithoutTrace(FileAlreadyExistsException.class, "partition.json");
    }

    @Test
    void fileThatAForgedManifestNamesStays() throws IOException {
        export("r0", "r1");
        Path manifest = target.resolve("partition.json");
        Files.writeString(target.resolve("thesis.txt"), "mine");
        String forged = Files.readString(manifest).replace("residual_part2.onnx", "thesis.txt");
        Files.writeString(manifest, forged);
        Files.delete(target.resolve("residual_part2.onnx"));
        export("r0", "r1");
        assertThat(target.resolve("thesis.txt")).hasContent("mine");
    }

    @Test
    void earlierPartThatIsMissingDoesNotMatter() throws IOException {
        export();
        Files.delete(target.resolve("residual_part5.onnx"));
        export("r0", "r1");
        assertThat(Parts.names(target)).containsExactly(FOUR_FILES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{\"format\": \"other\"}"})
    void damagedManifestInTheTargetIsRefused(String content) throws IOException {
        Files.writeString(Files.createDirectory(target).resolve("partition.json"), content);
        assertFailsWithoutTrace(InvalidFileException.class, "partition.json");
    }

    @Test
    void targetThatIsAFileIsRefused() throws IOException {
        Files.writeString(target, "mine");
        assertFailsWithoutTrace(NotDirectoryException.class, target.toString());
    }

    /** A parent without write permission would not hold back a superuser; a file as parent holds back everybody. */
    @Test
    void targetBelowAFileIsRefused() throws IOException {
        target = file.resolve("deep").resolve("parts");
        assertFailsWithoutTrace(FileSystemException.class, "residual.onnx");
    }

    @Test
    void targetAtADanglingLinkIsRefused() throws IOException {
        Files.createSymbolicLink(target, directory.resolve("nowhere"));
        assertFailsWithoutTrace(NotDirectoryException.class, target.toString());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void modelCutShortMeanwhileLeavesTheEarlierExport(boolean checksums) throws IOException {
        Path large =
                Parts.save(directory, "weights", Topologies.weights(3_000_000).model());
        try (OnnxModel model = OnnxModel.load(large)) {
            Parts.split(model, target, "r2");
            try (FileChannel channel = FileChannel.open(large, StandardOpenOption.WRITE)) {
                channel.truncate(channel.size() * 2 / 3);
            }
            Map<String, String> before = Parts.contents(directory);
            Partition partition = Partitioner.everyCut().partition(model.cuts());
            ExportOptions options = ExportOptions.DEFAULTS.withChecksums(checksums);
            for (Path to : List.of(target, directory.resolve("new"), directory.resolve("new/deep"))) {
                assertThatThrownBy(() -> SubmodelExporter.export(model, partition, to, options))
                        .isInstanceOf(EOFException.class)
                        .hasMessageContaining("weights.onnx");
                assertThat(Parts.contents(directory)).isEqualTo(before);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void interruptedThreadLeavesNothing(boolean checksums) throws IOException {
        Path large =
                Parts.save(directory, "weights", Topologies.weights(3_000_000).model());
        try (OnnxModel model = OnnxModel.load(large)) {
            Map<String, String> before = Parts.contents(directory);
            Partition partition = Partitioner.everyCut().partition(model.cuts());
            ExportOptions options = ExportOptions.DEFAULTS.withChecksums(checksums);
            // Interrupted by the listener when the second part begins, so the first one is written already.
            ProgressListener interrupting = (what, done, total) -> {
                if (done == 1) {
                    Thread.currentThread().interrupt();
                }
            };
            assertThatThrownBy(
                            () -> SubmodelExporter.export(model, partition, target, options.withProgress(interrupting)))
                    .isInstanceOf(InterruptedIOException.class);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(Parts.contents(directory)).isEqualTo(before);

            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> SubmodelExporter.export(model, partition, target, options))
                    .isInstanceOf(InterruptedIOException.class);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(Parts.contents(directory)).isEqualTo(before);

            SubmodelExporter.export(model, partition, target, options);
            Parts.assertIdentical(model, target);
        }
    }

    @Test
    void interruptedThreadCannotOpenAModel() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> OnnxModel.load(file).close())
                .isInstanceOf(InterruptedIOException.class)
                .hasMessageContaining("residual.onnx");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void exceptionOfAListenerLeavesNothing() throws IOException {
        Map<String, String> before = Parts.contents(directory);
        try (OnnxModel model = OnnxModel.load(file)) {
            Partition partition = Partitioner.everyCut().partition(model.cuts());
            ExportOptions options = ExportOptions.DEFAULTS.withProgress((what, done, total) -> {
                if (done == 2) {
                    throw new IllegalStateException("the listener's own fault");
                }
            });
            assertThatThrownBy(() -> SubmodelExporter.export(model, partition, target, options))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the listener's own fault");
        }
        assertThat(Parts.contents(directory)).isEqualTo(before);
    }

    @Test
    void unknownTypeOfACutTensorIsRefused() throws IOException {
        TestModel untyped = model("untyped")
                .opset("my.own", 1)
                .input("x", FLOAT, 1, 16)
                .add(node("Mystery").domain("my.own").in("x").out("h"))
                .add(node("Mystery").domain("my.own").in("h").out("y"))
                .output("y", FLOAT, 1, 16)
                .expecting("h");
        Map<String, String> before = Parts.contents(directory);
        try (OnnxModel model = Parts.load(untyped)) {
            assertThatThrownBy(() -> Parts.split(model, target, "h"))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageStartingWith("untyped: tensor 'h': its type is not stated");
        }
        assertThat(Parts.contents(directory)).isEqualTo(before);
    }

    @Test
    void partitionOfAnotherModelIsRefused() throws IOException {
        try (OnnxModel model = OnnxModel.load(file);
                OnnxModel twin = OnnxModel.load(file)) {
            Partition partition = Partitioner.everyCut().partition(twin.cuts());
            assertThatThrownBy(() -> SubmodelExporter.export(model, partition, target))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("residual");
        }
        assertThat(target).doesNotExist();
    }

    @Test
    void closedModelFailsWithoutTrace() throws IOException {
        Path large =
                Parts.save(directory, "weights", Topologies.weights(300_000).model());
        OnnxModel model = OnnxModel.load(large);
        model.close();
        assertThatThrownBy(() -> Parts.split(model, target)).isInstanceOf(IOException.class);
        assertThat(Parts.names(directory)).containsExactly("residual.onnx", "weights.onnx");
    }

    @Test
    void sameModelGivesTheSameBytes() throws IOException {
        export();
        Map<String, String> first = Parts.contents(target);
        export();
        assertThat(Parts.contents(target)).isEqualTo(first);

        target = directory.resolve("elsewhere").resolve("parts");
        file = Parts.save(directory.resolve("moved"), MODEL.name(), MODEL.model());
        export();
        assertThat(Parts.contents(target)).isEqualTo(first);

        Path fromMemory = directory.resolve("memory");
        try (OnnxModel model = OnnxModel.load(MODEL.bytes(), "residual.onnx")) {
            Parts.split(model, fromMemory);
        }
        assertThat(Parts.contents(fromMemory)).isEqualTo(first);

        Path fromStream = directory.resolve("stream");
        try (OnnxModel model = OnnxModel.load(new ByteArrayInputStream(MODEL.bytes()), "residual")) {
            Parts.split(model, fromStream);
        }
        assertThat(Parts.contents(fromStream)).isEqualTo(first);
    }
}
