package io.pepper.bench;

import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.internal.proto.ModelProto;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
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
 * The time until a user has a model and all its cuts. The baseline is protobuf reading the whole file, which every tool
 * that loads ONNX does.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xms2g", "-Xmx2g"})
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class OpenBenchmark {
    /** The model. */
    @Param({"resnet50", "chain10000", "ppocr4-rec"})
    public String model = "";

    private Path directory = Path.of("");
    private Path file = Path.of("");

    /** Created by JMH. */
    public OpenBenchmark() {}

    /**
     * Writes the model.
     *
     * @throws IOException if it cannot be written
     */
    @Setup(Level.Trial)
    public void makeModel() throws IOException {
        directory = Files.createTempDirectory("pepper-bench-");
        file = directory.resolve(model + ".onnx");
        if (model.equals("ppocr4-rec")) {
            try (InputStream in = OpenBenchmark.class.getResourceAsStream("/models/ch_PP-OCRv4_rec_infer.onnx")) {
                if (in == null) {
                    throw new IllegalStateException("the model is not on the class path");
                }
                Files.copy(in, file);
            }
        } else {
            ModelProto made = model.equals("resnet50") ? Models.resNet50() : Models.chain(10_000);
            try (OutputStream out = Files.newOutputStream(file)) {
                made.writeTo(out);
            }
        }
    }

    /**
     * Opens the model and finds its cuts.
     *
     * @return the number of cuts
     * @throws IOException if it cannot be read
     */
    @Benchmark
    public int openAndCut() throws IOException {
        try (OnnxModel opened = OnnxModel.load(file)) {
            return opened.cuts().size();
        }
    }

    /**
     * Lets protobuf read the file.
     *
     * @return the number of operators
     * @throws IOException if it cannot be read
     */
    @Benchmark
    public int protobuf() throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return ModelProto.parseFrom(in).getGraph().getNodeCount();
        }
    }

    /**
     * Removes the model.
     *
     * @throws IOException if it cannot be removed
     */
    @TearDown(Level.Trial)
    public void removeModel() throws IOException {
        Files.delete(file);
        Files.delete(directory);
    }
}
