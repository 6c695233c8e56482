package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.STRING;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pepper.model.MalformedModelException;
import io.pepper.model.ReadLimits;
import io.pepper.model.ReadOptions;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.onnx.testmodels.Parts;
import io.pepper.onnx.testmodels.Tensors;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
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
    @ValueSource(strings = {"absent.bin", "data.bin/data.bin"})
    void missingFileIsRefused(String location) throws IOException {
        prepare();
        assertRefused(at(location), "'" + location + "'", "is missing beside the model");
    }

    @ParameterizedTest
    @ValueSource(strings = {"directory", "."})
    void directoryIsRefused(String location) throws IOException {
        prepare();
        assertRefused(at(location), "'" + location + "'", "is a directory");
    }

    @Test
    void linkOutOfTheDirectoryIsRefused() throws IOException {
        prepare();
        assertRefused(at("link.bin"), "'link.bin'", "is a link to");
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
        "offset, 1e3, is not a number",
        "offset, '', is not a number",
        "offset, 9223372036854775808, is not a number",
        "length, 1023, where its type and shape take 1024",
        "length, 9223372036854775807, where its type and shape take 1024",
        "length, -5, is negative",
        "length, many, is not a number"
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

    @Test
    void keysThatOccurTwiceAreRefusedAndUnknownOnesPassedOver() throws IOException {
        prepare();
        assertRefused(
                ExternalModels.external(WEIGHT, "location", "data.bin", "location", "link.bin"),
                "external_data.location",
                "occurs twice");
        TensorProto more =
                ExternalModels.external(WEIGHT, "location", "data.bin", "prepacked_0", "x", "prepacked_0", "../y");
        OnnxModel.load(Parts.save(inside, "more", holding(more))).close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"C:data.bin", "c:", "Z:/data.bin", "//server/data.bin", "data.bin\nx", "\u001b[2Jdata.bin"})
    void namesOfOtherSystemsAndControlCharactersAreRefused(String location) throws IOException {
        Path file = Parts.save(inside, "bad", holding(at(location)));
        assertThatThrownBy(() -> OnnxModel.load(file).close())
                .isInstanceOf(MalformedModelException.class)
                .satisfies(refused -> assertThat(refused.getMessage().chars().anyMatch(Character::isISOControl))
                        .isFalse());
    }

    @Test
    void fileOfAnotherNameElsewhereIsRefusedUnlessAllowed() throws IOException {
        Files.createLink(inside.resolve("hard.bin"), outside.resolve("secret.bin"));
        Path file = Parts.save(inside, "bad", holding(at("hard.bin")));
        assertThatThrownBy(() -> OnnxModel.load(file).close())
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining("has 2 names in the file system");
        OnnxModel.load(file, ReadOptions.DEFAULTS.withHardLinks(true)).close();
    }

    @Test
    void pipesAndDevicesAreRefusedAndNotWaitedFor() throws IOException, InterruptedException {
        Process made = new ProcessBuilder("mkfifo", inside.resolve("pipe").toString()).start();
        assumeTrue(made.waitFor() == 0, "no pipes can be made here");
        Path file = Parts.save(inside, "bad", holding(at("pipe")));
        assertThatThrownBy(() -> OnnxModel.load(file).close())
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining("is not a regular file");
        for (Path irregular : new Path[] {inside.resolve("pipe"), Path.of("/dev/zero")}) {
            assertThatThrownBy(() -> OnnxModel.load(irregular).close())
                    .isInstanceOf(FileSystemException.class)
                    .hasMessageContaining("is not a regular file");
        }
    }

    /** Whatever is put in the place of the file or of its directory, only the file itself is ever read. */
    @Test
    void exchangesWhileItIsOpenedNeverLeadOutside() throws Exception {
        Path sub = Files.createDirectory(inside.resolve("sub"));
        Files.write(sub.resolve("data.bin"), new byte[1024]);
        byte[] secret = new byte[1024];
        Arrays.fill(secret, (byte) 7);
        Path other = Files.createDirectory(outside.resolve("other"));
        Files.write(other.resolve("data.bin"), secret);
        Path file = Parts.save(inside, "raced", holding(at("sub/data.bin")));
        AtomicBoolean stop = new AtomicBoolean();
        Thread swapper = new Thread(() -> swap(sub, other, stop));
        swapper.start();
        int opened = 0;
        try {
            for (int i = 0; i < 300 || (opened == 0 && i < 100_000); i++) {
                opened += opens(file) ? 1 : 0;
            }
        } finally {
            stop.set(true);
            swapper.join();
        }
        assertThat(opened).isPositive();
    }

    private boolean opens(Path file) throws IOException {
        try (OnnxModel model = OnnxModel.load(file)) {
            assertThat(model.contents().payloads().size()).isZero();
            byte[] found = model.contents()
                    .graph()
                    .model()
                    .getGraph()
                    .getInitializer(0)
                    .getRawData()
                    .toByteArray();
            assertThat(found).isEqualTo(new byte[1024]);
            return true;
        } catch (MalformedModelException refused) {
            return false;
        }
    }

    /** Now the directory stands there, now a link to another. */
    private static void swap(Path sub, Path other, AtomicBoolean stop) {
        Path aside = sub.resolveSibling("aside");
        try {
            while (!stop.get()) {
                Files.move(sub, aside, StandardCopyOption.ATOMIC_MOVE);
                Files.createSymbolicLink(sub, other);
                Files.delete(sub);
                Files.move(aside, sub, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Test
    void fewBytesMustNotStandForMany() throws IOException {
        Files.write(inside.resolve("big.bin"), new byte[1 << 20]);
        ModelBuilder builder = model("bomb").input("x", FLOAT, 1);
        for (int i = 0; i < 80; i++) {
            builder.initializer(ExternalModels.external(
                    TensorProto.newBuilder()
                            .setName("w" + i)
                            .setDataType(FLOAT.getNumber())
                            .addDims(1 << 18)
                            .build(),
                    "location",
                    "big.bin"));
        }
        Path file = Parts.save(
                inside,
                "bomb",
                builder.let("y", "Relu", "x").output("y", FLOAT, 1).build());
        assertThatThrownBy(() -> OnnxModel.load(file).close())
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContainingAll("tensor 'w64'.external_data", "which has 1048576", "16 times over");
        ReadLimits generous = ReadLimits.builder().dataReuse(80).build();
        OnnxModel.load(file, ReadOptions.DEFAULTS.withLimits(generous)).close();
    }

    @Test
    void dataFilesAreLimited() throws IOException {
        ModelBuilder builder = model("many").input("x", FLOAT, 1);
        for (int i = 0; i < 4; i++) {
            Files.write(inside.resolve("w" + i), new byte[4]);
            builder.initializer(
                    ExternalModels.external(Tensors.floats("w" + i, new Random(i), 1), "location", "w" + i));
        }
        Path file = Parts.save(
                inside,
                "many",
                builder.let("y", "Relu", "x").output("y", FLOAT, 1).build());
        ReadLimits limits = ReadLimits.builder().dataFiles(3).build();
        assertThatThrownBy(() -> OnnxModel.load(file, ReadOptions.DEFAULTS.withLimits(limits))
                        .close())
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining("tensor 'w3'.external_data.location: is beyond the limit of 3 data files");
        OnnxModel.load(file).close();
    }

    @Test
    void checksumsAreComparedIfAskedFor() throws IOException {
        String right = "605db3fdbaff4ba13729371ad0c4fbab3889378e"; // sha1sum of 2048 zeros
        Path sound = Parts.save(
                inside,
                "sound",
                holding(ExternalModels.external(
                        WEIGHT, "location", "data.bin", "checksum", right.toUpperCase(Locale.ROOT))));
        ReadOptions compare = ReadOptions.DEFAULTS.withChecksums(true);
        OnnxModel.load(sound, compare).close();
        Path wrong = Parts.save(
                inside, "wrong", holding(ExternalModels.external(WEIGHT, "location", "data.bin", "checksum", "00")));
        OnnxModel.load(wrong).close();
        assertThatThrownBy(() -> OnnxModel.load(wrong, compare).close())
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContainingAll("tensor 'w'.external_data.checksum", "is 00", right);
    }

    private void prepare() throws IOException {
        Files.createDirectory(inside.resolve("directory"));
        Files.createSymbolicLink(inside.resolve("link.bin"), outside.resolve("secret.bin"));
    }
}
