package io.pepper.bench;

import ai.onnxruntime.OnnxTensor;
import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Link;
import io.pepper.model.InputShapes;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.ModelSegments;
import io.pepper.onnx.OnnxModel;
import io.pepper.partition.CandidateCuts;
import io.pepper.plan.CostModel;
import io.pepper.plan.Replanner;
import io.pepper.session.AdaptiveOptions;
import io.pepper.session.AdaptiveSession;
import io.pepper.session.PartitionedSession;
import io.pepper.session.RandomInputs;
import io.pepper.workload.Prediction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The time of a request right after a move, compared with other requests. A trial warms up sessions before they take
 * over; the move itself is prepared in the background and not measured.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 5)
@Measurement(iterations = 25)
public class MoveBenchmark {
    private static final int CUTS = 4;
    private static final double BUSY = 100;

    private Path directory = Path.of("");
    private boolean odd;

    @SuppressWarnings("NullAway.Init") // set by the set-up
    private OnnxModel model;

    @SuppressWarnings("NullAway.Init")
    private AdaptiveSession session;

    @SuppressWarnings("NullAway.Init")
    private Map<String, OnnxTensor> inputs;

    /** Created by JMH. */
    public MoveBenchmark() {}

    /**
     * Opens the session on one of two devices.
     *
     * @throws IOException if a file cannot be written
     */
    @Setup(Level.Trial)
    public void open() throws IOException {
        directory = Files.createTempDirectory("pepper-bench-");
        model = OnnxModel.load(Models.resNet50().toByteArray(), "resnet50");
        ModelCosts costs = model.costs(model.shapes());
        ModelSegments pieces =
                costs.segments(CandidateCuts.choose(model.cuts(costs.cutOptions()), costs.flops(), CUTS));
        Cluster cluster = Cluster.builder()
                .device(Device.of("here"))
                .device(Device.of("there"))
                .link("here", "there", Link.of(1e9, 0))
                .build();
        Replanner monitor = Replanner.builder(pieces, CostModel.of(cluster, (piece, threads, state) -> {
                    double seconds = 1 + state.cpuLoadPercent().orElse(0) / BUSY;
                    return new Prediction(seconds, seconds, false);
                }))
                .patience(new Replanner.Patience(0, Duration.ZERO, 0, 1))
                .build();
        inputs = RandomInputs.of(model.inputs(), InputShapes.NONE, 1);
        session = AdaptiveSession.open(
                monitor,
                AdaptiveSession.Opener.of(model, pieces, directory, PartitionedSession::open),
                AdaptiveOptions.DEFAULTS
                        .withCorrection(0, 1, 1)
                        .withStates(() -> List.of(
                                DeviceState.of("here").withCpuLoadPercent(odd ? 0 : BUSY),
                                DeviceState.of("there").withCpuLoadPercent(odd ? BUSY : 0)))
                        .withTrial(fresh -> fresh.run(inputs).close()));
    }

    /** Moves to the other device. */
    @Setup(Level.Invocation)
    public void move() {
        boolean moved = session.adapt();
        if (!moved) {
            throw new IllegalStateException("it did not move");
        }
        odd = !odd;
    }

    /**
     * Closes everything.
     *
     * @throws IOException if a file cannot be deleted
     */
    @TearDown(Level.Trial)
    public void close() throws IOException {
        session.close();
        inputs.values().forEach(OnnxTensor::close);
        model.close();
        Files.delete(directory);
    }

    /**
     * Runs the first request after a move.
     *
     * @throws IOException if it fails
     */
    @Benchmark
    public void firstAfterMove() throws IOException {
        session.run(inputs).close();
    }

    /**
     * Runs the second request, for comparison; the first is a part of this measurement.
     *
     * @throws IOException if it fails
     */
    @Benchmark
    public void firstAndSecondAfterMove() throws IOException {
        session.run(inputs).close();
        session.run(inputs).close();
    }
}
