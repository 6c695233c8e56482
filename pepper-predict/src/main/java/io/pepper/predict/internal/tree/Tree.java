package io.pepper.predict.internal.tree;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;

/** One validated tree in XGBoost's layout: parallel arrays, the root first. A node without children is a leaf. */
public final class Tree {
    static final int NONE = -1;

    /** Deeper than any trained tree. */
    private static final int MAX_DEPTH = 512;

    private final int[] left;
    private final int[] right;
    private final int[] feature;
    private final float[] value;
    private final boolean[] defaultLeft;

    /** The nodes that are connected to the root. XGBoost leaves pruned nodes in the arrays, with arbitrary contents. */
    private final BitSet reached;

    private final int depth;

    /**
     * Creates a tree after checking that the nodes form one. All arrays are indexed by node, the root first.
     *
     * @param left the left child, -1 for a leaf
     * @param right the right child, -1 for a leaf
     * @param feature the feature that an inner node tests
     * @param value the value of a leaf, or the threshold of an inner node
     * @param defaultLeft whether a missing feature goes to the left child
     * @param features number of features
     * @throws InvalidTreeException if the arrays do not form a tree
     */
    public Tree(int[] left, int[] right, int[] feature, float[] value, boolean[] defaultLeft, int features)
            throws InvalidTreeException {
        this.left = left;
        this.right = right;
        this.feature = feature;
        this.value = value;
        this.defaultLeft = defaultLeft;
        int nodes = left.length;
        if (nodes == 0
                || right.length != nodes
                || feature.length != nodes
                || value.length != nodes
                || defaultLeft.length != nodes) {
            throw new InvalidTreeException("its arrays differ in length, or are empty: left_children " + nodes
                    + ", right_children " + right.length + ", split_indices " + feature.length + ", split_conditions "
                    + value.length + ", default_left " + defaultLeft.length);
        }
        reached = new BitSet(nodes);
        depth = check(features);
    }

    /** Thrown if arrays do not form a tree. */
    public static final class InvalidTreeException extends Exception {
        private static final long serialVersionUID = 1L;

        InvalidTreeException(String message) {
            super(message);
        }
    }

    private int check(int features) throws InvalidTreeException {
        reached.set(0);
        int[] depths = new int[left.length];
        Deque<Integer> open = new ArrayDeque<>();
        open.push(0);
        int deepest = 0;
        while (!open.isEmpty()) {
            int node = open.pop();
            if (Float.isNaN(value[node]) || (isLeaf(node) && Float.isInfinite(value[node]))) {
                throw new InvalidTreeException("split_conditions[" + node + "] is " + value[node]);
            }
            if (!isLeaf(node)) {
                checkFeature(node, features);
                for (int child : new int[] {left[node], right[node]}) {
                    if (child < 0 || child >= left.length || reached.get(child)) {
                        throw new InvalidTreeException("node " + node + " has " + child
                                + " as a child, which is outside of the tree or has another parent");
                    }
                    reached.set(child);
                    depths[child] = depths[node] + 1;
                    deepest = Math.max(deepest, depths[child]);
                    open.push(child);
                }
                if (deepest > MAX_DEPTH) {
                    throw new InvalidTreeException("it is more than " + MAX_DEPTH + " deep");
                }
            }
        }
        return deepest;
    }

    private void checkFeature(int node, int features) throws InvalidTreeException {
        if (feature[node] < 0 || feature[node] >= features) {
            throw new InvalidTreeException(
                    "split_indices[" + node + "] is " + feature[node] + ", there are " + features + " features");
        }
    }

    /** Returns whether a node is a reachable inner node. */
    boolean isSplit(int node) {
        return reached.get(node) && !isLeaf(node);
    }

    boolean isLeaf(int node) {
        return left[node] == NONE;
    }

    int left(int node) {
        return left[node];
    }

    int right(int node) {
        return right[node];
    }

    int feature(int node) {
        return feature[node];
    }

    float value(int node) {
        return value[node];
    }

    boolean defaultLeft(int node) {
        return defaultLeft[node];
    }

    /**
     * Returns the largest value of a leaf.
     *
     * @return the largest value
     */
    public float most() {
        float most = Float.NEGATIVE_INFINITY;
        for (int node = reached.nextSetBit(0); node >= 0; node = reached.nextSetBit(node + 1)) {
            most = isLeaf(node) ? Math.max(most, value[node]) : most;
        }
        return most;
    }

    int depth() {
        return depth;
    }

    int size() {
        return left.length;
    }

    @Override
    public String toString() {
        return "Tree" + Arrays.toString(left);
    }
}
