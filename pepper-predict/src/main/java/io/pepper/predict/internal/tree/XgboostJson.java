package io.pepper.predict.internal.tree;

import io.pepper.predict.PredictorFormatException;
import io.pepper.predict.internal.json.JsonReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Reads what XGBoost's {@code save_model} writes as JSON or UBJSON (1.7 to 3.x): tree boosters of one output whose objective is the
 * sum of the leaves, or its exponential. Everything else is refused by name. The bytes are not trusted.
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

    /** Objectives whose prediction is the exponential of the sum; their base score is stored as a prediction. */
    private static final Set<String> EXPONENTIAL = Set.of("reg:gamma", "reg:tweedie", "count:poisson");

    private static final int MOST_FEATURES = 1 << 16;
    private static final int MOST_TREES = 1 << 20;

    private final JsonReader json;
    private final List<RawTree> trees = new ArrayList<>();
    private String booster = "";
    private String objective = "";
    private String baseScore = "";
    private List<String> featureNames = List.of();
    private OptionalInt bestIteration = OptionalInt.empty();
    private int[] treesBefore = {};
    private int treesPerIteration = 1;
    private OptionalInt statedTrees = OptionalInt.empty();
    private boolean isConfiguration;
    private boolean hasTrees;
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
     * @param allRounds whether rounds after the best count, of a booster that stopped early
     * @return the model
     * @throws PredictorFormatException if it is no such document, or of a kind that is not supported
     * @throws IOException if it cannot be read
     */
    public static XgboostModel read(InputStream in, String source, boolean allRounds) throws IOException {
        List<XgboostModel> read = new ArrayList<>();
        JsonReader.read(XgboostFormat.asJson(in, source), source, json -> read.add(read(json, allRounds)));
        return read.get(0);
    }

    /**
     * Reads an object of a larger document.
     *
     * @param json at its first token
     * @param allRounds whether rounds after the best count, of a booster that stopped early
     * @return the model
     * @throws PredictorFormatException if it is no such object, or of a kind that is not supported
     * @throws IOException if it cannot be read
     */
    public static XgboostModel read(JsonReader json, boolean allRounds) throws IOException {
        XgboostJson document = new XgboostJson(json);
        json.object(name -> {
            if (name.equals("learner")) {
                json.object(document::learner);
            }
        });
        return document.model(allRounds);
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
            case "feature_names" -> featureNames = json.texts();
            case "attributes" ->
                json.object(attribute -> {
                    if (attribute.equals("best_iteration")) {
                        bestIteration = OptionalInt.of(json.integer());
                    }
                });
            case "generic_param", "learner_train_param" -> isConfiguration = true;
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
            json.object(this::boosterModel);
        }
    }

    private void boosterModel(String name) throws IOException {
        switch (name) {
            case "trees" -> {
                hasTrees = true;
                json.array(this::tree);
            }
            case "iteration_indptr" -> treesBefore = json.integers();
            case "gbtree_model_param" ->
                json.object(parameter -> {
                    switch (parameter) {
                        case "num_parallel_tree" -> treesPerIteration = Math.max(1, json.integer());
                        case "num_trees" -> statedTrees = OptionalInt.of(json.integer());
                        default -> {}
                    }
                });
            default -> {}
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

    private XgboostModel model(boolean allRounds) throws IOException {
        checkKind();
        boolean exponential = EXPONENTIAL.contains(objective);
        List<Tree> all = trees();
        int used = allRounds ? all.size() : treesUntilBest(all.size());
        float base = base();
        if (exponential && !(base > 0)) {
            throw json.wrong("learner.learner_model_param.base_score is " + base + ": that of " + objective
                    + " must be more than 0");
        }
        return new XgboostModel(
                Forest.of(all.subList(0, used), features, exponential ? (float) Math.log(base) : base),
                exponential,
                featureNames,
                all.size() - used);
    }

    private void checkKind() throws IOException {
        if (!hasTrees && isConfiguration) {
            throw json.wrong("it is a configuration (Booster.save_config), which has no trees:"
                    + " write the model with Booster.save_model('model.json')");
        }
        check("learner.gradient_booster.name", booster, Set.of("gbtree"));
        Set<String> objectives = new HashSet<>(IDENTITY);
        objectives.addAll(EXPONENTIAL);
        check("learner.objective.name", objective, objectives);
        if (!hasTrees) {
            throw json.wrong("it has no learner.gradient_booster.model.trees");
        }
        if (statedTrees.isPresent() && statedTrees.getAsInt() != trees.size()) {
            throw json.wrong("learner.gradient_booster.model.gbtree_model_param.num_trees is " + statedTrees.getAsInt()
                    + ", and there are " + trees.size() + " trees");
        }
        if (features < 1 || features > MOST_FEATURES) {
            throw json.wrong("learner.learner_model_param.num_feature is " + features);
        }
        if (!featureNames.isEmpty() && featureNames.size() != features) {
            throw json.wrong("learner.feature_names has " + featureNames.size() + " names, num_feature is " + features);
        }
        if (targets > 1 || classes > 1) {
            throw json.wrong(
                    "more than one output is not supported: num_target is " + targets + ", num_class " + classes);
        }
    }

    private List<Tree> trees() throws PredictorFormatException {
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

    /** A booster that stopped early keeps the rounds after the best; from 2.0 on it says how many trees each round has. */
    private int treesUntilBest(int all) throws PredictorFormatException {
        if (bestIteration.isEmpty()) {
            return all;
        }
        long rounds = bestIteration.getAsInt() + 1L;
        long until = treesBefore.length == 0
                ? rounds * treesPerIteration
                : rounds < treesBefore.length && rounds >= 0 ? treesBefore[(int) rounds] : -1;
        if (rounds < 1 || until < 0 || until > all) {
            throw json.wrong("learner.attributes.best_iteration is " + bestIteration.getAsInt() + ", and there are "
                    + all + " trees");
        }
        return (int) until;
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
