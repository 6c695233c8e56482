package io.pepper.predict;

import io.pepper.predict.internal.tree.Forest;
import io.pepper.predict.internal.tree.XgboostModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Gradient-boosted trees of XGBoost, scored in Java. The predictions equal XGBoost's bit for bit. No native code runs,
 * so that no damaged file can crash the process. Supported are tree boosters ({@code gbtree}) with one output whose
 * prediction is the sum of the leaves ({@code reg:squarederror} and similar objectives) or the exponential of the sum
 * ({@code reg:gamma}, {@code reg:tweedie}, {@code count:poisson}; these agree within one unit in the last place, since
 * exponential functions differ). Other models are refused by name. NaN means missing; infinities are less or greater
 * than all thresholds. Immutable and thread-safe; scoring allocates nothing.
 *
 * <p>A booster that stopped early also holds the rounds after the best one. {@link Rounds} selects the rounds that
 * count.
 *
 * <pre>{@code
 * TreeEnsemble trees = TreeEnsemble.read(Path.of("model.json"));
 * float prediction = trees.predict(new float[] {1, 2, Float.NaN});
 * }</pre>
 */
public final class TreeEnsemble {
    private final XgboostModel model;
    private final Forest forest;

    /**
     * The rounds that count in a booster that stopped early. The file's {@code best_iteration} names the best round.
     */
    public enum Rounds {
        /** The rounds up to the best one, like {@code XGBRegressor.predict} in Python. The default. */
        BEST,
        /** All rounds, like {@code Booster.predict}. */
        ALL
    }

    private TreeEnsemble(XgboostModel model) {
        this.model = model;
        this.forest = model.forest();
    }

    static TreeEnsemble of(XgboostModel model) {
        return new TreeEnsemble(model);
    }

    /**
     * Reads a model that XGBoost 1.7 or later saved as JSON or UBJSON, with the rounds up to the best one.
     *
     * @param file the file
     * @return the trees
     * @throws PredictorFormatException if the file holds no such model, or one of an unsupported kind
     * @throws IOException if the file cannot be read
     */
    public static TreeEnsemble read(Path file) throws IOException {
        return read(file, Rounds.BEST);
    }

    /**
     * Reads a model that XGBoost 1.7 or later saved as JSON or UBJSON.
     *
     * @param file the file
     * @param rounds the rounds that count
     * @return the trees
     * @throws PredictorFormatException if the file holds no such model, or one of an unsupported kind
     * @throws IOException if the file cannot be read
     */
    public static TreeEnsemble read(Path file, Rounds rounds) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new TreeEnsemble(XgboostJson.read(in, file.toString(), rounds == Rounds.ALL));
        }
    }

    /**
     * Reads a model that XGBoost 1.7 or later saved as JSON or UBJSON, with the rounds up to the best one.
     *
     * @param json the bytes
     * @param name the name of the model in messages
     * @return the trees
     * @throws PredictorFormatException if the bytes hold no such model, or one of an unsupported kind
     */
    public static TreeEnsemble read(byte[] json, String name) throws PredictorFormatException {
        try {
            return new TreeEnsemble(XgboostJson.read(new ByteArrayInputStream(json), name, false));
        } catch (PredictorFormatException wrong) {
            throw wrong;
        } catch (IOException never) {
            throw new IllegalStateException(never);
        }
    }

    /**
     * Returns the number of features in a row.
     *
     * @return 1 or more
     */
    public int features() {
        return forest.features();
    }

    /**
     * Returns the number of trees that count.
     *
     * @return 0 or more
     */
    public int trees() {
        return forest.trees();
    }

    /**
     * Returns the number of trees after the best round, which do not count.
     *
     * @return 0 or more
     */
    public int unusedTrees() {
        return model.unusedTrees();
    }

    /**
     * Returns the names that the features had in training.
     *
     * @return the names in the order of a row; empty if the file has none
     */
    public List<String> featureNames() {
        return model.featureNames();
    }

    /** Returns an upper bound on all predictions. */
    double mostPrediction() {
        return model.exponential() ? Math.exp(model.mostSum()) : model.mostSum();
    }

    private float linked(float sum) {
        return model.exponential() ? (float) Math.exp(sum) : sum;
    }

    /**
     * Scores one row, in O(trees × depth).
     *
     * @param row the features in the order of training, NaN for missing ones
     * @return the prediction
     * @throws IllegalArgumentException if the row has another length
     */
    public float predict(float... row) {
        if (row.length != features()) {
            throw new IllegalArgumentException("a row has " + features() + " numbers, found " + row.length);
        }
        return linked(forest.first(row));
    }

    /**
     * Scores many rows, in O(count × trees × depth).
     *
     * @param rows the rows, one after another
     * @param count number of rows, 0 or more
     * @param scores receives the predictions from index 0 on
     * @throws IllegalArgumentException if {@code count} is negative or an array is too short
     */
    public void predict(float[] rows, int count, float[] scores) {
        if (count < 0 || (long) count * features() > rows.length || count > scores.length) {
            throw new IllegalArgumentException(count + " rows of " + features() + " numbers: found room for "
                    + rows.length + " numbers and " + scores.length + " answers");
        }
        forest.score(rows, count, scores);
        if (model.exponential()) {
            for (int row = 0; row < count; row++) {
                scores[row] = linked(scores[row]);
            }
        }
    }

    /** Returns for instance {@code TreeEnsemble[145 of 200 trees, 10 features]}. */
    @Override
    public String toString() {
        String all = unusedTrees() == 0 ? "" : " of " + (trees() + unusedTrees());
        return "TreeEnsemble[" + trees() + all + " trees, " + features() + " features]";
    }
}
