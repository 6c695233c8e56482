package io.pepper.bench;

import io.pepper.export.ExportOptions;
import io.pepper.export.PartitionManifest;
import io.pepper.export.SubmodelExporter;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The time of an export, compared with copying the model's file. The baselines are {@code cp}, {@code cp} with a wait
 * for the disk, and SHA-256 over the file once, which the default export computes twice: over the model and over the
 * parts.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = "-Xmx256m")
@Warmup(iterations = 8)
@Measurement(iterations = 15)
public class ExportBenchmark {
    private static final int BUFFER_BYTES = 1 << 18;

    /** The model. */
    @Param({"resnet50", "layers32"})
    public String model = "";

    private Path directory = Path.of("");
    private Path file = Path.of("");

    @SuppressWarnings("NullAway.Init") // set by the set-up
    private OnnxModel opened;

    @SuppressWarnings("NullAway.Init")
    private Partition partition;

    /** Created by JMH. */
    public ExportBenchmark() {}

    /**
     * Writes the model in a separate process, which takes more memory than exporting does, and opens it.
     *
     * @throws IOException if it cannot be written
     * @throws InterruptedException if interrupted
     */
    @Setup(Level.Trial)
    public void makeModel() throws IOException, InterruptedException {
        directory = Files.createTempDirectory("pepper-bench-");
        file = directory.resolve(model + ".onnx");
        run(
                "java",
                "-Xmx3g",
                "-cp",
                System.getProperty("java.class.path"),
                ModelMaker.class.getName(),
                model,
                file.toString());
        opened = OnnxModel.load(file);
        partition = Partitioner.balanced(4, opened.weights()).partition(opened.cuts());
    }

    private static void run(String... command) throws IOException, InterruptedException {
        if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
            throw new IOException("failed: " + List.of(command));
        }
    }

    /**
     * Exports with the default options.
     *
     * @return the manifest
     * @throws IOException if it fails
     */
    @Benchmark
    public PartitionManifest export() throws IOException {
        return SubmodelExporter.export(opened, partition, directory.resolve("parts"));
    }

    /**
     * Exports durably, without checksums.
     *
     * @return the manifest
     * @throws IOException if it fails
     */
    @Benchmark
    public PartitionManifest exportWithoutChecksums() throws IOException {
        ExportOptions options = ExportOptions.DEFAULTS.withChecksums(false);
        return SubmodelExporter.export(opened, partition, directory.resolve("parts"), options);
    }

    /**
     * Exports without checksums and without waiting for the disk.
     *
     * @return the manifest
     * @throws IOException if it fails
     */
    @Benchmark
    public PartitionManifest exportOnlyCopying() throws IOException {
        ExportOptions options = ExportOptions.DEFAULTS.withChecksums(false).withDurable(false);
        return SubmodelExporter.export(opened, partition, directory.resolve("parts"), options);
    }

    /**
     * Copies the file.
     *
     * @throws IOException if it fails
     * @throws InterruptedException if interrupted
     */
    @Benchmark
    public void cp() throws IOException, InterruptedException {
        run("cp", file.toString(), directory.resolve("copy").toString());
    }

    /**
     * Copies the file and waits for the disk.
     *
     * @throws IOException if it fails
     * @throws InterruptedException if interrupted
     */
    @Benchmark
    public void cpAndSync() throws IOException, InterruptedException {
        run("cp", file.toString(), directory.resolve("copy").toString());
        run("sync", directory.resolve("copy").toString());
    }

    /**
     * Hashes the file once.
     *
     * @return the hash
     * @throws IOException if it fails
     * @throws GeneralSecurityException never
     */
    @Benchmark
    public byte[] sha256() throws IOException, GeneralSecurityException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        byte[] buffer = new byte[BUFFER_BYTES];
        try (var in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        return digest.digest();
    }

    /**
     * Removes what was written.
     *
     * @throws IOException if it cannot be removed
     */
    @TearDown(Level.Iteration)
    public void removeCopies() throws IOException {
        Files.deleteIfExists(directory.resolve("copy"));
        Path parts = directory.resolve("parts");
        if (Files.exists(parts)) {
            try (Stream<Path> written = Files.list(parts)) {
                for (Path part : written.toList()) {
                    Files.delete(part);
                }
            }
            Files.delete(parts);
        }
    }

    /**
     * Removes the model.
     *
     * @throws IOException if it cannot be removed
     */
    @TearDown(Level.Trial)
    public void removeModel() throws IOException {
        opened.close();
        Files.delete(file);
        Files.delete(directory);
    }

    /** Writes a model to a file. */
    public static final class ModelMaker {
        private ModelMaker() {}

        /**
         * Writes it.
         *
         * @param args the model's name and the file
         * @throws IOException if it cannot be written
         */
        public static void main(String[] args) throws IOException {
            ModelProto made = args[0].equals("resnet50") ? Models.resNet50() : Models.layers(32);
            try (OutputStream out = Files.newOutputStream(Path.of(args[1]))) {
                made.writeTo(out);
            }
        }
    }
}
