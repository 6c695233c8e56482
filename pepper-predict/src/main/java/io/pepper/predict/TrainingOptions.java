package io.pepper.predict;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The options of a training. Immutable and therefore thread-safe.
 *
 * @param schema the features to read
 * @param target the quantity to learn
 * @param loss the error that the trees of the median minimise
 * @param trees maximum number of trees, at least 1
 * @param depth maximum depth of a tree, 1 to 16
 * @param learningRate factor on the contribution of each tree, more than 0, at most 1
 * @param earlyStopping whether to choose the number of trees that predicts held-out models best
 * @param threads number of threads of XGBoost, at least 1; more than one slows training down where other work needs the
 *     cores
 * @param seed seed of samples and folds
 * @param marked whether to learn from {@linkplain Mark marked} measurements, too; if too few others would remain, they
 *     are used anyway
 */
public record TrainingOptions(
        FeatureSchema schema,
        Target target,
        Loss loss,
        int trees,
        int depth,
        double learningRate,
        boolean earlyStopping,
        int threads,
        int seed,
        boolean marked) {
    /** The quantity that the trees learn. */
    public enum Target {
        /** Seconds, as in the original. Large errors of slow models count most. */
        SECONDS,
        /** The logarithm of seconds. Relative errors count. */
        LOG_SECONDS,
        /**
         * The logarithm of the ratio of seconds to a linear baseline. The baseline is fitted first, with coefficients
         * of 0 or more for the operators, arithmetic and bytes of each family. It extrapolates beyond the measured
         * sizes.
         */
        LOG_RATIO
    }

    /** The error of the median that trees minimise. */
    public enum Loss {
        /** The squared error: the mean. A few far records bend all predictions. */
        SQUARED("reg:squarederror"),
        /** Huber's error: squared for small deviations, absolute for large ones. */
        HUBER("reg:pseudohubererror"),
        /** The absolute error: the median. XGBoost then does not keep times growing with load. */
        ABSOLUTE("reg:absoluteerror");

        /** Deviation of the logarithm from which on the error is absolute. */
        private static final double SLOPE = 0.5;

        private final String objective;

        Loss(String objective) {
            this.objective = objective;
        }

        /** Returns XGBoost's parameters. */
        Map<String, Object> parameters() {
            return this == HUBER
                    ? Map.of("objective", objective, "huber_slope", SLOPE)
                    : Map.of("objective", objective);
        }
    }

    /** The options with {@link FeatureSchema#EXTENDED} that predict held-out models best. */
    public static final TrainingOptions EXTENDED = new TrainingOptions(
            FeatureSchema.EXTENDED, Target.LOG_RATIO, Loss.HUBER, 200, 6, 0.05, false, 1, 42, false);

    /**
     * The options of the original: {@link FeatureSchema#PAPER}, seconds, 145 trees of depth 6 with learning rate 0.1.
     */
    public static final TrainingOptions PAPER =
            new TrainingOptions(FeatureSchema.PAPER, Target.SECONDS, Loss.SQUARED, 145, 6, 0.1, false, 1, 42, false);

    private static final int DEEPEST = 16;
    private static final double SUBSAMPLE = 0.7;
    private static final double COLUMNS = 0.5;
    private static final int MIN_CHILD_WEIGHT = 5;

    /**
     * Creates options.
     *
     * @param schema the features to read
     * @param target the quantity to learn
     * @param loss the error that the trees of the median minimise
     * @param trees maximum number of trees, at least 1
     * @param depth maximum depth of a tree, 1 to 16
     * @param learningRate factor on the contribution of each tree, more than 0, at most 1
     * @param earlyStopping whether to choose the number of trees that predicts held-out models best
     * @param threads number of threads of XGBoost, at least 1
     * @param seed seed of samples and folds
     * @param marked whether to learn from marked measurements, too
     * @throws IllegalArgumentException if a number is out of its range
     */
    public TrainingOptions {
        if (trees < 1 || depth < 1 || depth > DEEPEST || !(learningRate > 0 && learningRate <= 1) || threads < 1) {
            throw new IllegalArgumentException("trees " + trees + ", depth " + depth + ", learning rate " + learningRate
                    + ", threads " + threads + ": one is out of range");
        }
    }

    /**
     * Sets the schema.
     *
     * @param value the features to read
     * @return a copy with this schema
     */
    public TrainingOptions withSchema(FeatureSchema value) {
        return with(changed -> changed.schema = value);
    }

    /**
     * Sets the target.
     *
     * @param value the quantity to learn
     * @return a copy with this target
     */
    public TrainingOptions withTarget(Target value) {
        return with(changed -> changed.target = value);
    }

    /**
     * Sets the error that the trees of the median minimise.
     *
     * @param value the error
     * @return a copy with this error
     */
    public TrainingOptions withLoss(Loss value) {
        return with(changed -> changed.loss = value);
    }

    /**
     * Sets the number, depth and learning rate of the trees.
     *
     * @param count maximum number of trees, at least 1
     * @param deep maximum depth of a tree, 1 to 16
     * @param rate factor on the contribution of each tree, more than 0, at most 1
     * @return a copy with these trees
     * @throws IllegalArgumentException if a number is out of its range
     */
    public TrainingOptions withTrees(int count, int deep, double rate) {
        return with(changed -> {
            changed.trees = count;
            changed.depth = deep;
            changed.learningRate = rate;
        });
    }

    /**
     * Enables or disables early stopping.
     *
     * @param value whether to choose the number of trees that predicts held-out models best
     * @return a copy with this setting
     */
    public TrainingOptions withEarlyStopping(boolean value) {
        return with(changed -> changed.earlyStopping = value);
    }

    /**
     * Sets the seed.
     *
     * @param value any number
     * @return a copy with this seed
     */
    public TrainingOptions withSeed(int value) {
        return with(changed -> changed.seed = value);
    }

    /**
     * Includes or excludes marked measurements.
     *
     * @param value whether to learn from marked measurements, too
     * @return a copy with this setting
     */
    public TrainingOptions withMarked(boolean value) {
        return with(changed -> changed.marked = value);
    }

    /**
     * Returns the records to learn from. Repeated measurements are averaged, except for the original's target, which
     * takes each row.
     */
    LatencyDataset learnedFrom(LatencyDataset data) {
        return target == Target.SECONDS ? data : data.averaged();
    }

    /** Returns whether a sum of kernels is fitted before trees. */
    boolean hasSum() {
        return target == Target.LOG_RATIO;
    }

    /** Returns the number of values that trees read: the features, and the sum of kernels if there is one. */
    int inputs() {
        return schema.size() + (hasSum() ? 1 : 0);
    }

    /** Returns XGBoost's parameters without the objective. */
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
            parameters.put("min_child_weight", MIN_CHILD_WEIGHT);
            parameters.put("monotone_constraints", constraints());
        }
        return parameters;
    }

    /** Constrains times to grow with competing load. */
    private String constraints() {
        StringBuilder constraints = new StringBuilder("(");
        for (int input = 0; input < inputs(); input++) {
            boolean grows = input < schema.size() && schema.growsWithLoad(input);
            constraints.append(input > 0 ? "," : "").append(grows ? 1 : 0);
        }
        return constraints.append(")").toString();
    }

    /** Returns for instance {@code extended version 2, 17 features; log_ratio; 200 trees of depth 6, rate 0.05}. */
    @Override
    public String toString() {
        return schema + "; " + target.name().toLowerCase(Locale.ROOT) + "; " + trees + " trees of depth " + depth
                + ", rate " + learningRate;
    }

    private TrainingOptions with(Consumer<Changed> change) {
        Changed changed = new Changed(this);
        change.accept(changed);
        return changed.options();
    }

    /** The values of a copy while one or several of them change. */
    private static final class Changed {
        private FeatureSchema schema;
        private Target target;
        private Loss loss;
        private int trees;
        private int depth;
        private double learningRate;
        private boolean earlyStopping;
        private int threads;
        private int seed;
        private boolean marked;

        private Changed(TrainingOptions options) {
            schema = options.schema;
            target = options.target;
            loss = options.loss;
            trees = options.trees;
            depth = options.depth;
            learningRate = options.learningRate;
            earlyStopping = options.earlyStopping;
            threads = options.threads;
            seed = options.seed;
            marked = options.marked;
        }

        private TrainingOptions options() {
            return new TrainingOptions(
                    schema, target, loss, trees, depth, learningRate, earlyStopping, threads, seed, marked);
        }
    }
}
