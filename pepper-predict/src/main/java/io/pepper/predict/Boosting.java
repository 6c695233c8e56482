package io.pepper.predict;

import io.pepper.internal.text.NativeLibraries;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;
import org.jspecify.annotations.Nullable;

/** Training of boosters with XGBoost. XGBoost only writes boosters, into memory; this library reads them in Java. */
final class Boosting {
    private static final int PATIENCE = 40;

    private static @Nullable String failure;

    private Boosting() {}

    /**
     * Loads XGBoost at the first call; later calls repeat a failure.
     *
     * @throws TrainingUnavailableException if its native library does not load
     */
    public static synchronized void load() {
        if (failure != null) {
            throw new TrainingUnavailableException(failure);
        }
        try {
            new DMatrix(new float[] {0}, 1, 1, Float.NaN).dispose();
        } catch (LinkageError | RuntimeException | XGBoostError first) {
            failure = NativeLibraries.reason(first, "");
            TrainingUnavailableException repeated = new TrainingUnavailableException(failure);
            repeated.initCause(first);
            throw repeated;
        }
    }

    /**
     * Trains a booster.
     *
     * @param rows the rows to learn from
     * @param parameters XGBoost's parameters; XGBoost ignores unknown ones
     * @param rounds number of trees, at least 1
     * @return the booster in XGBoost's JSON
     * @throws TrainingUnavailableException if XGBoost's native library does not load
     * @throws IllegalStateException if XGBoost refuses the parameters or rows
     */
    public static String train(Rows rows, Map<String, Object> parameters, int rounds) {
        load();
        try (Matrix matrix = new Matrix(rows)) {
            Booster booster = XGBoost.train(matrix.matrix, parameters, rounds, Map.of(), null, null);
            try {
                return new String(booster.toByteArray("json"), StandardCharsets.UTF_8);
            } finally {
                booster.dispose();
            }
        } catch (XGBoostError refused) {
            throw new IllegalStateException("XGBoost cannot train: " + refused.getMessage(), refused);
        }
    }

    /**
     * Returns the number of trees with the smallest error on held-out rows. Stops early once 40 more trees bring no
     * improvement.
     *
     * @param rows the rows to learn from
     * @param held the rows to evaluate on
     * @param parameters XGBoost's parameters, with the metric of the error
     * @param most maximum number of trees, at least 1
     * @return number of trees, 1 to {@code most}
     * @throws TrainingUnavailableException if XGBoost's native library does not load
     * @throws IllegalStateException if XGBoost refuses the parameters or rows
     */
    public static int bestRounds(Rows rows, Rows held, Map<String, Object> parameters, int most) {
        load();
        try (Matrix matrix = new Matrix(rows);
                Matrix watched = new Matrix(held)) {
            Booster booster = XGBoost.train(matrix.matrix, parameters, 1, Map.of(), null, null);
            try {
                return bestRounds(booster, matrix.matrix, watched.matrix, most);
            } finally {
                booster.dispose();
            }
        } catch (XGBoostError refused) {
            throw new IllegalStateException("XGBoost cannot train: " + refused.getMessage(), refused);
        }
    }

    /** XGBoost's own early stopping is not used because it prints each round. */
    private static int bestRounds(Booster booster, DMatrix learned, DMatrix watched, int most) throws XGBoostError {
        int best = 1;
        double least = Double.POSITIVE_INFINITY;
        for (int rounds = 1; rounds <= most && rounds <= best + PATIENCE; rounds++) {
            if (rounds > 1) {
                booster.update(learned, rounds - 1);
            }
            String report = booster.evalSet(new DMatrix[] {watched}, new String[] {"held"}, rounds - 1);
            double error = Double.parseDouble(
                    report.substring(report.lastIndexOf(':') + 1).strip());
            if (error < least) {
                least = error;
                best = rounds;
            }
        }
        return best;
    }

    /**
     * Returns the version of XGBoost.
     *
     * @return the version, for instance {@code 3.0.4}; {@code unknown} if XGBoost's jar does not state it
     */
    public static String version() {
        Properties properties = new Properties();
        try (InputStream in = XGBoost.class.getResourceAsStream("/xgboost4j-version.properties")) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return properties.getProperty("version", "unknown");
    }

    /** A data matrix that can be closed. */
    private static final class Matrix implements AutoCloseable {
        private final DMatrix matrix;

        /** NaN marks missing values. Without it, XGBoost's Java API treats 0 as missing. */
        Matrix(Rows rows) throws XGBoostError {
            matrix = new DMatrix(rows.flat(), rows.values().size(), rows.features(), Float.NaN);
            matrix.setLabel(Rows.plain(rows.labels()));
            matrix.setWeight(Rows.plain(rows.weights()));
        }

        @Override
        public void close() {
            matrix.dispose();
        }
    }
}
