package io.pepper.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.export.ExportOptions;
import io.pepper.export.PartitionManifest;
import io.pepper.export.SplitVerifier;
import io.pepper.export.SubmodelExporter;
import io.pepper.export.VerificationOptions;
import io.pepper.export.WeightStorage;
import io.pepper.model.ProgressListener;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights stay out of the heap: models much larger than the heap are divided, in another JVM. */
class SmallHeapTest {
    @TempDir
    Path directory;

    /** What the other JVM runs. */
    static final class Split {
        private Split() {}

        public static void main(String[] args) throws IOException {
            ExportOptions options = ExportOptions.DEFAULTS
                    .withDurable(false)
                    .withWeights(WeightStorage.valueOf(args[3]))
                    .withChecksums(Boolean.parseBoolean(args[4]));
            try (OnnxModel model = OnnxModel.load(Path.of(args[0]))) {
                Partition partition = Partitioner.balanced(Integer.parseInt(args[2]), model.weights())
                        .partition(model.cuts());
                SubmodelExporter.export(model, partition, Path.of(args[1]), options);
            }
        }
    }

    private static void split(String heap, Path model, Path target, int parts, WeightStorage storage, boolean checksums)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-cp",
                System.getProperty("java.class.path"),
                Split.class.getName()));
        command.addAll(Arrays.asList(
                model.toString(),
                target.toString(),
                Integer.toString(parts),
                storage.name(),
                Boolean.toString(checksums)));
        Process split = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(split.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(split.waitFor()).as(output).isZero();
    }

    @Test
    void dividesHalfAGigabyte() throws IOException, InterruptedException {
        Path parts = directory.resolve("parts");
        split("48m", LargeModels.external(directory, 2), parts, 2, WeightStorage.INLINE, true);
        for (PartitionManifest.Part part : PartitionManifest.read(parts).parts()) {
            assertThat(part.weightBytes()).isEqualTo(LargeModels.LAYER_BYTES);
            assertThat(part.bytes()).isBetween(LargeModels.LAYER_BYTES, LargeModels.LAYER_BYTES + 4096);
            assertThat(parts.resolve(part.file())).hasSize(part.bytes());
        }
    }

    private void assertRefers(String heap, Path model, int layers, String data)
            throws IOException, InterruptedException {
        split(heap, model, directory, layers, WeightStorage.REFERENCE, false);
        List<PartitionManifest.Part> parts = PartitionManifest.read(directory).parts();
        assertThat(parts).hasSize(layers);
        for (PartitionManifest.Part part : parts) {
            assertThat(part.weightBytes()).isEqualTo(LargeModels.LAYER_BYTES);
            assertThat(part.bytes()).isLessThan(2048);
            assertThat(part.data()).extracting(PartitionManifest.Data::file).containsExactly(data);
            try (OnnxModel opened = OnnxModel.load(directory.resolve(part.file()))) {
                assertThat(opened.weightBytes()).isEqualTo(LargeModels.LAYER_BYTES);
            }
        }
    }

    @Test
    void refersToOneAndAHalfGigabytes() throws IOException, InterruptedException {
        assertRefers("48m", LargeModels.external(directory, 6), 6, "weights");
    }

    @Test
    @Tag("large")
    void refersToTwelveGigabytes() throws IOException, InterruptedException {
        assertRefers("128m", LargeModels.external(directory, 52), 52, "weights");
    }

    /** ONNX Runtime opens no such file; it runs in parts, and as a whole that refers to it too. */
    @Test
    @Tag("large")
    void dividesAndProvesAProtobufOfMoreThanTwoGigabytes() throws IOException, InterruptedException {
        Path file = LargeModels.inline(directory, 10);
        assertThat(file.toFile().length()).isGreaterThan(1L << 31);
        assertRefers("128m", file, 10, "large.onnx");
        try (OnnxModel model = OnnxModel.load(file)) {
            VerificationOptions once = VerificationOptions.DEFAULTS.withTrials(1);
            assertThat(SplitVerifier.verify(model, directory, once, ProgressListener.NONE)
                            .identical())
                    .isTrue();
        }
    }

    /** In a file of 2 GiB no part of three gigabytes fits: it gets a data file by itself. */
    @Test
    @Tag("large")
    void partOfMoreThanTwoGigabytesGetsADataFile() throws IOException, InterruptedException {
        Path parts = directory.resolve("parts");
        split("128m", LargeModels.external(directory, 10), parts, 1, WeightStorage.INLINE, true);
        PartitionManifest manifest = PartitionManifest.read(parts);
        assertThat(manifest.notes()).singleElement().asString().contains("large_part1.onnx.data");
        PartitionManifest.Part part = manifest.parts().get(0);
        assertThat(part.bytes()).isLessThan(1 << 20);
        assertThat(part.data().get(0).bytes()).isEqualTo(10 * LargeModels.LAYER_BYTES);
    }
}
