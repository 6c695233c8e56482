package io.pepper.predict.internal.tree;

import java.util.List;

/**
 * Trees in a layout for fast traversal. Sums are computed in XGBoost's order: 32-bit floats, starting with the base
 * score, tree after tree. Thread-safe.
 */
public abstract sealed class Forest permits PerfectForest, WalkedForest {
    /** Number of rows that are scored together. */
    static final int BLOCK = 64;

    private final int features;
    private final int trees;

    /** The buffers of each thread, so that scoring allocates nothing. */
    private final ThreadLocal<Scratch> scratch;

    Forest(int features, int trees) {
        this.features = features;
        this.trees = trees;
        this.scratch = ThreadLocal.withInitial(this::scratch);
    }

    /**
     * Returns a forest with the layout that fits the trees.
     *
     * @param trees the trees whose values are added
     * @param features number of features
     * @param baseScore the start of the sum
     * @return a forest that computes the sum
     */
    public static Forest of(List<Tree> trees, int features, float baseScore) {
        int depth = trees.stream().mapToInt(Tree::depth).max().orElse(0);
        return PerfectForest.fits(depth, trees.size())
                ? new PerfectForest(trees, features, baseScore, depth)
                : new WalkedForest(trees, features, baseScore);
    }

    /**
     * Returns the number of features in a row.
     *
     * @return 1 or more
     */
    public final int features() {
        return features;
    }

    /**
     * Returns the number of trees.
     *
     * @return 0 or more
     */
    public final int trees() {
        return trees;
    }

    /**
     * Scores one row.
     *
     * @param row the features, NaN for missing ones
     * @return the sum of its leaves
     */
    public final float first(float[] row) {
        int[] encoded = scratch.get().encoded;
        Encoding.encode(row, 0, features, encoded);
        return one(encoded);
    }

    /**
     * Scores consecutive rows.
     *
     * @param rows the features, NaN for missing ones
     * @param count number of rows
     * @param scores receives the sums
     */
    public final void score(float[] rows, int count, float[] scores) {
        Scratch room = scratch.get();
        for (int done = 0; done < count; done += BLOCK) {
            int block = Math.min(BLOCK, count - done);
            Encoding.encode(rows, done * features, block * features, room.encoded);
            block(room, block, scores, done);
        }
    }

    /** Returns new buffers for a thread. */
    abstract Scratch scratch();

    /** Scores the first row. */
    abstract float one(int[] encoded);

    /** Scores consecutive rows, at most {@link #BLOCK}. */
    abstract void block(Scratch scratch, int rows, float[] scores, int at);
}
