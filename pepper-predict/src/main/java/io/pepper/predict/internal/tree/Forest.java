package io.pepper.predict.internal.tree;

import java.util.List;

/**
 * Trees laid out for walking. Sums are made as XGBoost makes them: 32-bit floats, from the base score on, tree after tree.
 * Thread-safe.
 */
public abstract sealed class Forest permits PerfectForest, WalkedForest {
    /** Rows that are scored together. */
    static final int BLOCK = 64;

    private final int features;
    private final int trees;

    /** Reused by each thread, so that scoring allocates nothing. */
    private final ThreadLocal<Scratch> scratch;

    Forest(int features, int trees) {
        this.features = features;
        this.trees = trees;
        this.scratch = ThreadLocal.withInitial(this::scratch);
    }

    /**
     * Chooses how to walk trees.
     *
     * @param trees the trees, whose values are added
     * @param features how many features there are
     * @param baseScore what is added to their sum
     * @return a forest that computes the sum
     */
    public static Forest of(List<Tree> trees, int features, float baseScore) {
        int depth = trees.stream().mapToInt(Tree::depth).max().orElse(0);
        return PerfectForest.fits(depth, trees.size())
                ? new PerfectForest(trees, features, baseScore, depth)
                : new WalkedForest(trees, features, baseScore);
    }

    /**
     * How many numbers a row has.
     *
     * @return 1 or more
     */
    public final int features() {
        return features;
    }

    /**
     * How many trees there are.
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
     * Scores rows that stand one after another.
     *
     * @param rows the features, NaN for missing ones
     * @param count how many rows
     * @param scores takes the answers
     */
    public final void score(float[] rows, int count, float[] scores) {
        Scratch room = scratch.get();
        for (int done = 0; done < count; done += BLOCK) {
            int block = Math.min(BLOCK, count - done);
            Encoding.encode(rows, done * features, block * features, room.encoded);
            block(room, block, scores, done);
        }
    }

    /** What a thread needs. */
    abstract Scratch scratch();

    /** Scores the first row. */
    abstract float one(int[] encoded);

    /** Scores rows that stand one after another, at most {@link #BLOCK}. */
    abstract void block(Scratch scratch, int rows, float[] scores, int at);
}
