package io.pepper.bench;

import io.pepper.cluster.DeviceState;
import io.pepper.model.ProgressListener;
import io.pepper.predict.LatencyDataset;
import io.pepper.predict.LatencyRecord;
import io.pepper.predict.LatencyTrainer;
import io.pepper.predict.TrainedPredictor;
import io.pepper.predict.TrainingOptions;
import io.pepper.workload.Prediction;
import io.pepper.workload.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The time of a prediction, from a piece and a device's state to seconds: features, linear part and trees together. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 6, time = 1)
public class PredictionBenchmark {
    private static final int PIECES = 256;

    /** The data set to train on. */
    @Param("pepper-predict/src/test/resources/latencies-two-cores.csv.gz")
    public String data = "";

    @SuppressWarnings("NullAway.Init")
    private TrainedPredictor predictor;

    private List<Workload> pieces = List.of();
    private final List<DeviceState> devices = List.of(
            DeviceState.of("idle").withCores(2).withCpuLoadPercent(0).withRunnableThreads(0),
            DeviceState.of("busy").withCores(2).withCpuLoadPercent(50).withRunnableThreads(1));
    private final double[] seconds = new double[2 * PIECES];
    private int next;

    /** Created by JMH. */
    public PredictionBenchmark() {}

    /**
     * Trains the predictor.
     *
     * @throws IOException if the data set cannot be read
     */
    @Setup
    public void train() throws IOException {
        LatencyDataset all = LatencyDataset.read(Path.of(data)).averaged();
        predictor = LatencyTrainer.train(all, TrainingOptions.EXTENDED, ProgressListener.NONE)
                .predictor();
        pieces = all.records().stream()
                .map(LatencyRecord::work)
                .distinct()
                .limit(PIECES)
                .toList();
    }

    private Workload piece() {
        next = (next + 1) % pieces.size();
        return pieces.get(next);
    }

    /**
     * Predicts the median of one piece on one device.
     *
     * @return seconds
     */
    @Benchmark
    public double median() {
        return predictor.medianSeconds(piece(), 1, devices.get(1));
    }

    /**
     * Predicts the median and the 90th percentile of one piece on one device.
     *
     * @return the prediction
     */
    @Benchmark
    public Prediction both() {
        return predictor.predict(piece(), 1, devices.get(1));
    }

    /**
     * Predicts the medians of 256 pieces on two devices in one call; each counts as an operation.
     *
     * @return the seconds of all
     */
    @Benchmark
    @OperationsPerInvocation(2 * PIECES)
    public double[] medianOfMany() {
        predictor.predictAll(pieces, 1, devices, seconds);
        return seconds;
    }
}
