package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pepper.cluster.DeviceState;
import io.pepper.workload.Workload;
import io.pepper.workload.WorkloadMeasure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoostError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What XGBoost says in its files beside the trees, and the formats that it writes. */
class XgboostFactsTest {
    private static final int ROWS = 2_000;
    private static final Map<String, Object> SQUARED = Map.of("objective", "reg:squarederror", "max_depth", 4);

    @TempDir
    Path directory;

    private static float[] untilTree(Booster booster, float[] rows, int features, int trees) throws XGBoostError {
        DMatrix matrix = new DMatrix(rows, ROWS, features, Float.NaN);
        try {
            float[][] answers = booster.predict(matrix, false, trees);
            float[] flat = new float[ROWS];
            for (int row = 0; row < ROWS; row++) {
                flat[row] = answers[row][0];
            }
            return flat;
        } finally {
            matrix.dispose();
        }
    }

    private static float[] score(TreeEnsemble trees, float... rows) {
        float[] scores = new float[ROWS];
        trees.predict(rows, ROWS, scores);
        return scores;
    }

    @ParameterizedTest
    @CsvSource({"json, 1", "ubj, 1", "json, 3", "ubj, 3"})
    void roundsAfterTheBestDoNotCountUnlessAskedFor(String format, int parallel) throws XGBoostError, IOException {
        Booster booster = Boosters.train(
                6,
                40,
                Map.of(
                        "objective",
                        "reg:squarederror",
                        "max_depth",
                        4,
                        "num_parallel_tree",
                        parallel,
                        "subsample",
                        0.7),
                21);
        booster.setAttr("best_iteration", "12");
        booster.setAttr("best_score", "0.25");
        Path file = Files.write(directory.resolve("stopped." + format), booster.toByteArray(format));
        float[] rows = Boosters.rows(new Random(21), ROWS, 6);
        TreeEnsemble best = TreeEnsemble.read(file);
        TreeEnsemble all = TreeEnsemble.read(file, TreeEnsemble.Rounds.ALL);
        assertThat(best.trees()).isEqualTo(13 * parallel);
        assertThat(best.unusedTrees()).isEqualTo(27 * parallel);
        assertThat(best).hasToString("TreeEnsemble[" + 13 * parallel + " of " + 40 * parallel + " trees, 6 features]");
        assertThat(all.trees()).isEqualTo(40 * parallel);
        assertThat(all.unusedTrees()).isZero();
        assertThat(score(best, rows))
                .isEqualTo(untilTree(booster, rows, 6, 13 * parallel))
                .isNotEqualTo(score(all, rows));
        assertThat(score(all, rows)).isEqualTo(Boosters.predict(booster, rows, ROWS, 6));
        booster.dispose();
    }

    /** 1.7 does not say how many trees each round has. */
    @Test
    void theBestRoundIsFoundWithoutAnIndexOfRounds() throws XGBoostError, IOException {
        Booster booster = Boosters.train(4, 10, SQUARED, 22);
        booster.setAttr("best_iteration", "3");
        String json = new String(booster.toByteArray("json"), StandardCharsets.UTF_8)
                .replace("\"iteration_indptr\"", "\"not_in_version_1_7\"");
        assertThat(TreeEnsemble.read(json.getBytes(StandardCharsets.UTF_8), "old")
                        .trees())
                .isEqualTo(4);
        booster.dispose();
    }

    @ParameterizedTest
    @ValueSource(strings = {"10", "-1", "99999", "2147483647"})
    void aBestRoundThatIsNotThereIsRefused(String best) throws XGBoostError {
        Booster booster = Boosters.train(4, 10, SQUARED, 23);
        booster.setAttr("best_iteration", best);
        byte[] json = booster.toByteArray("json");
        booster.dispose();
        assertThatThrownBy(() -> TreeEnsemble.read(json, "stopped"))
                .isInstanceOf(PredictorFormatException.class)
                .hasMessageContaining("best_iteration is " + best + ", and there are 10 trees");
    }

    @ParameterizedTest
    @CsvSource({"reg:gamma, json", "reg:tweedie, json", "count:poisson, json", "reg:gamma, ubj", "reg:squarederror, ubj"
    })
    void exponentialLinksAndBothFormatsScoreAsXgboostDoes(String objective, String format)
            throws XGBoostError, IOException {
        float[] rows = Boosters.rows(new Random(24), ROWS, 5);
        Booster booster = Boosters.trainPositive(5, 30, Map.of("objective", objective, "max_depth", 5), 24);
        TreeEnsemble trees = TreeEnsemble.read(booster.toByteArray(format), "linked");
        float[] expected = Boosters.predict(booster, rows, ROWS, 5);
        booster.dispose();
        float[] found = score(trees, rows);
        for (int row = 0; row < ROWS; row++) {
            assertThat(found[row]).as("row %s", row).isCloseTo(expected[row], within(2 * Math.ulp(expected[row])));
            assertThat(trees.predict(Arrays.copyOfRange(rows, 5 * row, 5 * row + 5)))
                    .isEqualTo(found[row]);
        }
    }

    @Test
    void aBaseScoreWithoutALogarithmIsRefused() throws XGBoostError {
        Booster booster = Boosters.trainPositive(3, 5, Map.of("objective", "reg:gamma"), 25);
        String json = new String(booster.toByteArray("json"), StandardCharsets.UTF_8)
                .replaceFirst("\"base_score\":\"[^\"]*\"", "\"base_score\":\"0\"");
        booster.dispose();
        assertThatThrownBy(() -> TreeEnsemble.read(json.getBytes(StandardCharsets.UTF_8), "zero"))
                .hasMessageContaining("base_score is 0.0: that of reg:gamma must be more than 0");
    }

    private Path named(List<String> names) throws XGBoostError, IOException {
        Booster booster = Boosters.trainPositive(names.size(), 20, SQUARED, 26);
        booster.setFeatureNames(names.toArray(String[]::new));
        Path file = Files.write(directory.resolve("named.json"), booster.toByteArray("json"));
        booster.dispose();
        return file;
    }

    @Test
    void featuresThatTheFileNamesMayStandInAnyOrder() throws XGBoostError, IOException {
        List<String> shuffled = new ArrayList<>(FeatureSchema.PAPER.features());
        Collections.shuffle(shuffled, new Random(27));
        assertThat(shuffled).isNotEqualTo(FeatureSchema.PAPER.features());
        Path file = named(shuffled);
        Workload work = Workload.builder()
                .set(WorkloadMeasure.PARAMETERS, 1)
                .set(WorkloadMeasure.CONV_LAYERS, 5)
                .set(WorkloadMeasure.FILTERS, 0.3)
                .build();
        DeviceState device = DeviceState.of("pi").withCores(4).withCpuLoadPercent(0.5);
        float[] schemaRow = new float[10];
        FeatureSchema.PAPER.fill(work, 1, device, schemaRow, 0);
        float[] row = new float[10];
        for (int i = 0; i < row.length; i++) {
            row[i] = schemaRow[FeatureSchema.PAPER.features().indexOf(shuffled.get(i))];
        }
        float expected = TreeEnsemble.read(file).predict(row);
        assertThat(expected)
                .isNotEqualTo(TreeEnsemble.read(file).predict(schemaRow))
                .isPositive();
        assertThat(XgboostPredictor.read(file, XgboostPredictor.Target.SECONDS)
                        .predict(work, 1, device)
                        .medianSeconds())
                .isEqualTo(expected);
    }

    @Test
    void featuresOfOtherNamesAreRefused() throws XGBoostError, IOException {
        List<String> others = new ArrayList<>(FeatureSchema.PAPER.features());
        others.set(2, "colour");
        Path file = named(others);
        assertThatThrownBy(() -> XgboostPredictor.read(file, FeatureSchema.PAPER, XgboostPredictor.Target.SECONDS))
                .isInstanceOf(PredictorFormatException.class)
                .hasMessageContaining("named.json: learner.feature_names: the trees look at [colour]")
                .hasMessageContaining("it has [disk_io_read_bytes]");
    }

    @Test
    void namesThatXgboostMakesUpSayNothing() throws XGBoostError, IOException {
        Path file = named(List.of("f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9"));
        assertThat(TreeEnsemble.read(file).featureNames()).hasSize(10);
        assertThat(XgboostPredictor.read(file, XgboostPredictor.Target.SECONDS)
                        .predict(Workload.builder().build(), 1, DeviceState.of("pi"))
                        .medianSeconds())
                .isPositive();
    }

    @Test
    void aNumberOfFeaturesThatNoSchemaHasIsRefused() throws XGBoostError, IOException {
        Path file = named(List.of("f0", "f1", "f2"));
        assertThatThrownBy(() -> XgboostPredictor.read(file, XgboostPredictor.Target.SECONDS))
                .hasMessageContaining("looks at 3 features")
                .hasMessageContaining("paper version 1, 10 features");
    }

    @Test
    void aSavedConfigurationIsNoModelWithoutTrees() {
        String saved =
                """
                {"learner":{"generic_param":{"nthread":"0"},"gradient_booster":{"gbtree_model_param":{"num_trees":"3"},"name":"gbtree"},
                 "learner_model_param":{"base_score":"5E-1","num_feature":"10"},"learner_train_param":{"booster":"gbtree"},
                 "objective":{"name":"reg:squarederror"}},"version":[2,1,0]}""";
        assertThatThrownBy(() -> TreeEnsemble.read(saved.getBytes(StandardCharsets.UTF_8), "config.json"))
                .isInstanceOf(PredictorFormatException.class)
                .hasMessageStartingWith("config.json: ")
                .hasMessageContaining("save_config")
                .hasMessageContaining("save_model");
    }

    @Test
    void aFileWithFewerTreesThanItStatesIsRefused() {
        String lost =
                """
                {"learner":{"gradient_booster":{"model":{"gbtree_model_param":{"num_trees":"3"},"trees":[]},"name":"gbtree"},
                 "learner_model_param":{"base_score":"5E-1","num_feature":"10"},"objective":{"name":"reg:squarederror"}}}""";
        assertThatThrownBy(() -> TreeEnsemble.read(lost.getBytes(StandardCharsets.UTF_8), "lost.json"))
                .hasMessageContaining("num_trees is 3, and there are 0 trees");
    }

    @ParameterizedTest
    @CsvSource({
        "binf00, old binary format",
        "bs64AA, old binary format",
        "'PK\u0003\u0004', zip archive",
        "'\u0080\u0004\u0095', Python pickle",
        "'\u001f\u008b\b', gzip",
        "'booster[0]:', dump of trees",
        "version https://git-lfs.github.com/spec/v1, git lfs pull"
    })
    void filesOfOtherFormatsAreNamed(String begin, String said) {
        byte[] bytes = begin.getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> TreeEnsemble.read(bytes, "other.bin"))
                .isInstanceOf(PredictorFormatException.class)
                .hasMessageStartingWith("other.bin: format: ")
                .hasMessageContaining(said);
    }

    /** Every prefix of a good file, and 5,000 with bytes changed: an answer or an error that names the file. */
    @Test
    void damagedUbjsonIsReadOrRefusedByName() throws XGBoostError {
        Booster booster = Boosters.train(4, 3, SQUARED, 28);
        byte[] good = booster.toByteArray("ubj");
        booster.dispose();
        Random random = new Random(28);
        int refused = 0;
        for (int trial = 0; trial < good.length + 5_000; trial++) {
            byte[] bad = trial < good.length ? Arrays.copyOf(good, trial) : good.clone();
            for (int i = 0; trial >= good.length && i <= random.nextInt(6); i++) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            try {
                TreeEnsemble trees = TreeEnsemble.read(bad, "damaged");
                trees.predict(new float[trees.features()]);
            } catch (PredictorFormatException expected) {
                assertThat(expected).hasMessageStartingWith("damaged: ");
                refused++;
            }
        }
        assertThat(refused).isGreaterThanOrEqualTo(good.length);
    }
}
