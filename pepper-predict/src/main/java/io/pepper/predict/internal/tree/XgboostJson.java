package io.pepper.predict.internal.tree;

import io.pepper.predict.PredictorFormatException;
import io.pepper.predict.internal.json.JsonReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Reads what XGBoost's {@code save_model} writes as JSON (1.7 to 3.x): tree boosters of one output whose objective leaves the
 * sum of the leaves as it is. Everything else is refused by name. The bytes are not trusted.
 */
public final class XgboostJson {
    /** Objectives whose prediction is the sum of the leaves. */
    private static final Set<String> IDENTITY = Set.of(
            "reg:squarederror",
            "reg:linear",
            "reg:squaredlogerror",
            "reg:absoluteerror",
            "reg:pseudohubererror",
            "reg:quantileerror");

    private static final int MOST_FEATURES = 1 << 16;
    private static final int MOST_TREES = 1 << 20;

    private final JsonReader json;
    private final List<RawTree> trees = new ArrayList<>();
    private String booster = "";
    private String objective = "";
    private String baseScore = "";
    private int features;
    private int targets = 1;
    private int classes;

    /** A tree as it stands, before the number of features is known. */
    private static final class RawTree {
        private int[] left = {};
        private int[] right = {};
        private int[] feature = {};
        private int[] defaultLeft = {};
        private float[] value = {};
    }

    private XgboostJson(JsonReader json) {
        this.json = json;
    }

    /**
     * Reads a document.
     *
     * @param in its bytes
     * @param source what to call it in messages
     * @return its trees, laid out
     * @throws PredictorFormatException if it is no such document, or of a kind that is not supported
     * @throws IOException if it cannot be read
     */
    public static Forest read(InputStream in, String source) throws IOException {
        List<Forest> read = new ArrayList<>();
        JsonReader.read(in, source, json -> read.add(read(json)));
        return read.get(0);
    }

    /**
     * Reads an object of a larger document.
     *
     * @param json at its first token
     * @return its trees, laid out
     * @throws PredictorFormatException if it is no such object, or of a kind that is not supported
     * @throws IOException if it cannot be read
     */
    public static Forest read(JsonReader json) throws IOException {
        XgboostJson document = new XgboostJson(json);
        json.object(name -> {
            if (name.equals("learner")) {
                json.object(document::learner);
            }
        });
        return document.forest();
    }

    private void learner(String name) throws IOException {
        switch (name) {
            case "learner_model_param" -> json.object(this::parameter);
            case "objective" ->
                json.object(field -> {
                    if (field.equals("name")) {
                        objective = json.text();
                    }
                });
            case "gradient_booster" -> json.object(this::booster);
            default -> {}
        }
    }

    private void parameter(String name) throws IOException {
        switch (name) {
            case "base_score" -> baseScore = json.text();
            case "num_feature" -> features = json.integer();
            case "num_target" -> targets = json.integer();
            case "num_class" -> classes = json.integer();
            default -> {}
        }
    }

    private void booster(String name) throws IOException {
        if (name.equals("name")) {
            booster = json.text();
        } else if (name.equals("model")) {
            json.object(field -> {
                if (field.equals("trees")) {
                    json.array(this::tree);
                }
            });
        }
    }

    private void tree() throws IOException {
        if (trees.size() == MOST_TREES) {
            throw json.wrong("there are more than " + MOST_TREES + " trees");
        }
        RawTree tree = new RawTree();
        json.object(name -> {
            switch (name) {
                case "left_children" -> tree.left = json.integers();
                case "right_children" -> tree.right = json.integers();
                case "split_indices" -> tree.feature = json.integers();
                case "default_left" -> tree.defaultLeft = json.integers();
                case "split_conditions" -> tree.value = json.numbers();
                case "categories", "categories_nodes" -> refuseCategories(json.integers().length > 0);
                case "split_type" ->
                    refuseCategories(Arrays.stream(json.integers()).anyMatch(type -> type != 0));
                case "tree_param" -> json.object(this::treeParameter);
                default -> {}
            }
        });
        trees.add(tree);
    }

    private void refuseCategories(boolean there) throws IOException {
        if (there) {
            throw json.wrong("splits by category are not supported");
        }
    }

    private void treeParameter(String name) throws IOException {
        if (name.equals("size_leaf_vector") && json.integer() > 1) {
            throw json.wrong("leaves with more than one value are not supported");
        }
    }

    private Forest forest() throws IOException {
        check("learner.gradient_booster.name", booster, Set.of("gbtree"));
        check("learner.objective.name", objective, IDENTITY);
        if (features < 1 || features > MOST_FEATURES) {
            throw json.wrong("learner.learner_model_param.num_feature is " + features);
        }
        if (targets > 1 || classes > 1) {
            throw json.wrong(
                    "more than one output is not supported: num_target is " + targets + ", num_class " + classes);
        }
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
        return Forest.of(checked, features, base());
    }

    private void check(String field, String found, Set<String> supported) throws PredictorFormatException {
        if (!supported.contains(found)) {
            throw json.wrong(
                    found.isEmpty()
                            ? "it has no " + field
                            : field + " '" + found + "' is not supported, only "
                                    + supported.stream().sorted().toList());
        }
    }

    /** From 3.1 on it is written as an array of one. */
    private float base() throws PredictorFormatException {
        String plain = baseScore.startsWith("[") && baseScore.endsWith("]")
                ? baseScore.substring(1, baseScore.length() - 1)
                : baseScore;
        try {
            float base = Float.parseFloat(plain);
            if (Float.isFinite(base)) {
                return base;
            }
        } catch (NumberFormatException none) {
            // Said below.
        }
        throw json.wrong("learner.learner_model_param.base_score '" + baseScore + "' is no number");
    }
}
