package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.pepper.export.ExportOptions;
import io.pepper.export.SplitVerifier;
import io.pepper.export.SubmodelExporter;
import io.pepper.export.WeightStorage;
import io.pepper.model.MalformedModelException;
import io.pepper.model.ReadOptions;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.testmodels.Parts;
import io.pepper.onnx.testmodels.Tensors;
import io.pepper.partition.Partitioner;
import io.pepper.session.PartitionedSession;
import io.pepper.session.SessionOptions;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Links to models, data files, manifests and parts: which are followed, and which are refused with what to do. */
class LinksTest {
    private static final int BYTES = 4 * 64 * 64;

    @TempDir
    Path made;

    private Path top;
    private Path hub;
    private Path blobs;
    private Path snapshot;

    @BeforeEach
    void makeDirectories() throws IOException {
        top = made.toRealPath();
        hub = Files.createDirectories(top.resolve("hub"));
        blobs = Files.createDirectories(hub.resolve("models--x/blobs"));
        snapshot = Files.createDirectories(hub.resolve("models--x/snapshots/main/onnx"));
    }

    private static byte[] data() {
        return Tensors.floats("w", new Random(1), 64, 64).getRawData().toByteArray();
    }

    private static ModelProto holding(String location) {
        return model("linked")
                .input("x", FLOAT, 1, 64)
                .initializer(ExternalModels.external(Tensors.floats("w", new Random(1), 64, 64), "location", location))
                .let("h", "MatMul", "x", "w")
                .let("y", "Relu", "h")
                .output("y", FLOAT, 1, 64)
                .build();
    }

    /** As the cache of the Hugging Face hub lays its files out. */
    private Path cached() throws IOException {
        Files.write(blobs.resolve("1234"), holding("model.onnx_data").toByteArray());
        Files.write(blobs.resolve("5678"), data());
        Files.createSymbolicLink(snapshot.resolve("model.onnx_data"), Path.of("../../../blobs/5678"));
        return Files.createSymbolicLink(snapshot.resolve("model.onnx"), Path.of("../../../blobs/1234"));
    }

    @ParameterizedTest
    @EnumSource(WeightStorage.class)
    void modelInACacheOfLinksIsDividedAndProven(WeightStorage storage) throws IOException {
        Path target = storage == WeightStorage.REFERENCE ? hub.resolve("models--x") : top.resolve("parts");
        try (OnnxModel opened = OnnxModel.load(cached())) {
            assertThat(opened.weightBytes()).isEqualTo(BYTES);
            SubmodelExporter.export(
                    opened,
                    Partitioner.everyCut().partition(opened.cuts()),
                    target,
                    ExportOptions.DEFAULTS.withWeights(storage));
            Parts.assertIdentical(opened, target);
        }
        PartitionedSession.open(target).close();
    }

    /** The rule is ONNX Runtime's own. */
    @Test
    void onnxRuntimeOpensTheSameCache() throws IOException, OrtException {
        String file = cached().toString();
        try (var session = OrtEnvironment.getEnvironment().createSession(file)) {
            assertThat(session.getInputNames()).containsExactly("x");
        }
        Files.delete(snapshot.resolve("model.onnx_data"));
        Files.write(top.resolve("elsewhere.bin"), data());
        Files.createSymbolicLink(snapshot.resolve("model.onnx_data"), top.resolve("elsewhere.bin"));
        assertThatThrownBy(() ->
                        OrtEnvironment.getEnvironment().createSession(file).close())
                .isInstanceOf(OrtException.class);
        assertThatThrownBy(() -> OnnxModel.load(Path.of(file)).close()).isInstanceOf(MalformedModelException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"alias.bin", "around/data.bin", "sub/alias.bin"})
    void linkWithinTheModelsDirectoryIsFollowed(String location) throws IOException {
        Path inside = Files.createDirectories(top.resolve("inside"));
        Files.createDirectories(inside.resolve("sub"));
        Files.write(inside.resolve("data.bin"), data());
        Files.createSymbolicLink(inside.resolve("alias.bin"), Path.of("data.bin"));
        Files.createSymbolicLink(inside.resolve("sub/alias.bin"), Path.of("../data.bin"));
        Files.createSymbolicLink(inside.resolve("around"), inside);
        try (OnnxModel opened = OnnxModel.load(Parts.save(inside, "model", holding(location)))) {
            assertThat(opened.weightBytes()).isEqualTo(BYTES);
            Parts.split(opened, top.resolve("parts"));
            Parts.assertIdentical(opened, top.resolve("parts"));
        }
    }

    @Test
    void linkElsewhereIsRefusedWithTheOptionThatAllowsIt() throws IOException {
        Path store = Files.createDirectories(top.resolve("store"));
        Files.write(store.resolve("data.bin"), data());
        Path inside = Files.createDirectories(top.resolve("inside"));
        Files.createSymbolicLink(inside.resolve("data.bin"), store.resolve("data.bin"));
        Path file = Parts.save(inside, "model", holding("data.bin"));
        assertThatThrownBy(() -> OnnxModel.load(file).close())
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContainingAll(
                        "tensor 'w'",
                        "its data file 'data.bin' is a link to " + store.resolve("data.bin"),
                        "--allow-root " + store,
                        "ReadOptions.withAllowedRoots");
        ReadOptions elsewhere = ReadOptions.DEFAULTS.withAllowedRoots(hub, top.resolve("absent"));
        assertThatThrownBy(() -> OnnxModel.load(file, elsewhere).close()).isInstanceOf(MalformedModelException.class);

        ReadOptions allowed = ReadOptions.DEFAULTS.withAllowedRoots(top.resolve("absent"), store);
        try (OnnxModel opened = OnnxModel.load(file, allowed)) {
            Parts.split(opened, top.resolve("parts"));
            Parts.assertIdentical(opened, top.resolve("parts"));
        }
    }

    @Test
    void linkToNothingIsMissing() throws IOException {
        Files.createSymbolicLink(top.resolve("data.bin"), top.resolve("absent.bin"));
        Path file = Parts.save(top, "model", holding("data.bin"));
        assertThatThrownBy(() -> OnnxModel.load(file).close())
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining("'data.bin' is missing beside the model");
    }

    @Test
    void hardLinkIsRefusedWithTheOptionThatAllowsIt() throws IOException {
        Files.write(top.resolve("data.bin"), data());
        Files.createLink(top.resolve("again.bin"), top.resolve("data.bin"));
        Path file = Parts.save(top, "model", holding("data.bin"));
        assertThatThrownBy(() -> OnnxModel.load(file).close())
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContainingAll("has 2 names", "--hard-links", "ReadOptions.withHardLinks");
        OnnxModel.load(file, ReadOptions.DEFAULTS.withHardLinks(true)).close();
    }

    /** Each file of an export in turn is a link out of its directory. */
    @ParameterizedTest
    @ValueSource(strings = {"partition.json", "linked_part1.onnx", "linked_part1.onnx.data"})
    void exportBehindALinkIsRefusedUnlessAllowed(String name) throws IOException {
        Path parts = top.resolve("parts");
        Files.write(top.resolve("data.bin"), data());
        Path file = Parts.save(top, "linked", holding("data.bin"));
        Path store = Files.createDirectories(top.resolve("store"));
        ReadOptions allowed = ReadOptions.DEFAULTS.withAllowedRoots(store);
        try (OnnxModel strict = OnnxModel.load(file);
                OnnxModel lenient = OnnxModel.load(file, allowed)) {
            SubmodelExporter.export(
                    strict,
                    Partitioner.everyCut().partition(strict.cuts()),
                    parts,
                    ExportOptions.DEFAULTS.withWeights(WeightStorage.EXTERNAL));
            Files.move(parts.resolve(name), store.resolve(name));
            Files.createSymbolicLink(parts.resolve(name), store.resolve(name));

            assertThatThrownBy(() -> SplitVerifier.verify(strict, parts))
                    .isInstanceOf(IOException.class)
                    .satisfies(LinksTest::saysWhatToAllow);
            assertThatThrownBy(() -> PartitionedSession.open(parts))
                    .isInstanceOf(IOException.class)
                    .satisfies(LinksTest::saysWhatToAllow);
            Parts.assertIdentical(lenient, parts);
            assertThatCode(() -> PartitionedSession.open(parts, SessionOptions.DEFAULTS.withReading(allowed))
                            .close())
                    .doesNotThrowAnyException();
        }
    }

    private static void saysWhatToAllow(Throwable refused) {
        String said = refused instanceof FileSystemException file ? file.getReason() : refused.getMessage();
        assertThat(said).contains("is a link to", "--allow-root");
    }

    /** A link is nothing that an export made, and is not overwritten. */
    @Test
    void exportDoesNotReplaceALinkedManifest() throws IOException {
        Path parts = top.resolve("parts");
        Files.write(top.resolve("data.bin"), data());
        try (OnnxModel opened = OnnxModel.load(Parts.save(top, "linked", holding("data.bin")))) {
            Parts.split(opened, parts);
            Files.move(parts.resolve("partition.json"), top.resolve("kept.json"));
            Files.createSymbolicLink(parts.resolve("partition.json"), top.resolve("kept.json"));
            assertThatThrownBy(() -> Parts.split(opened, parts))
                    .isInstanceOf(FileSystemException.class)
                    .hasMessageContaining("does not belong to an earlier export");
        }
        assertThat(Files.isSymbolicLink(parts.resolve("partition.json"))).isTrue();
    }
}
