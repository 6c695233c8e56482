package io.pepper.predict.internal.tree;

import java.util.List;

/** Trees in their own shape, for those that are too deep or too many to be padded. */
final class WalkedForest extends Forest {
    private final int[] roots;
    private final int[] left;
    private final int[] right;
    private final int[] places;
    private final int[] keys;
    private final float[] values;
    private final float baseScore;

    WalkedForest(List<Tree> trees, int features, float baseScore) {
        super(features, trees.size());
        this.baseScore = baseScore;
        int size = Math.toIntExact(trees.stream().mapToLong(Tree::size).sum());
        roots = new int[trees.size()];
        left = new int[size];
        right = new int[size];
        places = new int[size];
        keys = new int[size];
        values = new float[size];
        int base = 0;
        for (int i = 0; i < roots.length; i++) {
            roots[i] = base;
            base += fill(trees.get(i), base);
        }
    }

    private int fill(Tree tree, int base) {
        for (int node = 0; node < tree.size(); node++) {
            boolean leaf = tree.isLeaf(node);
            left[base + node] = leaf ? Tree.NONE : base + tree.left(node);
            right[base + node] = leaf ? Tree.NONE : base + tree.right(node);
            places[base + node] = leaf ? 0 : Encoding.place(tree.feature(node), tree.defaultLeft(node));
            keys[base + node] = Encoding.key(tree.value(node));
            values[base + node] = tree.value(node);
        }
        return tree.size();
    }

    @Override
    Scratch scratch() {
        return new Scratch(features(), new Thresholds(List.of(), features()), 0);
    }

    @Override
    float one(int[] encoded) {
        return sum(encoded, 0);
    }

    private float sum(int[] encoded, int row) {
        float sum = baseScore;
        for (int node : roots) {
            int at = node;
            while (left[at] != Tree.NONE) {
                at = encoded[row + places[at]] < keys[at] ? left[at] : right[at];
            }
            sum += values[at];
        }
        return sum;
    }

    @Override
    void block(Scratch scratch, int rows, float[] scores, int at) {
        for (int row = 0; row < rows; row++) {
            scores[at + row] = sum(scratch.encoded, row * 2 * features());
        }
    }
}
