package io.pepper.predict;

import io.pepper.predict.internal.tree.Forest;
import io.pepper.predict.internal.tree.XgboostJson;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Gradient-boosted trees that XGBoost has trained, scored in Java: bit for bit what {@code Booster.predict} gives. No native code
 * runs, so that no file, however damaged, can bring the process down. Supported are tree boosters ({@code gbtree}) of one output
 * with an objective of regression that leaves sums as they are; others are refused by name. All trees count, also of a booster
 * that stopped early (scikit-learn's interface leaves out those after the best). NaN is missing; infinities are less or greater
 * than all thresholds. Immutable and thread-safe; scoring allocates nothing.
 *
 * <pre>{@code
 * TreeEnsemble trees = TreeEnsemble.read(Path.of("model.json"));
 * float prediction = trees.predict(new float[] {1, 2, Float.NaN});
 * }</pre>
 */
public final class TreeEnsemble {
    private final Forest forest;

    private TreeEnsemble(Forest forest) {
        this.forest = forest;
    }

    static TreeEnsemble of(Forest forest) {
        return new TreeEnsemble(forest);
    }

    /**
     * Reads a model that XGBoost wrote as JSON, from 1.7 on.
     *
     * @param file the file
     * @return the trees
     * @throws PredictorFormatException if it is no such model, or of a kind that is not supported
     * @throws IOException if it cannot be read
     */
    public static TreeEnsemble read(Path file) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            return new TreeEnsemble(XgboostJson.read(in, file.toString()));
        }
    }

    /**
     * Reads a model that XGBoost wrote as JSON, from 1.7 on.
     *
     * @param json the bytes
     * @param name what to call it in messages
     * @return the trees
     * @throws PredictorFormatException if it is no such model, or of a kind that is not supported
     */
    public static TreeEnsemble read(byte[] json, String name) throws PredictorFormatException {
        try {
            return new TreeEnsemble(XgboostJson.read(new ByteArrayInputStream(json), name));
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
     * How many trees there are.
     *
     * @return 0 or more
     */
    public int trees() {
        return forest.trees();
    }

    /**
     * Scores one row, in O(trees × depth).
     *
     * @param row the features in the order of training, NaN for those that are missing
     * @return the sum of the leaves and the base score
     * @throws IllegalArgumentException if the row has another length
     */
    public float predict(float... row) {
        if (row.length != features()) {
            throw new IllegalArgumentException("a row has " + features() + " numbers, found " + row.length);
        }
        return forest.first(row);
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
    }

    /** For instance {@code TreeEnsemble[145 trees, 10 features]}. */
    @Override
    public String toString() {
        return "TreeEnsemble[" + trees() + " trees, " + features() + " features]";
    }
}
