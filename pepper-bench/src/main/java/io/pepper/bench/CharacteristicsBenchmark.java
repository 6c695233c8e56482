package io.pepper.bench;

import io.pepper.cut.Cuts;
import io.pepper.model.InputShapes;
import io.pepper.onnx.ModelCharacteristics;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.TensorShapes;
import io.pepper.onnx.internal.proto.ModelProto;
import java.io.IOException;
import java.io.InputStream;
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
 * The time until a user knows a model, step by step. The baseline is opening it, which comes first. A parameter that
 * ends in {@code .onnx} is a file.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xms1g", "-Xmx1g"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class CharacteristicsBenchmark {
    private static final String MINILM = "minilm-q8";
    private static final int WIDEST = 3;

    /** The model: a transformer, a residual network, or a number of layers. */
    @Param({MINILM, "resnet50", "chain1000", "chain10000"})
    public String model = "";

    @SuppressWarnings("NullAway.Init")
    private OnnxModel opened;

    private InputShapes sizes = InputShapes.NONE;

    @SuppressWarnings("NullAway.Init")
    private TensorShapes shapes;

    @SuppressWarnings("NullAway.Init")
    private ModelCosts costs;

    /** Created by JMH. */
    public CharacteristicsBenchmark() {}

    /**
     * Opens the model.
     *
     * @throws IOException if it cannot be read
     */
    @Setup(Level.Trial)
    public void open() throws IOException {
        if (model.equals(MINILM)) {
            try (InputStream in = CharacteristicsBenchmark.class.getResourceAsStream("/all-minilm-l6-v2-q.onnx")) {
                if (in == null) {
                    throw new IllegalStateException("the model is not on the class path");
                }
                opened = OnnxModel.load(in, model);
            }
            sizes = sizes.withDimension("batch_size", 1).withDimension("sequence_length", 128);
        } else if (model.endsWith(".onnx")) {
            opened = OnnxModel.load(Path.of(model));
        } else {
            ModelProto made = model.equals("resnet50")
                    ? Models.resNet50()
                    : Models.chain(Integer.parseInt(model.substring("chain".length())));
            opened = OnnxModel.load(made.toByteArray(), model);
        }
        shapes = opened.shapes(sizes);
        costs = opened.costs(shapes);
    }

    /**
     * Infers all shapes.
     *
     * @return the shapes
     * @throws IOException if the model cannot be read
     */
    @Benchmark
    public TensorShapes shapes() throws IOException {
        return opened.shapes(sizes);
    }

    /**
     * Computes the costs of all operators.
     *
     * @return the costs
     */
    @Benchmark
    public ModelCosts costs() {
        return opened.costs(shapes);
    }

    /**
     * Computes the characteristics, with the peak memory in the order of the model and in the best order found.
     *
     * @return the characteristics
     */
    @Benchmark
    public ModelCharacteristics characteristics() {
        return costs.characteristics();
    }

    /**
     * Finds all cuts at single tensors.
     *
     * @return the cuts
     */
    @Benchmark
    public Cuts cuts() {
        return opened.cuts(costs.cutOptions());
    }

    /**
     * Finds cuts at up to three tensors.
     *
     * @return the cuts
     */
    @Benchmark
    public Cuts widerCuts() {
        return opened.cuts(costs.cutOptions().withMaxWidth(WIDEST));
    }

    /**
     * Closes the model.
     *
     * @throws IOException if it cannot be closed
     */
    @TearDown(Level.Trial)
    public void close() throws IOException {
        opened.close();
    }
}
