package io.pepper.predict.internal.tree;

/** The buffers of a thread, reused so that scoring allocates nothing. */
final class Scratch {
    /** The encoded rows. */
    final int[] encoded;

    /** See {@link Thresholds#test}. */
    final long[] passed;

    /** The outcomes of tests, one bit per row. */
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
