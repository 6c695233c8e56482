package io.pepper.bench;

import io.pepper.predict.TreeEnsemble;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The time of scoring 145 trees of depth 6 on 10 features, as the original trains them. The baseline is XGBoost itself
 * with one thread. Each batch gets a new data matrix, because XGBoost caches the predictions of a known one.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 6, time = 1)
public class ScoringBenchmark {
    private static final int FEATURES = 10;
    private static final int TREES = 145;
    private static final int BATCH = 10_000;
    private static final int SAMPLES = 20_000;
    private static final int SINGLES = 1 << 10;

    @SuppressWarnings("NullAway.Init")
    private Booster booster;

    @SuppressWarnings("NullAway.Init")
    private TreeEnsemble ensemble;

    private final float[] rows = new float[BATCH * FEATURES];
    private final float[][] singles = new float[SINGLES][];
    private final float[] scores = new float[BATCH];
    private int next;

    /** Created by JMH. */
    public ScoringBenchmark() {}

    /**
     * Trains on data that resembles latencies: products of features.
     *
     * @throws XGBoostError if XGBoost cannot train
     * @throws IOException if its output cannot be read
     */
    @Setup
    public void train() throws XGBoostError, IOException {
        Random random = new Random(1);
        float[] samples = new float[SAMPLES * FEATURES];
        float[] labels = new float[SAMPLES];
        for (int i = 0; i < SAMPLES; i++) {
            float label = 1;
            for (int f = 0; f < FEATURES; f++) {
                samples[i * FEATURES + f] = random.nextFloat() * (1 << f);
                label *= 1 + samples[i * FEATURES + f] / (1 << f);
            }
            labels[i] = label;
        }
        DMatrix matrix = new DMatrix(samples, SAMPLES, FEATURES, Float.NaN);
        matrix.setLabel(labels);
        booster = XGBoost.train(
                matrix, Map.of("max_depth", 6, "eta", 0.1, "nthread", 1, "seed", 42), TREES, Map.of(), null, null);
        matrix.dispose();
        ensemble = TreeEnsemble.read(booster.toByteArray("json"), "trained");
        for (int i = 0; i < rows.length; i++) {
            rows[i] = random.nextFloat() * (1 << (i % FEATURES));
        }
        Arrays.setAll(singles, i -> Arrays.copyOfRange(rows, i * FEATURES, (i + 1) * FEATURES));
    }

    private float[] single() {
        next = (next + 1) % SINGLES;
        return singles[next];
    }

    /**
     * One row, in Java.
     *
     * @return the prediction
     */
    @Benchmark
    public float oneRow() {
        return ensemble.predict(single());
    }

    /**
     * One row, by XGBoost, without a data matrix.
     *
     * @return the prediction
     * @throws XGBoostError if it cannot
     */
    @Benchmark
    public float oneRowByXgboost() throws XGBoostError {
        return booster.inplace_predict(single(), 1, FEATURES, Float.NaN)[0][0];
    }

    /**
     * A row of 10,000, in Java.
     *
     * @return the predictions
     */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public float[] batchRow() {
        ensemble.predict(rows, BATCH, scores);
        return scores;
    }

    /**
     * A row of 10,000, by XGBoost, without a data matrix.
     *
     * @return the predictions
     * @throws XGBoostError if it cannot
     */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public float[][] batchRowByXgboost() throws XGBoostError {
        return booster.inplace_predict(rows, BATCH, FEATURES, Float.NaN);
    }

    /**
     * A row of 10,000, by XGBoost, with a data matrix.
     *
     * @return the predictions
     * @throws XGBoostError if it cannot
     */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public float[][] batchRowByXgboostsMatrix() throws XGBoostError {
        DMatrix matrix = new DMatrix(rows, BATCH, FEATURES, Float.NaN);
        try {
            return booster.predict(matrix);
        } finally {
            matrix.dispose();
        }
    }
}
