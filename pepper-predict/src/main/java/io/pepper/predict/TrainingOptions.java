package io.pepper.predict;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How to train. Immutable and therefore thread-safe.
 *
 * @param schema what to look at
 * @param target what to learn
 * @param trees how many trees at most
 * @param depth how deep they may be, 1 to 16
 * @param learningRate how much of each tree counts, more than 0, at most 1
 * @param earlyStopping whether to stop where models that were held back are predicted best
 * @param threads of XGBoost; more than one makes training slow where other work wants the cores
 * @param seed decides samples and folds
 * @param marked whether to learn from {@linkplain Mark marked} measurements, too; if too few others would remain they are used anyway
 */
public record TrainingOptions(
        FeatureSchema schema,
        Target target,
        int trees,
        int depth,
        double learningRate,
        boolean earlyStopping,
        int threads,
        int seed,
        boolean marked) {
    /** What trees learn. */
    public enum Target {
        /** Seconds, as the original does: large errors of slow models count most. */
        SECONDS,
        /** The logarithm of seconds: relative errors count. */
        LOG_SECONDS,
        /**
         * The logarithm of seconds against a sum of coefficients of 0 or more for operators, arithmetic and bytes of each
         * family, which is fitted first: goes beyond sizes that were measured.
         */
        LOG_RATIO
    }

    /** For {@link FeatureSchema#EXTENDED}: what did best on models that were held back. */
    public static final TrainingOptions EXTENDED =
            new TrainingOptions(FeatureSchema.EXTENDED, Target.LOG_RATIO, 300, 6, 0.05, false, 1, 42, false);

    /** The original's: {@link FeatureSchema#PAPER}, seconds, 145 trees of depth 6 with learning rate 0.1. */
    public static final TrainingOptions PAPER =
            new TrainingOptions(FeatureSchema.PAPER, Target.SECONDS, 145, 6, 0.1, false, 1, 42, false);

    private static final int DEEPEST = 16;
    private static final double SUBSAMPLE = 0.7;
    private static final double COLUMNS = 0.5;
    private static final int LEAST_CHILD_WEIGHT = 5;

    /**
     * Checks the numbers.
     *
     * @param schema see the record
     * @param target see the record
     * @param trees see the record
     * @param depth see the record
     * @param learningRate see the record
     * @param earlyStopping see the record
     * @param threads see the record
     * @param seed see the record
     * @param marked see the record
     * @throws IllegalArgumentException if one is out of its range
     */
    public TrainingOptions {
        if (trees < 1 || depth < 1 || depth > DEEPEST || !(learningRate > 0 && learningRate <= 1) || threads < 1) {
            throw new IllegalArgumentException("trees " + trees + ", depth " + depth + ", learning rate " + learningRate
                    + ", threads " + threads + ": one is out of range");
        }
    }

    /**
     * With another schema.
     *
     * @param value what to look at
     * @return the options
     */
    public TrainingOptions withSchema(FeatureSchema value) {
        return new TrainingOptions(value, target, trees, depth, learningRate, earlyStopping, threads, seed, marked);
    }

    /**
     * With another target.
     *
     * @param value what to learn
     * @return the options
     */
    public TrainingOptions withTarget(Target value) {
        return new TrainingOptions(schema, value, trees, depth, learningRate, earlyStopping, threads, seed, marked);
    }

    /**
     * With other trees.
     *
     * @param count how many at most
     * @param deep how deep they may be
     * @param rate how much of each counts
     * @return the options
     */
    public TrainingOptions withTrees(int count, int deep, double rate) {
        return new TrainingOptions(schema, target, count, deep, rate, earlyStopping, threads, seed, marked);
    }

    /**
     * With or without early stopping.
     *
     * @param value whether to stop early
     * @return the options
     */
    public TrainingOptions withEarlyStopping(boolean value) {
        return new TrainingOptions(schema, target, trees, depth, learningRate, value, threads, seed, marked);
    }

    /**
     * With another seed.
     *
     * @param value any number
     * @return the options
     */
    public TrainingOptions withSeed(int value) {
        return new TrainingOptions(schema, target, trees, depth, learningRate, earlyStopping, threads, value, marked);
    }

    /**
     * With or without marked measurements.
     *
     * @param value whether to learn from them, too
     * @return the options
     */
    public TrainingOptions withMarked(boolean value) {
        return new TrainingOptions(schema, target, trees, depth, learningRate, earlyStopping, threads, seed, value);
    }

    /** What is learned from: measurements of the same are averaged, but for the original's target, which takes rows as they are. */
    LatencyDataset learnedFrom(LatencyDataset data) {
        return target == Target.SECONDS ? data : data.averaged();
    }

    /** As XGBoost takes them, without the objective. */
    Map<String, Object> parameters() {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("max_depth", depth);
        parameters.put("eta", learningRate);
        parameters.put("nthread", threads);
        parameters.put("seed", seed);
        parameters.put("verbosity", 0);
        parameters.put("tree_method", "hist");
        if (target != Target.SECONDS) {
            parameters.put("subsample", SUBSAMPLE);
            parameters.put("colsample_bytree", COLUMNS);
            parameters.put("min_child_weight", LEAST_CHILD_WEIGHT);
            parameters.put("monotone_constraints", constraints());
        }
        return parameters;
    }

    /** No time gets less when more competes. */
    private String constraints() {
        StringBuilder constraints = new StringBuilder("(");
        for (int feature = 0; feature < schema.size(); feature++) {
            constraints.append(feature > 0 ? "," : "").append(schema.growsWithLoad(feature) ? 1 : 0);
        }
        return constraints.append(")").toString();
    }

    /** For instance {@code extended version 2, 17 features; log_ratio; 300 trees of depth 6, rate 0.05}. */
    @Override
    public String toString() {
        return schema + "; " + target.name().toLowerCase(Locale.ROOT) + "; " + trees + " trees of depth " + depth
                + ", rate " + learningRate;
    }
}
