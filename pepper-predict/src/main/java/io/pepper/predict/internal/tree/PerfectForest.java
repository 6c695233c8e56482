package io.pepper.predict.internal.tree;

import java.util.Arrays;
import java.util.List;

/**
 * Trees padded to perfect binary trees of the same depth: the children of node i are 2i + 1 and 2i + 2.
 *
 * <p>One row descends four trees at a time, without branches, so that the descents overlap. Many rows are scored 64 at
 * a time, one bit per row: each distinct threshold is tested once, and then a tree takes two operations per node for
 * all rows together (a relative of QuickScorer: Lucchese and others, "QuickScorer: a fast algorithm to rank documents
 * with additive ensembles of regression trees", SIGIR 2015).
 */
final class PerfectForest extends Forest {
    private static final int MAX_DEPTH = 8;
    private static final long MAX_LEAVES = 1L << 22;
    private static final int SIGN = 63;
    private static final int BYTE = 0xff;

    /** The bits of each byte, spread to eight bytes. */
    private static final long[] SPREAD = new long[BYTE + 1];

    static {
        for (int bits = 0; bits <= BYTE; bits++) {
            for (int bit = 0; bit < Long.BYTES; bit++) {
                SPREAD[bits] |= (bits >>> bit & 1L) << (bit * Byte.SIZE);
            }
        }
    }

    private final int depth;
    private final int stride;
    private final int leafStride;
    private final Thresholds thresholds;

    /** For each inner node, the index in the row that it reads and the key of its threshold. */
    private final int[] nodes;

    /** For each inner node, the index of its test. */
    private final int[] tests;

    private final float[] leaves;
    private final float baseScore;

    PerfectForest(List<Tree> trees, int features, float baseScore, int depth) {
        super(features, trees.size());
        thresholds = new Thresholds(trees, features);
        this.depth = depth;
        this.baseScore = baseScore;
        leafStride = 1 << depth;
        stride = 2 * (leafStride - 1);
        nodes = new int[trees.size() * stride];
        tests = new int[trees.size() * (leafStride - 1)];
        leaves = new float[trees.size() * leafStride];
        for (int i = 0; i < trees.size(); i++) {
            fill(trees.get(i), i);
        }
    }

    static boolean fits(int depth, int trees) {
        return depth <= MAX_DEPTH && ((long) trees << depth) <= MAX_LEAVES;
    }

    /** All padding below a leaf repeats the leaf, so that the direction of a descent does not matter there. */
    private void fill(Tree tree, int number) {
        int inner = leafStride - 1;
        int[] at = new int[2 * inner + 1];
        for (int place = 0; place < at.length; place++) {
            int node = at[place];
            boolean leaf = tree.isLeaf(node);
            if (place >= inner) {
                leaves[number * leafStride + place - inner] = tree.value(node);
            } else {
                int base = number * stride + 2 * place;
                nodes[base] = leaf ? 0 : Encoding.place(tree.feature(node), tree.defaultLeft(node));
                tests[number * inner + place] = leaf ? Thresholds.NEVER : thresholds.test(tree, node);
                nodes[base + 1] = leaf ? 0 : Encoding.key(tree.value(node));
                at[2 * place + 1] = leaf ? node : tree.left(node);
                at[2 * place + 2] = leaf ? node : tree.right(node);
            }
        }
    }

    @Override
    Scratch scratch() {
        return new Scratch(features(), thresholds, depth);
    }

    /** Returns 1 if the value is at least the threshold, else 0; without a branch. */
    private static int right(int value, int threshold) {
        return (int) (((long) threshold - value - 1) >>> SIGN);
    }

    @Override
    float one(int[] encoded) {
        float sum = baseScore;
        int tree = 0;
        for (; tree + 4 <= trees(); tree += 4) {
            int base0 = tree * stride;
            int base1 = base0 + stride;
            int base2 = base1 + stride;
            int base3 = base2 + stride;
            int at0 = 0;
            int at1 = 0;
            int at2 = 0;
            int at3 = 0;
            for (int level = 0; level < depth; level++) {
                int node0 = base0 + 2 * at0;
                int node1 = base1 + 2 * at1;
                int node2 = base2 + 2 * at2;
                int node3 = base3 + 2 * at3;
                at0 = 2 * at0 + 1 + right(encoded[nodes[node0]], nodes[node0 + 1]);
                at1 = 2 * at1 + 1 + right(encoded[nodes[node1]], nodes[node1 + 1]);
                at2 = 2 * at2 + 1 + right(encoded[nodes[node2]], nodes[node2 + 1]);
                at3 = 2 * at3 + 1 + right(encoded[nodes[node3]], nodes[node3 + 1]);
            }
            int leaf = (tree - 1) * leafStride + 1;
            sum += leaves[leaf + at0];
            sum += leaves[leaf + leafStride + at1];
            sum += leaves[leaf + 2 * leafStride + at2];
            sum += leaves[leaf + 3 * leafStride + at3];
        }
        for (; tree < trees(); tree++) {
            sum += leaves[leaf(tree, encoded)];
        }
        return sum;
    }

    private int leaf(int tree, int[] encoded) {
        int at = 0;
        for (int level = 0; level < depth; level++) {
            int node = tree * stride + 2 * at;
            at = 2 * at + 1 + right(encoded[nodes[node]], nodes[node + 1]);
        }
        return (tree - 1) * leafStride + 1 + at;
    }

    @Override
    void block(Scratch scratch, int rows, float[] scores, int at) {
        thresholds.test(scratch.encoded, rows, scratch.passed, scratch.outcomes);
        Arrays.fill(scores, at, at + rows, baseScore);
        for (int tree = 0; tree < trees(); tree++) {
            descend(tree, scratch);
            add(tree, scratch.turns, rows, scores, at);
        }
    }

    /** Descends with all rows at once, one bit per row. */
    private void descend(int tree, Scratch scratch) {
        long[] reached = scratch.reached;
        reached[0] = -1;
        int place = 0;
        for (int level = 0; level < depth; level++) {
            long turned = 0;
            for (int end = 2 * place + 1; place < end; place++) {
                long right = reached[place] & scratch.outcomes[tests[tree * (leafStride - 1) + place]];
                reached[2 * place + 1] = reached[place] ^ right;
                reached[2 * place + 2] = right;
                turned |= right;
            }
            scratch.turns[level] = turned;
        }
    }

    /** Combines the turns of eight rows to eight bytes, each the index of a leaf. */
    private void add(int tree, long[] turns, int rows, float[] scores, int at) {
        int base = tree * leafStride;
        for (int row = 0; row < rows; row += Long.BYTES) {
            long places = 0;
            for (int level = 0; level < depth; level++) {
                places = places << 1 | SPREAD[(int) (turns[level] >>> row) & BYTE];
            }
            int end = at + Math.min(row + Long.BYTES, rows);
            for (int score = at + row; score < end; score++) {
                scores[score] += leaves[base + (int) (places & BYTE)];
                places >>>= Long.BYTES;
            }
        }
    }
}
