package io.pepper.predict;

import io.pepper.cluster.DeviceState;
import io.pepper.cost.LatencyPredictor;
import io.pepper.cost.Prediction;
import io.pepper.cost.Workload;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Predicts by trees that XGBoost saved elsewhere as plain JSON, from Python for instance: what they look at is for the caller to
 * say. Nothing is known of what they were trained on, so that the 90th percentile is the median, and no input is said to lie
 * outside. Thread-safe.
 *
 * <pre>{@code
 * LatencyPredictor original = ForeignPredictor.read(Path.of("xgb.json"), FeatureSchema.PAPER, ForeignPredictor.Target.SECONDS);
 * }</pre>
 */
public final class ForeignPredictor implements LatencyPredictor {
    private final TreeEnsemble trees;
    private final FeatureSchema schema;
    private final Target target;
    private final ThreadLocal<float[]> rows;

    /** What the trees were trained to say. */
    public enum Target {
        /** Seconds. */
        SECONDS,
        /** The natural logarithm of seconds. */
        LOG_SECONDS
    }

    private ForeignPredictor(TreeEnsemble trees, FeatureSchema schema, Target target) {
        this.trees = trees;
        this.schema = schema;
        this.target = target;
        this.rows = ThreadLocal.withInitial(() -> new float[schema.size()]);
    }

    /**
     * Reads trees.
     *
     * @param json a file that XGBoost 1.7 or later saved as JSON
     * @param schema what the trees look at, in this order
     * @param target what they say
     * @return the predictor
     * @throws PredictorFormatException if the file holds no trees that can be scored, or trees on another number of features
     * @throws IOException if it cannot be read
     */
    public static ForeignPredictor read(Path json, FeatureSchema schema, Target target) throws IOException {
        TreeEnsemble trees = TreeEnsemble.read(json);
        if (trees.features() != schema.size()) {
            throw new PredictorFormatException(
                    json.toString(),
                    "learner",
                    "looks at " + trees.features() + " features, " + schema + " has " + schema.size());
        }
        return new ForeignPredictor(trees, schema, target);
    }

    @Override
    public Prediction predict(Workload piece, int threads, DeviceState device) {
        float[] row = rows.get();
        schema.fill(piece, threads, device, row, 0);
        double score = trees.predict(row);
        double seconds = Math.max(TrainedPredictor.LEAST_SECONDS, target == Target.SECONDS ? score : Math.exp(score));
        return new Prediction(seconds, seconds, false);
    }
}
