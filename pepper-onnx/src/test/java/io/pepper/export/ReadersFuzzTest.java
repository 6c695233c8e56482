package io.pepper.export;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.BOOL;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT64;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.UINT8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pepper.document.InvalidFileException;
import io.pepper.model.ModelException;
import io.pepper.model.ReadLimits;
import io.pepper.model.ReadOptions;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.internal.Contents;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.session.TensorFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever bytes a reader is given, it reads them or refuses them with a {@link ModelException}, or a document with an {@link InvalidFileException}. In the build the inputs beside this
 * class are tried, among them all that ever failed; with {@code JAZZER_FUZZ=1} and one method chosen, new ones are looked for.
 */
@Tag("fuzz")
class ReadersFuzzTest {
    private static final ReadOptions SMALL = ReadOptions.DEFAULTS.withLimits(
            ReadLimits.builder().memoryBytes(64L << 20).operators(10_000).build());

    private static final String MANIFEST =
            """
            {"format": "pepper-partition", "version": 1, "tool": "pepper", "model": {"name": "m", "sha256": null},
             "weights": "inline", "inputs": [{"name": "x", "type": "float", "shape": [1, 4]}],
             "outputs": [{"name": "y", "type": "float", "shape": [1, 4]}],
             "parts": [{"file": "m_part1.onnx", "sha256": null, "bytes": 0,
             "operators": 0, "recomputedOperators": 0, "constantOperators": 0, "weightBytes": 0,
             "inputs": [{"name": "x", "type": "float", "shape": [1, 4]}],
             "outputs": [{"name": "h", "type": "float", "shape": [1, 4]}], "data": []},
             {"file": "m_part2.onnx", "sha256": null, "bytes": 0,
             "operators": 0, "recomputedOperators": 0, "constantOperators": 0, "weightBytes": 0,
             "inputs": [{"name": "h", "type": "float", "shape": [1, 4]}],
             "outputs": [{"name": "y", "type": "float", "shape": [1, 4]}], "data": []}],
             "cuts": [{"tensors": [{"name": "h", "type": "float", "shape": [1, 4]}]}], "unusedOperators": 0, "notes": []}
            """;

    /** Has an input of each kind of number that a manifest may set. */
    private static final OnnxModel SETTABLE = settable();

    @TempDir
    static Path directory;

    private static OnnxModel settable() {
        ModelProto proto = ModelBuilder.model("m")
                .input("x", FLOAT, 1, 4)
                .input("flag", BOOL)
                .input("steps", INT64, 1)
                .input("scale", FLOAT)
                .input("byte", UINT8, 1)
                .let("y", "Relu", "x")
                .output("y", FLOAT, 1, 4)
                .build();
        try {
            return OnnxModel.load(proto.toByteArray(), "m");
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The same for values of inputs. */
    @Test
    void theSoundManifestWithValuesAmongTheInputsIsRead() throws IOException {
        try (InputStream in =
                ReadersFuzzTest.class.getResourceAsStream("ReadersFuzzTestInputs/manifest/sound_with_values")) {
            assertThat(in).isNotNull();
            Files.write(directory.resolve(PartitionManifest.FILE_NAME), in.readAllBytes());
            assertThat(SetInputs.of(directory, PartitionManifest.read(directory), Contents.of(SETTABLE)))
                    .hasSize(3);
        }
    }

    @FuzzTest(maxDuration = "60m")
    void model(byte[] data) throws IOException {
        try (OnnxModel model = OnnxModel.load(data, "fuzz", SMALL)) {
            model.weights();
            model.weightBytes();
            model.paperBridges();
            model.outputs();
        } catch (ModelException refused) {
            // As it should be.
        }
    }

    @FuzzTest(maxDuration = "60m")
    void modelWithData(byte[] data) throws IOException {
        Path file = Files.write(directory.resolve("fuzz.onnx"), data);
        Path weights = directory.resolve("data.bin");
        if (Files.notExists(weights)) {
            Files.write(weights, new byte[4096]);
        }
        try (OnnxModel model = OnnxModel.load(file, SMALL)) {
            model.weights();
        } catch (ModelException refused) {
            // As it should be.
        }
    }

    @FuzzTest(maxDuration = "60m")
    void tensor(byte[] data) throws IOException {
        for (String name : List.of("fuzz.npy", "fuzz.pb")) {
            Path file = Files.write(directory.resolve(name), data);
            try {
                TensorFiles.read(file).close();
            } catch (ModelException refused) {
                // As it should be.
            } catch (IOException refused) {
                assertThat(refused).hasMessageContaining(name);
            }
        }
    }

    @FuzzTest(maxDuration = "60m")
    void manifest(byte[] data) throws IOException {
        Files.write(directory.resolve(PartitionManifest.FILE_NAME), data);
        try {
            PartitionManifest manifest = PartitionManifest.read(directory);
            SetInputs.given(
                    Contents.of(SETTABLE),
                    SetInputs.of(directory, manifest, Contents.of(SETTABLE)),
                    VerificationOptions.DEFAULTS);
        } catch (ModelException | InvalidFileException refused) {
            // As it should be.
        }
    }

    @FuzzTest(maxDuration = "60m")
    void plan(byte[] data) throws IOException {
        try {
            read(data).simulator();
        } catch (InvalidFileException | IllegalArgumentException refused) {
            // As it should be: a file that is no plan, and a plan whose parts are not one after the other.
        }
    }

    private static DeploymentPlan read(byte[] plan) throws IOException {
        Path own = Files.createDirectories(directory.resolve("plan"));
        Files.write(own.resolve(DeploymentPlan.FILE_NAME), plan);
        Files.writeString(own.resolve(PartitionManifest.FILE_NAME), MANIFEST);
        for (String part : List.of("m_part1.onnx", "m_part2.onnx")) {
            Files.write(own.resolve(part), new byte[0]);
        }
        return DeploymentPlan.read(own);
    }

    /** Fuzzing that begins with a plan that is refused at once would look at nothing behind that. */
    @Test
    void theSoundPlanAmongTheInputsIsRead() throws IOException {
        try (InputStream in = ReadersFuzzTest.class.getResourceAsStream("ReadersFuzzTestInputs/plan/sound")) {
            assertThat(in).isNotNull();
            assertThat(read(in.readAllBytes()).devices()).hasSize(2);
        }
    }
}
