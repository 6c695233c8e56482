package io.pepper.predict;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/** Trains by XGBoost itself. */
final class Boosters {
    private static final int ROWS = 3_000;

    private Boosters() {}

    static Booster train(int features, int rounds, Map<String, Object> parameters, long seed) throws XGBoostError {
        return train(features, rounds, parameters, seed, false);
    }

    /** On labels that are more than 0, as counts and durations are. */
    static Booster trainPositive(int features, int rounds, Map<String, Object> parameters, long seed)
            throws XGBoostError {
        return train(features, rounds, parameters, seed, true);
    }

    private static Booster train(int features, int rounds, Map<String, Object> parameters, long seed, boolean positive)
            throws XGBoostError {
        Random random = new Random(seed);
        float[] rows = rows(random, ROWS, features);
        float[] labels = new float[ROWS];
        for (int row = 0; row < ROWS; row++) {
            double sum = random.nextGaussian() * 0.1;
            for (int feature = 0; feature < features; feature++) {
                float value = rows[row * features + feature];
                sum += Float.isNaN(value) ? 0.7 : Math.sin(value) * (feature + 1);
            }
            labels[row] = (float) (positive ? Math.exp(sum / features) : sum);
        }
        DMatrix matrix = new DMatrix(rows, ROWS, features, Float.NaN);
        try {
            matrix.setLabel(labels);
            Map<String, Object> all = new HashMap<>(Map.of("nthread", 1, "seed", 42, "verbosity", 0));
            all.putAll(parameters);
            return XGBoost.train(matrix, all, rounds, Map.of(), null, null);
        } finally {
            matrix.dispose();
        }
    }

    /** Ordinary numbers, many alike, extreme ones, both zeros, and missing ones. */
    static float[] rows(Random random, int rows, int features) {
        float[] values = new float[rows * features];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (random.nextInt(12)) {
                case 0 -> Float.NaN;
                case 1 -> random.nextInt(5);
                case 2 -> -0.0f;
                case 3 -> 0.0f;
                case 4 -> (float) (random.nextGaussian() * 1e30);
                case 5 -> Float.MIN_VALUE * random.nextInt(3);
                case 6 -> random.nextBoolean() ? Float.MAX_VALUE : -Float.MAX_VALUE;
                default -> (float) random.nextGaussian();
            };
        }
        return values;
    }

    static float[] predict(Booster booster, float[] rows, int count, int features) throws XGBoostError {
        DMatrix matrix = new DMatrix(rows, count, features, Float.NaN);
        try {
            float[][] answers = booster.predict(matrix);
            float[] flat = new float[count];
            for (int row = 0; row < count; row++) {
                flat[row] = answers[row][0];
            }
            return flat;
        } finally {
            matrix.dispose();
        }
    }
}
