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
 * Gradient-boosted trees that XGBoost has trained, scored in Java: bit for bit what XGBoost predicts. No native code runs, so that no
 * file, however damaged, can bring the process down. Supported are tree boosters ({@code gbtree}) of one output whose prediction is the
 * sum of the leaves ({@code reg:squarederror} and its kin) or the exponential of the sum ({@code reg:gamma}, {@code reg:tweedie},
 * {@code count:poisson}; within one unit in the last place, as exponential functions differ). Other models are refused by name. NaN is
 * missing; infinities are less or greater than all thresholds. Immutable and thread-safe; scoring allocates nothing.
 *
 * <p>A booster that stopped early holds the rounds after the best one, too. {@link Rounds} tells which of them count.
 *
 * <pre>{@code
 * TreeEnsemble trees = TreeEnsemble.read(Path.of("model.json"));
 * float prediction = trees.predict(new float[] {1, 2, Float.NaN});
 * }</pre>
 */
public final class TreeEnsemble {
    private final XgboostModel model;
    private final Forest forest;

    /** Which rounds of a booster count that stopped early; {@code best_iteration} in its file says which round was best. */
    public enum Rounds {
        /** The rounds up to the best one, as {@code XGBRegressor.predict} counts in Python. The default. */
        BEST,
        /** All rounds, as {@code Booster.predict} counts. */
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
     * Reads a model that XGBoost saved as JSON or UBJSON, from 1.7 on, with its rounds up to the best.
     *
     * @param file the file
     * @return the trees
     * @throws PredictorFormatException if it is no such model, or of a kind that is not supported
     * @throws IOException if it cannot be read
     */
    public static TreeEnsemble read(Path file) throws IOException {
        return read(file, Rounds.BEST);
    }

    /**
     * Reads a model that XGBoost saved as JSON or UBJSON, from 1.7 on.
     *
     * @param file the file
     * @param rounds which rounds count
     * @return the trees
     * @throws PredictorFormatException if it is no such model, or of a kind that is not supported
     * @throws IOException if it cannot be read
     */
    public static TreeEnsemble read(Path file, Rounds rounds) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new TreeEnsemble(XgboostJson.read(in, file.toString(), rounds == Rounds.ALL));
        }
    }

    /**
     * Reads a model that XGBoost saved as JSON or UBJSON, from 1.7 on, with its rounds up to the best.
     *
     * @param json the bytes
     * @param name what to call it in messages
     * @return the trees
     * @throws PredictorFormatException if it is no such model, or of a kind that is not supported
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
     * How many numbers a row has.
     *
     * @return 1 or more
     */
    public int features() {
        return forest.features();
    }

    /**
     * How many trees count.
     *
     * @return 0 or more
     */
    public int trees() {
        return forest.trees();
    }

    /**
     * How many trees of rounds after the best do not count.
     *
     * @return 0 or more
     */
    public int unusedTrees() {
        return model.unusedTrees();
    }

    /**
     * The names that the features had when the booster was trained.
     *
     * @return in the order of a row; empty if the file has none
     */
    public List<String> featureNames() {
        return model.featureNames();
    }

    /** No prediction is more than this. */
    double mostPrediction() {
        return model.exponential() ? Math.exp(model.mostSum()) : model.mostSum();
    }

    private float linked(float sum) {
        return model.exponential() ? (float) Math.exp(sum) : sum;
    }

    /**
     * Scores one row, in O(trees × depth).
     *
     * @param row the features in the order of training, NaN for those that are missing
     * @return what XGBoost predicts
     * @throws IllegalArgumentException if the row has another length
     */
    public float predict(float... row) {
        if (row.length != features()) {
            throw new IllegalArgumentException("a row has " + features() + " numbers, found " + row.length);
        }
        return linked(forest.first(row));
    }

    /**
     * Scores many rows.
     *
     * @param rows the rows, one after another
     * @param count how many rows there are, 0 or more
     * @param scores takes the answers, from its beginning on
     * @throws IllegalArgumentException if an array is too short
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

    /** For instance {@code TreeEnsemble[145 of 200 trees, 10 features]}. */
    @Override
    public String toString() {
        String all = unusedTrees() == 0 ? "" : " of " + (trees() + unusedTrees());
        return "TreeEnsemble[" + trees() + all + " trees, " + features() + " features]";
    }
}
