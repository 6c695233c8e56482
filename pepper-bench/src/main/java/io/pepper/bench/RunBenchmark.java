package io.pepper.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import io.pepper.export.ExportOptions;
import io.pepper.export.SubmodelExporter;
import io.pepper.model.InputShapes;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.OnnxModel;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import io.pepper.session.PartitionedSession;
import io.pepper.session.PipelineOptions;
import io.pepper.session.PipelineSession;
import io.pepper.session.RandomInputs;
import io.pepper.session.RunOutputs;
import io.pepper.session.SessionOptions;
import io.pepper.session.StageOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The cost of parts compared with the whole model, and the gain of a pipeline. The baseline is one request of the whole
 * model in ONNX Runtime's own session. Then come the parts one after another, and the time per request of a batch
 * through the pipeline. With {@code model=chain} there is hardly any arithmetic: parts minus whole, divided by the
 * number of hand-overs, is the time of a hand-over. Parts are balanced by arithmetic, and divide no kernel. {@code
 * threads} are those of each session, or of all together if the pool is shared; those of the whole model sleep while
 * they wait.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 7, time = 3)
public class RunBenchmark {
    private static final int BATCH = 64;
    private static final long SEED = 42;
    private static final int CHAIN = 64;

    /** The model: generated, a resource of the class path, or a file. */
    @Param({"resnet50", "chain", "/models/ch_PP-OCRv4_rec_infer.onnx"})
    public String model = "";

    /** Number of parts. */
    @Param({"2", "4"})
    public int parts;

    /** Threads inside an operator. */
    @Param({"1", "2"})
    public int threads;

    /**
     * The kind of threads: the session's own that {@code sleep} or {@code spin} while they wait, or {@code shared} ones
     * that sleep.
     */
    @Param({"sleep"})
    public String pool = "";

    /** The shape of the input of a model that leaves it open. */
    @Param({"1x3x48x320"})
    public String shape = "";

    private Path directory = Path.of("");

    @SuppressWarnings("NullAway.Init") // set by the set-up
    private OrtSession whole;

    @SuppressWarnings("NullAway.Init")
    private PartitionedSession session;

    @SuppressWarnings("NullAway.Init")
    private PipelineSession pipeline;

    @SuppressWarnings("NullAway.Init")
    private Map<String, OnnxTensor> inputs;

    @SuppressWarnings("NullAway.Init")
    private Inputs made;

    private final List<Map<String, OnnxTensor>> batch = new ArrayList<>();

    private record Inputs(List<TensorInfo> described, InputShapes sizes) {}

    /** Created by JMH. */
    public RunBenchmark() {}

    /**
     * Creates the parts and opens everything.
     *
     * @throws IOException if a file cannot be read or written
     * @throws OrtException if ONNX Runtime refuses the model
     */
    @Setup(Level.Trial)
    public void open() throws IOException, OrtException {
        if (pool.equals("shared")) {
            share();
        }
        directory = Files.createTempDirectory("pepper-bench-");
        byte[] bytes = bytes();
        try (OnnxModel opened = OnnxModel.load(bytes, "model")) {
            InputShapes sizes = opened.inputs().get(0).bytes().isPresent()
                    ? InputShapes.NONE
                    : InputShapes.NONE.withInputShape(opened.inputs().get(0).name(), dims());
            ModelCosts costs = opened.costs(opened.shapes(sizes));
            Partition partition =
                    Partitioner.balanced(parts, costs.flops()).partition(opened.cuts(costs.cutOptionsBetweenKernels()));
            SubmodelExporter.export(opened, partition, directory, ExportOptions.DEFAULTS.withDurable(false));
            made = new Inputs(opened.inputs(), sizes);
        }
        inputs = RandomInputs.of(made.described, made.sizes, SEED);
        StageOptions stages = StageOptions.DEFAULTS
                .withThreads(threads)
                .withSpinning(pool.equals("spin"))
                .withSharedPool(pool.equals("shared"));
        SessionOptions options = SessionOptions.DEFAULTS.withStages(stages);
        session = PartitionedSession.open(directory, options);
        pipeline = PipelineSession.open(directory, PipelineOptions.DEFAULTS.withRuntime(options));
        try (OrtSession.SessionOptions plain = new OrtSession.SessionOptions()) {
            plain.setIntraOpNumThreads(threads);
            plain.addConfigEntry("session.intra_op.allow_spinning", "0");
            whole = OrtEnvironment.getEnvironment().createSession(bytes, plain);
        }
    }

    /** The process's environment owns the shared threads, and must be created first. */
    private void share() throws OrtException {
        try (OrtEnvironment.ThreadingOptions options = new OrtEnvironment.ThreadingOptions()) {
            options.setGlobalIntraOpNumThreads(threads);
            options.setGlobalSpinControl(false);
            OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING, "shared", options);
        }
    }

    private long[] dims() {
        String[] sizes = shape.split("x", -1);
        long[] dims = new long[sizes.length];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = Long.parseLong(sizes[i]);
        }
        return dims;
    }

    private byte[] bytes() throws IOException {
        if (model.equals("resnet50")) {
            return Models.resNet50().toByteArray();
        }
        if (model.equals("chain")) {
            return Models.chain(CHAIN).toByteArray();
        }
        try (InputStream packaged = RunBenchmark.class.getResourceAsStream(model)) {
            return packaged == null ? Files.readAllBytes(Path.of(model)) : packaged.readAllBytes();
        }
    }

    /**
     * Closes everything.
     *
     * @throws IOException if a file cannot be deleted
     * @throws OrtException if ONNX Runtime cannot close
     */
    @TearDown(Level.Trial)
    public void close() throws IOException, OrtException {
        whole.close();
        session.close();
        pipeline.close();
        inputs.values().forEach(OnnxTensor::close);
        batch.forEach(request -> request.values().forEach(OnnxTensor::close));
        PartsDirectory.delete(directory);
    }

    /**
     * Creates the inputs of a batch, since the pipeline closes its inputs.
     *
     * @throws IOException if they cannot be created
     */
    @Setup(Level.Invocation)
    public void fill() throws IOException {
        while (batch.size() < BATCH) {
            batch.add(RandomInputs.of(made.described, made.sizes, SEED));
        }
    }

    /**
     * Runs ONNX Runtime alone.
     *
     * @throws OrtException if it fails
     */
    @Benchmark
    public void whole() throws OrtException {
        whole.run(inputs).close();
    }

    /**
     * Runs the parts, one after another.
     *
     * @throws IOException if it fails
     */
    @Benchmark
    public void parts() throws IOException {
        session.run(inputs).close();
    }

    /**
     * Runs a batch through the pipeline.
     *
     * @throws IOException if it fails
     */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void pipeline() throws IOException {
        List<CompletableFuture<RunOutputs>> answers = new ArrayList<>();
        for (Map<String, OnnxTensor> request : batch) {
            answers.add(pipeline.submit(request));
        }
        batch.clear();
        answers.forEach(answer -> answer.join().close());
    }
}
