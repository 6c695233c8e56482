package io.pepper.predict.internal.tree;

/** What a thread needs to score, reused so that scoring allocates nothing. */
final class Scratch {
    /** Rows, encoded. */
    final int[] encoded;

    /** See {@link Thresholds#test}. */
    final long[] passed;

    /** Outcomes of tests, a bit for each row. */
    final long[] outcomes;

    /** The rows that reach each node of a tree. */
    final long[] reached;

    /** The rows that turn right on each level of a tree. */
    final long[] turns;

    Scratch(int features, Thresholds thresholds, int depth) {
        encoded = new int[2 * features * Forest.BLOCK];
        passed = new long[thresholds.longest() + 1];
        outcomes = new long[thresholds.tests()];
        reached = new long[(2 << depth) - 1];
        turns = new long[depth];
    }
}
