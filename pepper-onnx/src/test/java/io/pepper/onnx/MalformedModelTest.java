package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.testmodels.BodyBuilder.body;
import static io.pepper.onnx.testmodels.FunctionBuilder.function;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.pepper.export.ExportOptions;
import io.pepper.export.PartitionManifest;
import io.pepper.export.SubmodelExporter;
import io.pepper.model.MalformedModelException;
import io.pepper.model.ModelException;
import io.pepper.model.ReadLimits;
import io.pepper.model.ReadOptions;
import io.pepper.onnx.internal.proto.FunctionProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import io.pepper.onnx.testmodels.BodyTopologies;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.onnx.testmodels.Parts;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.onnx.testmodels.Topologies;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are no models, or wrong ones: each is refused with a message, never with a crash. */
class MalformedModelTest {
    private static final long SEED = 20250301;
    private static final int MUTATIONS = 6000;
    private static final int EXPORTS = 400;
    private static final long HUGE = 1L << 60;

    @TempDir
    Path directory;

    private static ModelBuilder start() {
        return model("bad").input("x", FLOAT, 1, 16);
    }

    private static void assertRefused(ModelProto bad, String... said) {
        assertThatThrownBy(() -> OnnxModel.load(bad.toByteArray(), "bad").close())
                .isInstanceOf(MalformedModelException.class)
                .hasMessageStartingWith("bad: ")
                .hasMessageContainingAll(said);
    }

    /** Does all that needs no sound model. */
    private static void use(byte[] bytes) throws IOException {
        try (OnnxModel model = OnnxModel.load(bytes, "mutant")) {
            assertThat(model.weightBytes()).isNotNegative();
            assertThat(model.cuts().size()).isLessThanOrEqualTo(model.operatorCount());
            assertThat(model.inputs()).isNotNull();
            assertThat(model.outputs()).isNotNull();
            assertThat(model.opsets()).isNotNull();
            model.weights();
            model.paperBridges();
        }
    }

    private static void assertWorksOrIsRefused(byte[] bytes, String what) {
        Throwable thrown = catchThrowable(() -> use(bytes));
        if (thrown != null) {
            assertThat(thrown).as(what).isInstanceOf(ModelException.class).hasMessageStartingWith("mutant: ");
        }
    }

    @Test
    void truncatedFilesAreRefused() throws IOException {
        byte[] whole = BodyTopologies.ifCapturing().bytes();
        for (int piece = 0; piece < 50; piece++) {
            byte[] bytes = Arrays.copyOf(whole, (int) ((long) whole.length * piece / 50));
            assertThatThrownBy(() -> use(bytes))
                    .as("%d of %d bytes", bytes.length, whole.length)
                    .isInstanceOf(MalformedModelException.class)
                    .hasMessageStartingWith("mutant: ");
        }
    }

    @Test
    void truncatedFileOnDiskNamesItself() throws IOException {
        byte[] whole = BodyTopologies.loop().bytes();
        Path file = Files.write(directory.resolve("half.onnx"), Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(() -> OnnxModel.load(file).close())
                .isInstanceOf(MalformedModelException.class)
                .hasMessageStartingWith(file + ": ");
        assertThat(Parts.names(directory)).containsExactly("half.onnx");
    }

    @Test
    void randomBytesAreRefusedOrRead() {
        Random random = new Random(SEED);
        for (int trial = 0; trial < 1000; trial++) {
            byte[] bytes = new byte[1 + random.nextInt(300)];
            random.nextBytes(bytes);
            assertWorksOrIsRefused(bytes, "random bytes " + trial);
        }
    }

    @Test
    void mutatedModelsAreRefusedOrRead() {
        Random random = new Random(SEED);
        List<byte[]> models = smallModels();
        for (int trial = 0; trial < MUTATIONS; trial++) {
            byte[] bytes = models.get(trial % models.size()).clone();
            int changes = 1 + random.nextInt(4);
            for (int change = 0; change < changes; change++) {
                mutate(bytes, random);
            }
            assertWorksOrIsRefused(bytes, "mutation " + trial);
        }
    }

    /** What can be read is exported or refused, and then leaves nothing. */
    @Test
    void mutatedModelsAreExportedWholeOrRefused() throws IOException {
        Random random = new Random(SEED);
        List<byte[]> models = smallModels();
        int exported = 0;
        for (int trial = 0; trial < EXPORTS; trial++) {
            byte[] bytes = models.get(trial % models.size()).clone();
            mutate(bytes, random);
            Path target = directory.resolve("parts" + trial);
            try (OnnxModel model = OnnxModel.load(bytes, "mutant")) {
                Partition partition = Partitioner.everyCut().partition(model.cuts());
                SubmodelExporter.export(model, partition, target, ExportOptions.DEFAULTS.withDurable(false));
                assertThat(PartitionManifest.read(target).parts())
                        .hasSize(partition.segments().size());
                exported++;
            } catch (ModelException refused) {
                assertThat(refused).hasMessageStartingWith("mutant: ");
                assertThat(target).doesNotExist();
            }
        }
        assertThat(exported).isPositive();
        assertThat(Parts.names(directory)).hasSize(exported);
    }

    private static List<byte[]> smallModels() {
        return Topologies.all().stream()
                .map(TestModel::bytes)
                .filter(bytes -> bytes.length < 20_000)
                .toList();
    }

    /** Structure stands at both ends of these files, weights between: half the changes go to the last bytes. */
    private static void mutate(byte[] bytes, Random random) {
        int reach = random.nextBoolean() ? bytes.length : Math.min(bytes.length, 400);
        int at = bytes.length - 1 - random.nextInt(reach);
        switch (random.nextInt(4)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt(256);
            case 2 -> {
                int length = 1 + random.nextInt(Math.min(16, bytes.length - at));
                System.arraycopy(bytes, random.nextInt(bytes.length - length + 1), bytes, at, length);
            }
            default -> bytes[at] = bytes[random.nextInt(bytes.length)];
        }
    }

    @Test
    void emptyFileIsRefused() throws IOException {
        Path file = Files.createFile(directory.resolve("empty.onnx"));
        assertThatThrownBy(() -> OnnxModel.load(file).close())
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContainingAll(file.toString(), "is empty");
        assertRefused(ModelProto.newBuilder().setIrVersion(8).build(), "graph", "is missing");
    }

    @Test
    void textFileIsRefused() throws IOException {
        byte[] text = "{\"this\": \"is no model\"}\n".getBytes(StandardCharsets.UTF_8);
        Path file = Files.write(directory.resolve("text.onnx"), text);
        assertThatThrownBy(() -> OnnxModel.load(file).close())
                .isInstanceOf(MalformedModelException.class)
                .hasMessageStartingWith(file + ": ");
    }

    @Test
    void missingFileIsRefused() {
        Path file = directory.resolve("absent.onnx");
        assertThatThrownBy(() -> OnnxModel.load(file).close())
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void directoryIsRefused() {
        assertThatThrownBy(() -> OnnxModel.load(directory).close())
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining(directory.toString());
    }

    @Test
    void cycleIsRefused() {
        ModelBuilder bad =
                start().let("a", "Add", "x", "b").let("b", "Neg", "a").output("b", FLOAT, 1, 16);
        assertRefused(bad.build(), "graph", "cycle");
    }

    @Test
    void tensorOfTwoProducersIsRefused() {
        ModelBuilder bad = start().let("y", "Neg", "x").let("y", "Abs", "x").output("y", FLOAT, 1, 16);
        assertRefused(bad.build(), "'y'");
    }

    @Test
    void inputThatIsAlsoMadeIsRefused() {
        ModelBuilder bad = start().let("x", "Neg", "x").output("x", FLOAT, 1, 16);
        assertRefused(bad.build(), "'x'");
    }

    @Test
    void unknownTensorIsRefused() {
        ModelBuilder bad = start().let("y", "Add", "x", "nowhere").output("y", FLOAT, 1, 16);
        assertRefused(bad.build(), "'nowhere'");
    }

    @Test
    void outputThatNobodyMakesIsRefused() {
        ModelBuilder bad = start().let("y", "Neg", "x").output("nothing", FLOAT, 1, 16);
        assertRefused(bad.build(), "'nothing'");
    }

    @Test
    void inputsAndOutputsListedTwiceAreRefused() {
        assertRefused(
                start().input("x", FLOAT, 1, 16)
                        .let("y", "Neg", "x")
                        .output("y", FLOAT, 1, 16)
                        .build(),
                "'x'");
        assertRefused(
                start().let("y", "Neg", "x")
                        .output("y", FLOAT, 1, 16)
                        .output("y", FLOAT, 1, 16)
                        .build(),
                "'y'");
    }

    @Test
    void valuesWithoutNameAreRefused() {
        ModelProto good = start().let("y", "Neg", "x").output("y", FLOAT, 1, 16).build();
        ValueInfoProto unnamed = ValueInfoProto.getDefaultInstance();
        assertRefused(with(good, good.getGraph().toBuilder().addInput(unnamed)), "graph.input", "no name");
        assertRefused(with(good, good.getGraph().toBuilder().addOutput(unnamed)), "graph.output", "no name");
        TensorProto tensor = TensorProto.getDefaultInstance();
        assertRefused(with(good, good.getGraph().toBuilder().addInitializer(tensor)), "graph.initializer", "no name");
    }

    private static ModelProto with(ModelProto model, GraphProto.Builder graph) {
        return model.toBuilder().setGraph(graph).build();
    }

    @Test
    void functionsThatCallThemselvesAreRefused() {
        FunctionProto one = calling("One", "Two");
        FunctionProto two = calling("Two", "Three");
        FunctionProto three = calling("Three", "Two");
        ModelBuilder bad = start().opset("own", 1)
                .function(one)
                .function(two)
                .function(three)
                .add(node("One").domain("own").in("x").out("y"))
                .output("y", FLOAT, 1, 16);
        assertRefused(bad.build(), "functions", "own:T", "calls itself");
        assertRefused(start().function(calling("Self", "Self")).build(), "own:Self", "calls itself");
    }

    @Test
    void functionDefinedTwiceIsRefused() {
        FunctionProto one =
                function("own", "One").in("a").out("b").let("b", "Neg", "a").build();
        assertRefused(start().function(one).function(one).build(), "own:One", "twice");
    }

    private static FunctionProto calling(String name, String called) {
        return function("own", name)
                .in("a")
                .out("b")
                .add(node(called).domain("own").in("a").out("b"))
                .build();
    }

    private static TensorProto sized(String name, long... dims) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(FLOAT.getNumber());
        Arrays.stream(dims).forEach(tensor::addDims);
        return tensor.build();
    }

    @Test
    void impossibleDimensionsAreRefused() {
        assertRefused(start().initializer(sized("w", 4, -4)).build(), "tensor 'w'", "-4");
        assertRefused(start().constant(sized("w", -1)).build(), "tensor 'w'", "-1");
        assertRefused(start().initializer(sized("w", HUGE, HUGE)).build(), "tensor 'w'");
    }

    @Test
    void sumOfSizesBeyondWhatCanBeCountedIsRefused() {
        ModelBuilder bad = start();
        for (int i = 0; i < 4; i++) {
            bad.initializer(sized("w" + i, HUGE));
        }
        assertRefused(bad.build(), "tensor 'w", "larger than can be addressed");
    }

    @Test
    void nestingBeyondTheLimitIsRefused() {
        GraphProto inner = GraphProto.newBuilder().setName("innermost").build();
        for (int depth = 0; depth < 40; depth++) {
            inner = body("level")
                    .add(node("If").named("if").in("x").out("y").with("then_branch", inner))
                    .build();
        }
        ModelProto deep = ModelProto.newBuilder().setGraph(inner).build();
        assertRefused(deep, "nested");
    }

    /** A stream without an end must not fill the disk. */
    @Test
    void refusesAStreamThatDoesNotEnd() {
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return 0;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) {
                return length;
            }
        };
        ReadOptions options = ReadOptions.DEFAULTS.withLimits(
                ReadLimits.builder().streamBytes(1 << 20).build());
        assertThatThrownBy(() -> OnnxModel.load(endless, "endless", options))
                .isInstanceOf(MalformedModelException.class)
                .hasMessage("endless: stream: has more than 1048576 bytes");
    }

    @Test
    void refusedStreamLeavesNoTemporaryFile() throws IOException {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        List<String> before = leftovers(temporary);
        assertThatThrownBy(() -> OnnxModel.load(new ByteArrayInputStream(new byte[] {1, 2, 3}), "bad"))
                .isInstanceOf(MalformedModelException.class);
        assertThat(leftovers(temporary)).isSubsetOf(before);
    }

    private static List<String> leftovers(Path directory) throws IOException {
        return Parts.names(directory).stream()
                .filter(name -> name.startsWith("pepper-") && name.endsWith(".onnx"))
                .toList();
    }
}
