package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.export.SplitVerifier;
import io.pepper.export.SubmodelExporter;
import io.pepper.model.InputShapes;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.testmodels.Parts;
import io.pepper.onnx.testmodels.Tensors;
import io.pepper.partition.OperatorCosts;
import io.pepper.partition.Partitioner;
import io.pepper.session.PartitionedSession;
import io.pepper.session.RandomInputs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Where ONNX Runtime does not load (an unknown processor, no place to unpack its library), what needs no run works, and the rest says
 * why, the second time as well as the first. A process of its own each, since a library is loaded once.
 */
class WithoutRuntimeTest {
    @TempDir
    Path directory;

    private Path stated;
    private Path unstated;

    @BeforeEach
    void writeModels() throws IOException {
        stated = Parts.save(directory, "stated", of(true));
        unstated = Parts.save(directory, "unstated", of(false));
    }

    private static ModelProto of(boolean stated) {
        var builder = model("m")
                .input("x", FLOAT, 1, 16)
                .initializer(Tensors.floats("w", new Random(1), 16, 16))
                .let("h", "MatMul", "x", "w")
                .let("r", "Relu", "h")
                .let("y", "Neg", "r")
                .output("y", FLOAT, 1, 16);
        return stated
                ? builder.valueInfo("h", FLOAT, 1, 16)
                        .valueInfo("r", FLOAT, 1, 16)
                        .build()
                : builder.build();
    }

    @Test
    void anUnknownProcessorIsReported() throws IOException {
        List<String> said = run("-Dos.arch=arm");
        assertThat(said).contains("cuts 2", "parts 2", "bytes 3", "at 2", "weights 1024");
        assertThat(said)
                .filteredOn(line -> line.startsWith("RuntimeUnavailableException"))
                .hasSize(6)
                .allSatisfy(line ->
                        assertThat(line).contains("ONNX Runtime does not load here: ", "Unsupported arch", "on arm"));
        assertThat(said).anySatisfy(line -> assertThat(line).startsWith("shapes ONNX Runtime does not load here: "));
        assertThat(said).anySatisfy(line -> assertThat(line)
                .startsWith("UnsupportedModelException")
                .contains("tensor 'h'", "its type is not stated in the model", "ONNX Runtime does not load here: "));
    }

    @Test
    void aTemporaryDirectoryThatIsMissingIsReported() throws IOException {
        Path nowhere = directory.resolve("nowhere");
        List<String> said = run("-Djava.io.tmpdir=" + nowhere);
        assertThat(said).contains("cuts 2", "parts 2", "bytes 3", "at 2");
        assertThat(said)
                .filteredOn(line -> line.startsWith("RuntimeUnavailableException"))
                .hasSize(6)
                .allSatisfy(line -> assertThat(line)
                        .contains(nowhere.toString(), "no such file or directory", "-Djava.io.tmpdir=DIR"));
    }

    @Test
    void aTemporaryDirectoryThatIsAFileIsReported() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "no directory");
        assertThat(run("-Djava.io.tmpdir=" + file))
                .contains("cuts 2", "parts 2")
                .filteredOn(line -> line.startsWith("RuntimeUnavailableException"))
                .hasSize(6)
                .allSatisfy(line -> assertThat(line).contains("Not a directory"));
    }

    @Test
    void aLibraryFileThatIsNoLibraryIsReported() throws IOException {
        Path libraries = Files.createDirectory(directory.resolve("libraries"));
        for (String name : List.of("onnxruntime", "onnxruntime4j_jni")) {
            Files.writeString(libraries.resolve(System.mapLibraryName(name)), "no library");
        }
        assertThat(run("-Donnxruntime.native.path=" + libraries))
                .contains("cuts 2", "parts 2")
                .filteredOn(line -> line.startsWith("RuntimeUnavailableException"))
                .hasSize(6)
                .allSatisfy(line -> assertThat(line).contains(libraries.toString()));
    }

    private List<String> run(String option) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        option,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Work.class.getName(),
                        stated.toString(),
                        unstated.toString(),
                        directory.resolve("out").toString())
                .redirectErrorStream(true)
                .start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(lines).as("ended by itself").contains("done");
        return lines;
    }

    /** What the other process does. */
    static final class Work {
        private Work() {}

        private interface Try {
            void run() throws IOException;
        }

        private static void refused(Try work) {
            try {
                work.run();
                System.out.println("not refused");
            } catch (IOException refused) {
                System.out.println(refused.getClass().getSimpleName() + " " + refused.getMessage());
            }
        }

        public static void main(String[] args) throws IOException {
            Path out = Path.of(args[2]);
            try (OnnxModel model = OnnxModel.load(Path.of(args[0]))) {
                System.out.println("cuts " + model.cuts().size());
                System.out.println("weights " + model.weightBytes());
                System.out.println("shapes " + model.shapes().failure().orElse("known"));
                System.out.println(
                        "parts " + split(model, out.resolve("parts"), Partitioner.balanced(2, OperatorCosts.count())));
                System.out.println(
                        "bytes " + split(model, out.resolve("bytes"), Partitioner.balanced(3, model.weights())));
                System.out.println("at " + split(model, out.resolve("at"), Partitioner.atTensors(List.of("h"))));
                for (int time = 0; time < 2; time++) {
                    refused(() -> SplitVerifier.verify(model, out.resolve("parts")));
                    refused(() -> PartitionedSession.open(out.resolve("parts")).close());
                    refused(() -> RandomInputs.of(model.inputs(), InputShapes.NONE, 1));
                }
            }
            try (OnnxModel model = OnnxModel.load(Path.of(args[1]))) {
                refused(() -> split(model, out.resolve("unstated"), Partitioner.atTensors(List.of("h"))));
            }
            System.out.println("done");
        }

        private static int split(OnnxModel model, Path directory, Partitioner partitioner) throws IOException {
            return SubmodelExporter.export(model, partitioner.partition(model.cuts()), directory)
                    .parts()
                    .size();
        }
    }
}
