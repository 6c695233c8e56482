package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cluster.DeviceState;
import io.pepper.predict.XgboostPredictor.Target;
import io.pepper.workload.Prediction;
import io.pepper.workload.Workload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.XGBoostError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Trees of kinds that are not read, of which only some count, or whose sums are no times. */
class ForeignTreesTest {
    private static final int ROWS = 2_000;

    @TempDir
    Path directory;

    private static Booster booster(String objective, String parameters) throws XGBoostError {
        Map<String, Object> all = new HashMap<>(Map.of("objective", objective, "max_depth", 4));
        for (String each : parameters.isEmpty() ? new String[0] : parameters.split(" ")) {
            all.put(each.substring(0, each.indexOf('=')), each.substring(each.indexOf('=') + 1));
        }
        return Boosters.trainPositive(6, 20, all, 31);
    }

    @ParameterizedTest
    @CsvSource({
        "reg:squarederror, num_parallel_tree=4 subsample=0.6",
        "reg:squarederror, grow_policy=lossguide max_leaves=40 max_depth=0 tree_method=hist",
        "reg:squarederror, tree_method=exact",
        "reg:squaredlogerror, ''",
        "reg:absoluteerror, ''",
        "reg:quantileerror, quantile_alpha=0.9"
    })
    void scoresAsXgboostDoesHoweverTreesWereGrown(String objective, String parameters)
            throws XGBoostError, IOException {
        Booster booster = booster(objective, parameters);
        float[] rows = Boosters.rows(new Random(31), ROWS, 6);
        for (String format : List.of("json", "ubj")) {
            float[] scores = new float[ROWS];
            TreeEnsemble.read(booster.toByteArray(format), "trained").predict(rows, ROWS, scores);
            assertThat(scores).isEqualTo(Boosters.predict(booster, rows, ROWS, 6));
        }
        booster.dispose();
    }

    @ParameterizedTest
    @CsvSource({
        "reg:squarederror, booster=dart rate_drop=0.3, gradient_booster.name 'dart' is not supported",
        "reg:gamma, booster=dart rate_drop=0.3, gradient_booster.name 'dart' is not supported",
        "reg:squarederror, booster=gblinear, gradient_booster.name 'gblinear' is not supported",
        "'reg:quantileerror', 'quantile_alpha=[0.1,0.9]', more than one output is not supported",
        "rank:pairwise, '', objective.name 'rank:pairwise' is not supported",
        "survival:cox, '', objective.name 'survival:cox' is not supported"
    })
    void modelsOfOtherKindsAreRefusedByName(String objective, String parameters, String said) throws XGBoostError {
        Booster booster = booster(objective, parameters);
        for (String format : List.of("json", "ubj")) {
            byte[] file = booster.toByteArray(format);
            assertThatThrownBy(() -> TreeEnsemble.read(file, "other"))
                    .isInstanceOf(PredictorFormatException.class)
                    .hasMessageStartingWith("other: ")
                    .hasMessageContaining(said);
        }
        booster.dispose();
    }

    private static String leaf(double value) {
        return """
                {"left_children":[-1],"right_children":[-1],"split_indices":[0],"split_conditions":[%s],"default_left":[0]}"""
                .formatted(value);
    }

    private static String document(String base, List<String> names, String booster) {
        String quoted = names.stream().map(name -> '"' + name + '"').collect(Collectors.joining(","));
        return """
                {"learner":{"learner_model_param":{%s"num_feature":"10"},"feature_names":[%s],
                 "gradient_booster":{"name":"gbtree","model":{%s}},"objective":{"name":"reg:squarederror"}},"version":[1,0,0]}"""
                .formatted(base.isEmpty() ? "" : "\"base_score\":\"" + base + "\",", quoted, booster);
    }

    private static TreeEnsemble read(String base, String booster) throws PredictorFormatException {
        return TreeEnsemble.read(document(base, List.of(), booster).getBytes(StandardCharsets.UTF_8), "trees.json");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "|\"trees\":[]|it has no learner.learner_model_param.base_score",
                "[1,2]|\"trees\":[]|base_score '[1,2]' is not a number",
                "[]|\"trees\":[]|base_score '[]' is not a number",
                "0|\"trees\":[],\"trees\":[]|learner.gradient_booster.model.trees: it is there twice",
                "0|\"trees\":[],\"tree_info\":[0,0,1]|tree_info: more than one output is not supported"
            })
    void documentsThatAreNotOfOneSumAreRefusedByField(String base, String booster, String said) {
        assertThatThrownBy(() -> read(base == null ? "" : base, booster))
                .isInstanceOf(PredictorFormatException.class)
                .hasMessageStartingWith("trees.json: ")
                .hasMessageContaining(said);
    }

    @Test
    void aBaseScoreMayBeAnArrayOfOne() throws PredictorFormatException {
        assertThat(read("[5E-1]", "\"trees\":[" + leaf(2) + "]").predict(new float[10]))
                .isEqualTo(2.5f);
    }

    /** Before 1.6 nothing but an attribute says how many trees a round has. */
    @ParameterizedTest
    @CsvSource({
        "'\"best_iteration\":\"0\",\"best_ntree_limit\":\"3\"', '', 3",
        "'\"best_iteration\":\"1\"', '', 2",
        "'\"best_iteration\":\"1\",\"best_ntree_limit\":\"3\"', '\"num_parallel_tree\":\"2\",', 4",
        "'\"best_ntree_limit\":\"3\"', '', 6"
    })
    void oldFilesSayByAnAttributeHowManyTreesCount(String attributes, String parameter, int trees)
            throws PredictorFormatException {
        String six = IntStream.range(0, 6).mapToObj(i -> leaf(i)).collect(Collectors.joining(","));
        String json = document(
                        "0",
                        List.of(),
                        "\"gbtree_model_param\":{" + parameter + "\"num_trees\":\"6\"},\"trees\":[" + six + "]")
                .replace("\"learner\":{", "\"learner\":{\"attributes\":{" + attributes + "},");
        assertThat(TreeEnsemble.read(json.getBytes(StandardCharsets.UTF_8), "old")
                        .trees())
                .isEqualTo(trees);
    }

    private Path file(List<String> names, double leaf) throws IOException {
        return Files.writeString(
                directory.resolve("model.json"), document("0", names, "\"trees\":[" + leaf(leaf) + "]"));
    }

    private static List<String> numbered(String prefix, int first) {
        return IntStream.range(first, first + 10).mapToObj(i -> prefix + i).toList();
    }

    @ParameterizedTest
    @CsvSource({"f, 0", "f, 1", "'', 0", "'', 7"})
    void namesThatCountUpSayNothing(String prefix, int first) throws IOException {
        assertThat(XgboostPredictor.read(file(numbered(prefix, first), 2), Target.SECONDS)
                        .predict(Workload.builder().build(), 1, DeviceState.of("pi")))
                .isEqualTo(new Prediction(2, 2, false));
    }

    @ParameterizedTest
    @CsvSource({"0, 9", "3, 4", "8, 9"})
    void namesThatCountInAnotherOrderAreRefused(int one, int other) throws IOException {
        List<String> names = new ArrayList<>(numbered("f", 0));
        names.set(one, "f" + other);
        names.set(other, "f" + one);
        Path file = file(names, 2);
        assertThatThrownBy(() -> XgboostPredictor.read(file, Target.SECONDS))
                .isInstanceOf(PredictorFormatException.class)
                .hasMessageContaining("model.json: learner.feature_names: 'f")
                .hasMessageContaining("numbers that do not count up");
    }

    @Test
    void namesThatAreThereTwiceAreRefused() throws IOException {
        List<String> names = new ArrayList<>(FeatureSchema.PAPER.features());
        names.set(1, names.get(0));
        Path file = file(names, 2);
        assertThatThrownBy(() -> XgboostPredictor.read(file, Target.SECONDS))
                .hasMessageContaining("learner.feature_names: 'conv_layers' is there twice");
    }

    @ParameterizedTest
    @ValueSource(doubles = {-3, 0, -1e-9})
    void treesThatNeverSayATimeAreNotOfSeconds(double leaf) throws IOException {
        Path file = file(List.of(), leaf);
        assertThatThrownBy(() -> XgboostPredictor.read(file, Target.SECONDS))
                .isInstanceOf(PredictorFormatException.class)
                .hasMessageContaining("its trees never predict more than")
                .hasMessageContaining("--xgboost log_seconds");
        assertThat(XgboostPredictor.read(file, Target.LOG_SECONDS)
                        .predict(Workload.builder().build(), 1, DeviceState.of("pi"))
                        .medianSeconds())
                .isEqualTo(Math.exp((float) leaf));
    }

    /** Trees of squared errors may say less than nothing of the smallest pieces, and be right of all others. */
    @Test
    void aPredictionThatIsNoTimeIsMarked() throws IOException {
        String split =
                """
                {"left_children":[1,-1,-1],"right_children":[2,-1,-1],"split_indices":[0,0,0],"split_conditions":[0.5,-1,2],"default_left":[1,0,0]}""";
        Path file = Files.writeString(
                directory.resolve("some.json"), document("0", List.of(), "\"trees\":[" + split + "]"));
        XgboostPredictor predictor = XgboostPredictor.read(file, Target.SECONDS);
        Prediction none = predictor.predict(Workload.builder().build(), 1, DeviceState.of("pi"));
        assertThat(none.extrapolated()).isTrue();
        assertThat(none.medianSeconds()).isEqualTo(TrainedPredictor.MIN_SECONDS);
    }

    @Test
    void aPredictionWithoutAnEndIsRefused() throws IOException {
        XgboostPredictor predictor = XgboostPredictor.read(file(List.of(), 800), Target.LOG_SECONDS);
        assertThatThrownBy(() -> predictor.predict(Workload.builder().build(), 1, DeviceState.of("pi")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the trees predict 800.0, which is not a valid value of log_seconds: is this the target that they were trained for?");
    }
}
