package io.pepper.predict;

import io.pepper.cluster.DeviceState;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Prediction;
import io.pepper.workload.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A predictor made of trees that XGBoost saved elsewhere as JSON or UBJSON, in Python for instance. The caller says which features they
 * look at. Where the file names its features, they must be those of the schema, in any order; names that XGBoost makes up ({@code f0},
 * {@code f1} …) say nothing. Nothing is known of what the trees were trained on: the 90th percentile is the median, and only predictions
 * that no run can take (0 seconds or less) are marked as extrapolated. Thread-safe.
 *
 * <pre>{@code
 * LatencyPredictor original = XgboostPredictor.read(Path.of("xgb.json"), FeatureSchema.PAPER, XgboostPredictor.Target.SECONDS);
 * }</pre>
 */
public final class XgboostPredictor implements LatencyPredictor {
    /** What XGBoost, pandas and NumPy call columns without names. */
    private static final Pattern MADE_UP = Pattern.compile("f?[0-9]{1,9}");

    private final TreeEnsemble trees;
    private final FeatureSchema schema;
    private final Target target;

    /** Where each feature of the trees stands in a row of the schema. */
    private final int[] order;

    private final ThreadLocal<Room> rooms;

    /** What a thread needs, reused. */
    private static final class Room {
        private final float[] ofSchema;
        private final float[] ofTrees;

        Room(int features) {
            ofSchema = new float[features];
            ofTrees = new float[features];
        }
    }

    /** What the trees were trained to say. */
    public enum Target {
        /** Seconds. */
        SECONDS,
        /** The natural logarithm of seconds. */
        LOG_SECONDS
    }

    private XgboostPredictor(TreeEnsemble trees, FeatureSchema schema, Target target, int... order) {
        this.trees = trees;
        this.schema = schema;
        this.target = target;
        this.order = order;
        this.rooms = ThreadLocal.withInitial(() -> new Room(schema.size()));
    }

    /**
     * Reads trees.
     *
     * @param json a file that XGBoost 1.7 or later saved as JSON or UBJSON
     * @param schema what the trees look at, in this order unless the file names its features
     * @param target what they say
     * @return the predictor
     * @throws PredictorFormatException if the file holds no trees that can be scored, trees on other features, or trees that never say
     *     more than 0 seconds
     * @throws IOException if it cannot be read
     */
    public static XgboostPredictor read(Path json, FeatureSchema schema, Target target) throws IOException {
        TreeEnsemble trees = TreeEnsemble.read(json);
        if (trees.features() != schema.size()) {
            throw new PredictorFormatException(
                    json.toString(),
                    "learner",
                    "looks at " + trees.features() + " features, " + schema + " has " + schema.size());
        }
        return of(json, trees, schema, target);
    }

    /**
     * Reads trees on the features of one of this library's schemas: the one with the names in the file or, where it has none, with as many
     * features.
     *
     * @param json a file that XGBoost 1.7 or later saved as JSON or UBJSON
     * @param target what the trees say
     * @return the predictor
     * @throws PredictorFormatException if the file holds no trees that can be scored, trees on the features of no schema, or trees that
     *     never say more than 0 seconds
     * @throws IOException if it cannot be read
     */
    public static XgboostPredictor read(Path json, Target target) throws IOException {
        TreeEnsemble trees = TreeEnsemble.read(json);
        Optional<FeatureSchema> schema = FeatureSchema.ALL.stream()
                .filter(each -> each.size() == trees.features())
                .findFirst();
        if (schema.isEmpty()) {
            throw new PredictorFormatException(
                    json.toString(),
                    "learner",
                    "looks at " + trees.features() + " features; there are " + FeatureSchema.ALL);
        }
        return of(json, trees, schema.get(), target);
    }

    private static XgboostPredictor of(Path json, TreeEnsemble trees, FeatureSchema schema, Target target)
            throws PredictorFormatException {
        if (target == Target.SECONDS && !(trees.mostPrediction() > 0)) {
            throw new PredictorFormatException(
                    json.toString(),
                    "learner",
                    String.format(
                            Locale.ROOT,
                            "its trees never say more than %.3g: they do not say seconds, but maybe logarithms of seconds"
                                    + " (LOG_SECONDS, --xgboost log_seconds)",
                            trees.mostPrediction()));
        }
        return new XgboostPredictor(trees, schema, target, order(json, trees.featureNames(), schema));
    }

    private static int[] order(Path json, List<String> names, FeatureSchema schema) throws PredictorFormatException {
        int[] order = IntStream.range(0, schema.size()).toArray();
        if (names.stream().allMatch(name -> MADE_UP.matcher(name).matches())) {
            requireCounted(json, names);
            return order;
        }
        requireDistinct(json, names);
        Set<String> unknown = new LinkedHashSet<>(names);
        schema.features().forEach(unknown::remove);
        Set<String> missing = new LinkedHashSet<>(schema.features());
        names.forEach(missing::remove);
        if (!unknown.isEmpty() || !missing.isEmpty()) {
            throw new PredictorFormatException(
                    json.toString(),
                    "learner.feature_names",
                    "the trees look at " + unknown + ", which " + schema + " does not have; it has " + missing);
        }
        for (int i = 0; i < order.length; i++) {
            order[i] = schema.features().indexOf(names.get(i));
        }
        return order;
    }

    /** Numbers in another order are of columns that were chosen from a table, or exchanged, and nobody knows which these are. */
    private static void requireCounted(Path json, List<String> names) throws PredictorFormatException {
        for (int i = 1; i < names.size(); i++) {
            if (number(names.get(i)) != number(names.get(i - 1)) + 1) {
                throw new PredictorFormatException(
                        json.toString(),
                        "learner.feature_names",
                        "'" + names.get(i) + "' follows '" + names.get(i - 1)
                                + "': numbers that do not count up do not tell which columns they are of; train on columns with"
                                + " the names of the schema");
            }
        }
    }

    private static int number(String name) {
        return Integer.parseInt(name.startsWith("f") ? name.substring(1) : name);
    }

    private static void requireDistinct(Path json, List<String> names) throws PredictorFormatException {
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (!seen.add(name)) {
                throw new PredictorFormatException(
                        json.toString(), "learner.feature_names", "'" + name + "' is there twice");
            }
        }
    }

    /** Nothing is known of how well the trees predict. */
    @Override
    public List<String> caveats() {
        return List.of("comes without a word of how well it predicts");
    }

    @Override
    public Prediction predict(Workload piece, int threads, DeviceState device) {
        Room room = rooms.get();
        schema.fill(piece, threads, device, room.ofSchema, 0);
        for (int i = 0; i < order.length; i++) {
            room.ofTrees[i] = room.ofSchema[order[i]];
        }
        double score = trees.predict(room.ofTrees);
        double seconds = target == Target.SECONDS ? score : Math.exp(score);
        if (!Double.isFinite(seconds)) {
            throw new IllegalArgumentException("the trees say " + score + ", which is no "
                    + target.name().toLowerCase(Locale.ROOT) + " of a run: is this what they were trained to say?");
        }
        double least = Math.max(TrainedPredictor.LEAST_SECONDS, seconds);
        return new Prediction(least, least, least > seconds);
    }
}
