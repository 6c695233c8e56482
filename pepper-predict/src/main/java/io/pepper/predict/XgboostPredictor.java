package io.pepper.predict;

import io.pepper.cluster.DeviceState;
import io.pepper.internal.text.Quantities;
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
 * A predictor of trees that XGBoost saved elsewhere as JSON or UBJSON, for instance in Python. The caller names the
 * features of the trees. If the file names its features, they must be those of the schema, in any order; generated
 * names ({@code f0}, {@code f1} …) carry no information. The training data is unknown: the 90th percentile equals the
 * median, and only impossible predictions (0 seconds or less) are reported as extrapolations. Thread-safe.
 *
 * <pre>{@code
 * LatencyPredictor original = XgboostPredictor.read(Path.of("xgb.json"), FeatureSchema.PAPER, XgboostPredictor.Target.SECONDS);
 * }</pre>
 */
public final class XgboostPredictor implements LatencyPredictor {
    /** The names that XGBoost, pandas and NumPy generate for columns without names. */
    private static final Pattern MADE_UP = Pattern.compile("f?[0-9]{1,9}");

    private final TreeEnsemble trees;
    private final FeatureSchema schema;
    private final Target target;

    /** The index in the schema of each feature of the trees. */
    private final int[] order;

    private final ThreadLocal<Room> rooms;

    /** The reusable buffers of a thread. */
    private static final class Room {
        private final float[] ofSchema;
        private final float[] ofTrees;

        Room(int features) {
            ofSchema = new float[features];
            ofTrees = new float[features];
        }
    }

    /** The quantity that the trees predict. */
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
     * @param schema the features of the trees, in this order unless the file names its features
     * @param target the quantity that the trees predict
     * @return the predictor
     * @throws PredictorFormatException if the file holds no supported trees, trees with other features, or trees that
     *     never predict more than 0 seconds
     * @throws IOException if the file cannot be read
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
     * Reads trees with the features of one of this library's schemas. The number of features selects the schema; if the
     * file names its features, they must be those of the schema.
     *
     * @param json a file that XGBoost 1.7 or later saved as JSON or UBJSON
     * @param target the quantity that the trees predict
     * @return the predictor
     * @throws PredictorFormatException if the file holds no supported trees, trees with the features of no schema, or
     *     trees that never predict more than 0 seconds
     * @throws IOException if the file cannot be read
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
                    "its trees never predict more than " + Quantities.number(trees.mostPrediction())
                            + ": they do not predict seconds, but perhaps logarithms of seconds"
                            + " (LOG_SECONDS, --xgboost log_seconds)");
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

    /**
     * Generated names that do not count up belong to columns that were selected or reordered, and nothing tells which.
     */
    private static void requireCounted(Path json, List<String> names) throws PredictorFormatException {
        for (int i = 1; i < names.size(); i++) {
            if (number(names.get(i)) != number(names.get(i - 1)) + 1) {
                throw new PredictorFormatException(
                        json.toString(),
                        "learner.feature_names",
                        "'" + names.get(i) + "' follows '" + names.get(i - 1)
                                + "': numbers that do not count up do not identify the columns; train on columns with"
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

    /** Returns the caveat that the accuracy of the trees is unknown. */
    @Override
    public List<String> caveats() {
        return List.of("is of unknown accuracy");
    }

    @Override
    public Prediction predict(Workload piece, int threads, DeviceState device) {
        schema.require(piece);
        Room room = rooms.get();
        schema.fill(piece, threads, device, room.ofSchema, 0);
        for (int i = 0; i < order.length; i++) {
            room.ofTrees[i] = room.ofSchema[order[i]];
        }
        double score = trees.predict(room.ofTrees);
        double seconds = target == Target.SECONDS ? score : Math.exp(score);
        if (!Double.isFinite(seconds)) {
            throw new IllegalArgumentException("the trees predict " + score + ", which is not a valid value of "
                    + target.name().toLowerCase(Locale.ROOT) + ": is this the target that they were trained for?");
        }
        double least = Math.max(TrainedPredictor.MIN_SECONDS, seconds);
        return new Prediction(least, least, least > seconds);
    }
}
