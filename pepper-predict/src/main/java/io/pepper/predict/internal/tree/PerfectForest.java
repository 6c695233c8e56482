package io.pepper.predict.internal.tree;

import java.util.List;

/**
 * Trees padded to perfect ones of the same depth, so that each walk takes the same steps without branches, and several walks
 * overlap: of one row through four trees, of four rows through one tree. A node takes two integers, the place of the row that it
 * looks into and its threshold's key; its children are at 2i + 1 and 2i + 2.
 */
final class PerfectForest extends Forest {
    private static final int MOST_DEPTH = 12;
    private static final long MOST_LEAVES = 1L << 22;
    private static final int SIGN = 63;

    private final int depth;
    private final int stride;
    private final int leafStride;
    private final int[] nodes;
    private final float[] leaves;
    private final float baseScore;

    PerfectForest(List<Tree> trees, int features, float baseScore, int depth) {
        super(features, trees.size());
        this.depth = depth;
        this.baseScore = baseScore;
        leafStride = 1 << depth;
        stride = 2 * (leafStride - 1);
        nodes = new int[trees.size() * stride];
        leaves = new float[trees.size() * leafStride];
        for (int i = 0; i < trees.size(); i++) {
            fill(trees.get(i), i);
        }
    }

    static boolean fits(int depth, int trees) {
        return depth <= MOST_DEPTH && ((long) trees << depth) <= MOST_LEAVES;
    }

    /** Below a leaf all leaves are alike, so that it does not matter which way a walk takes. */
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
                nodes[base + 1] = leaf ? 0 : Encoding.key(tree.value(node));
                at[2 * place + 1] = leaf ? node : tree.left(node);
                at[2 * place + 2] = leaf ? node : tree.right(node);
            }
        }
    }

    /** 1 if the value is not less than the threshold, else 0; without a branch. */
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
            sum += leaves[leaf(tree, encoded, 0)];
        }
        return sum;
    }

    private int leaf(int tree, int[] encoded, int row) {
        int at = 0;
        for (int level = 0; level < depth; level++) {
            int node = tree * stride + 2 * at;
            at = 2 * at + 1 + right(encoded[row + nodes[node]], nodes[node + 1]);
        }
        return (tree - 1) * leafStride + 1 + at;
    }

    @Override
    void block(int[] encoded, int rows, float[] scores, int at) {
        for (int row = 0; row < rows; row++) {
            scores[at + row] = baseScore;
        }
        for (int tree = 0; tree < trees(); tree++) {
            int row = 0;
            for (; row + 4 <= rows; row += 4) {
                four(tree, encoded, row, scores, at + row);
            }
            for (; row < rows; row++) {
                scores[at + row] += leaves[leaf(tree, encoded, row * 2 * features())];
            }
        }
    }

    private void four(int tree, int[] encoded, int row, float[] scores, int at) {
        int width = 2 * features();
        int row0 = row * width;
        int row1 = row0 + width;
        int row2 = row1 + width;
        int row3 = row2 + width;
        int base = tree * stride;
        int at0 = 0;
        int at1 = 0;
        int at2 = 0;
        int at3 = 0;
        for (int level = 0; level < depth; level++) {
            int node0 = base + 2 * at0;
            int node1 = base + 2 * at1;
            int node2 = base + 2 * at2;
            int node3 = base + 2 * at3;
            at0 = 2 * at0 + 1 + right(encoded[row0 + nodes[node0]], nodes[node0 + 1]);
            at1 = 2 * at1 + 1 + right(encoded[row1 + nodes[node1]], nodes[node1 + 1]);
            at2 = 2 * at2 + 1 + right(encoded[row2 + nodes[node2]], nodes[node2 + 1]);
            at3 = 2 * at3 + 1 + right(encoded[row3 + nodes[node3]], nodes[node3 + 1]);
        }
        int leaf = (tree - 1) * leafStride + 1;
        scores[at] += leaves[leaf + at0];
        scores[at + 1] += leaves[leaf + at1];
        scores[at + 2] += leaves[leaf + at2];
        scores[at + 3] += leaves[leaf + at3];
    }
}
