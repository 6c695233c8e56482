package io.pepper.predict;

import io.pepper.predict.internal.tree.Forest;
import io.pepper.predict.internal.tree.Tree;
import io.pepper.predict.internal.tree.XgboostModel;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A reader of the JSON or UBJSON that XGBoost's {@code save_model} writes (1.7 to 3.x): tree boosters with one output
 * whose objective is the sum of the leaves, or its exponential. Everything else is refused by name. It does not trust
 * the bytes.
 */
final class XgboostJson {
    /** Objectives whose prediction is the sum of the leaves. */
    private static final Set<String> IDENTITY = Set.of(
            "reg:squarederror",
            "reg:linear",
            "reg:squaredlogerror",
            "reg:absoluteerror",
            "reg:pseudohubererror",
            "reg:quantileerror");

    /** Objectives whose prediction is the exponential of the sum. Their base score is stored as a prediction. */
    private static final Set<String> EXPONENTIAL = Set.of("reg:gamma", "reg:tweedie", "count:poisson");

    private static final int MAX_FEATURES = 1 << 16;

    private final JsonReader json;
    private final RawTrees trees;
    private String booster = "";
    private String objective = "";
    private String baseScore = "";
    private List<String> featureNames = List.of();
    private OptionalInt bestIteration = OptionalInt.empty();
    private OptionalInt treesUntilBest = OptionalInt.empty();
    private int[] treesBefore = {};
    private OptionalInt treesPerIteration = OptionalInt.empty();
    private OptionalInt statedTrees = OptionalInt.empty();
    private boolean isConfiguration;
    private boolean hasTrees;
    private int features;
    private int targets = 1;
    private int classes;

    private XgboostJson(JsonReader json) {
        this.json = json;
        this.trees = new RawTrees(json);
    }

    /**
     * Reads a document.
     *
     * @param in the document's bytes
     * @param source the name of the document in messages
     * @param allRounds whether the rounds after the best one count in a booster that stopped early
     * @return the model
     * @throws PredictorFormatException if the bytes hold no such document, or one of an unsupported kind
     * @throws IOException if the bytes cannot be read
     */
    public static XgboostModel read(InputStream in, String source, boolean allRounds) throws IOException {
        List<XgboostModel> read = new ArrayList<>();
        JsonReader.read(XgboostFormat.asJson(in, source), source, json -> read.add(read(json, allRounds)));
        return read.get(0);
    }

    /**
     * Reads an object of a larger document.
     *
     * @param json the reader, at the object's first token
     * @param allRounds whether the rounds after the best one count in a booster that stopped early
     * @return the model
     * @throws PredictorFormatException if the value is no such object, or one of an unsupported kind
     * @throws IOException if the bytes cannot be read
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
            case "feature_names" -> featureNames = featureNames();
            case "attributes" ->
                json.object(attribute -> {
                    switch (attribute) {
                        case "best_iteration" -> bestIteration = OptionalInt.of(json.integer());
                        case "best_ntree_limit" -> treesUntilBest = OptionalInt.of(json.integer());
                        default -> {}
                    }
                });
            case "generic_param", "learner_train_param" -> isConfiguration = true;
            default -> {}
        }
    }

    private List<String> featureNames() throws IOException {
        List<String> names = new ArrayList<>();
        json.array(() -> {
            if (names.size() == MAX_FEATURES) {
                throw json.wrong("there are more than " + MAX_FEATURES + " names");
            }
            names.add(json.text());
        });
        return names;
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
                if (hasTrees) {
                    throw json.wrong("it is there twice");
                }
                hasTrees = true;
                json.array(trees::add);
            }
            case "tree_info" -> {
                if (Arrays.stream(json.integers(RawTrees.MAX_TREES)).anyMatch(output -> output != 0)) {
                    throw json.wrong("more than one output is not supported");
                }
            }
            case "iteration_indptr" -> treesBefore = json.integers(RawTrees.MAX_TREES + 1);
            case "gbtree_model_param" ->
                json.object(parameter -> {
                    switch (parameter) {
                        case "num_parallel_tree" -> treesPerIteration = OptionalInt.of(Math.max(1, json.integer()));
                        case "num_trees" -> statedTrees = OptionalInt.of(json.integer());
                        default -> {}
                    }
                });
            default -> {}
        }
    }

    private XgboostModel model(boolean allRounds) throws IOException {
        checkKind();
        boolean exponential = EXPONENTIAL.contains(objective);
        List<Tree> all = trees.checked(features);
        List<Tree> used = allRounds ? all : all.subList(0, treesUntilBest(all.size()));
        float base = base();
        if (exponential && !(base > 0)) {
            throw json.wrong("learner.learner_model_param.base_score is " + base + ": that of " + objective
                    + " must be more than 0");
        }
        float start = exponential ? (float) Math.log(base) : base;
        return new XgboostModel(
                Forest.of(used, features, start),
                exponential,
                start + used.stream().mapToDouble(Tree::most).sum(),
                featureNames,
                all.size() - used.size());
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
        if (features < 1 || features > MAX_FEATURES) {
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

    private int treesUntilBest(int all) throws PredictorFormatException {
        if (bestIteration.isEmpty()) {
            return all;
        }
        long rounds = bestIteration.getAsInt() + 1L;
        long until = treesBefore.length == 0
                ? treesOfRounds(rounds)
                : rounds < treesBefore.length && rounds >= 0 ? treesBefore[(int) rounds] : -1;
        if (rounds < 1 || until < 0 || until > all) {
            throw json.wrong("learner.attributes.best_iteration is " + bestIteration.getAsInt() + ", and there are "
                    + all + " trees");
        }
        return (int) until;
    }

    /**
     * Files from XGBoost 2.0 on state the first tree of each round, and files from 1.6 on the number of trees of each
     * round. Files up to 1.7 may have an attribute with the number of trees up to the best round.
     */
    private long treesOfRounds(long rounds) {
        return treesPerIteration.isEmpty() && treesUntilBest.isPresent()
                ? treesUntilBest.getAsInt()
                : rounds * treesPerIteration.orElse(1);
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

    /** Files from XGBoost 3.1 on write the base score as an array of one number. */
    private float base() throws PredictorFormatException {
        if (baseScore.isEmpty()) {
            throw json.wrong("it has no learner.learner_model_param.base_score");
        }
        String plain = baseScore.startsWith("[") && baseScore.endsWith("]")
                ? baseScore.substring(1, baseScore.length() - 1)
                : baseScore;
        try {
            float base = Float.parseFloat(plain);
            if (Float.isFinite(base)) {
                return base;
            }
        } catch (NumberFormatException none) {
            // Reported below.
        }
        throw json.wrong("learner.learner_model_param.base_score '" + baseScore + "' is not a number");
    }
}
