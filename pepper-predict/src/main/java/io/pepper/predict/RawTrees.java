package io.pepper.predict;

import io.pepper.predict.internal.tree.Tree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The trees of a file before the number of features is known. The number of nodes of all trees in the file is bounded by the
 * heap. Not thread-safe.
 */
final class RawTrees {
    /** More than any booster has. */
    static final int MAX_TREES = 1 << 20;

    /** A node takes some 60 bytes in its arrays and in the forest that is built from them. */
    private static final long BYTES_PER_NODE = 128;

    private final JsonReader json;
    private final List<RawTree> trees = new ArrayList<>();
    private final long mostNodes;

    private static final class RawTree {
        private int[] left = {};
        private int[] right = {};
        private int[] feature = {};
        private int[] defaultLeft = {};
        private float[] value = {};

        int longest() {
            return IntStream.of(left.length, right.length, feature.length, defaultLeft.length, value.length)
                    .max()
                    .orElseThrow();
        }
    }

    RawTrees(JsonReader json) {
        this(json, Runtime.getRuntime().maxMemory() / BYTES_PER_NODE);
    }

    /** Creates a reader with a given bound on the number of nodes of all trees in the document together. */
    RawTrees(JsonReader json, long mostNodes) {
        this.json = json;
        this.mostNodes = mostNodes;
    }

    int size() {
        return trees.size();
    }

    /** Reads a tree. */
    void add() throws IOException {
        if (trees.size() == MAX_TREES) {
            throw json.wrong("there are more than " + MAX_TREES + " trees");
        }
        RawTree tree = new RawTree();
        json.object(name -> {
            switch (name) {
                case "left_children" -> tree.left = integers();
                case "right_children" -> tree.right = integers();
                case "split_indices" -> tree.feature = integers();
                case "default_left" -> tree.defaultLeft = integers();
                case "split_conditions" -> tree.value = json.numbers(left());
                case "categories", "categories_nodes" -> refuseCategories(integers().length > 0);
                case "split_type" -> refuseCategories(Arrays.stream(integers()).anyMatch(type -> type != 0));
                case "tree_param" -> json.object(this::parameter);
                default -> {}
            }
        });
        if (tree.left.length == 0) {
            throw json.wrong("it has no left_children");
        }
        json.addNodes(tree.longest());
        trees.add(tree);
    }

    private int left() {
        return (int) Math.min(Integer.MAX_VALUE, mostNodes - json.nodes());
    }

    private int[] integers() throws IOException {
        return json.integers(left());
    }

    private void refuseCategories(boolean there) throws IOException {
        if (there) {
            throw json.wrong("splits by category are not supported");
        }
    }

    private void parameter(String name) throws IOException {
        if (name.equals("size_leaf_vector") && json.integer() > 1) {
            throw json.wrong("leaves with more than one value are not supported");
        }
    }

    /** Returns the trees after checking each. */
    List<Tree> checked(int features) throws PredictorFormatException {
        List<Tree> checked = new ArrayList<>();
        for (RawTree raw : trees) {
            boolean[] defaultLeft = new boolean[raw.defaultLeft.length];
            for (int i = 0; i < defaultLeft.length; i++) {
                defaultLeft[i] = raw.defaultLeft[i] != 0;
            }
            try {
                checked.add(new Tree(raw.left, raw.right, raw.feature, raw.value, defaultLeft, features));
            } catch (Tree.InvalidTreeException invalid) {
                throw json.wrong(
                        "learner.gradient_booster.model.trees[" + checked.size() + "]: " + invalid.getMessage());
            }
        }
        return checked;
    }
}
