package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.XGBoostError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TreeEnsembleTest {
    /** Together with the other ensembles more than a million rows. */
    private static final int ROWS = 150_000;

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "reg:squarederror, 10, 145, 6, 1",
        "reg:squarederror, 10, 145, 6, 2",
        "reg:absoluteerror, 3, 30, 4, 3",
        "reg:squarederror, 1, 1, 1, 4",
        "reg:pseudohubererror, 25, 61, 3, 5",
        "reg:squarederror, 40, 20, 12, 6",
        "reg:squarederror, 6, 15, 16, 7",
        "reg:squarederror, 5, 7, 0, 8"
    })
    void scoresAsXgboostDoes(String objective, int features, int trees, int depth, long seed)
            throws XGBoostError, IOException {
        Booster booster = Boosters.train(
                features,
                trees,
                Map.of("objective", objective, "max_depth", depth, "grow_policy", "depthwise", "base_score", 0.3),
                seed);
        TreeEnsemble ensemble = TreeEnsemble.read(booster.toByteArray("json"), "trained");
        assertThat(ensemble.trees()).isEqualTo(trees);
        assertThat(ensemble.features()).isEqualTo(features);
        float[] rows = Boosters.rows(new Random(seed), ROWS, features);
        float[] expected = Boosters.predict(booster, rows, ROWS, features);
        float[] batch = new float[ROWS];
        ensemble.predict(rows, ROWS, batch);
        assertThat(bits(batch)).isEqualTo(bits(expected));
        for (int row = 0; row < 5_000; row++) {
            float[] one = Arrays.copyOfRange(rows, row * features, (row + 1) * features);
            assertThat(Float.floatToRawIntBits(ensemble.predict(one)))
                    .isEqualTo(Float.floatToRawIntBits(expected[row]));
        }
        booster.dispose();
    }

    /** Counted by the virtual machine, by bytes of this thread; for both layouts. */
    @ParameterizedTest
    @ValueSource(ints = {6, 12})
    void allocatesNothing(int depth) throws XGBoostError, IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        assumeTrue(
                threads.isThreadAllocatedMemorySupported(),
                "this virtual machine does not count what threads allocate");
        Booster booster = Boosters.train(5, 20, Map.of("objective", "reg:squarederror", "max_depth", depth), 13);
        TreeEnsemble ensemble = TreeEnsemble.read(booster.toByteArray("json"), "trained");
        booster.dispose();
        float[] rows = Boosters.rows(new Random(13), 1_000, 5);
        float[] one = Arrays.copyOf(rows, 5);
        float[] scores = new float[1_000];
        long before = 0;
        for (int round = 0; round < 20; round++) {
            before = round == 10 ? threads.getCurrentThreadAllocatedBytes() : before;
            ensemble.predict(rows, 1_000, scores);
            for (int i = 0; i < 1_000; i++) {
                scores[i] += ensemble.predict(one);
            }
        }
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(bytes).as("bytes in 20,000 rows").isLessThan(2_000);
    }

    private static int[] bits(float... values) {
        int[] bits = new int[values.length];
        Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
        return bits;
    }

    @Test
    void scoresQuantilesAsXgboostDoes() throws XGBoostError, IOException {
        Booster booster = Boosters.train(
                4, 50, Map.of("objective", "reg:quantileerror", "quantile_alpha", 0.9, "max_depth", 5), 9);
        TreeEnsemble ensemble = TreeEnsemble.read(booster.toByteArray("json"), "trained");
        float[] rows = Boosters.rows(new Random(9), 10_000, 4);
        float[] batch = new float[10_000];
        ensemble.predict(rows, 10_000, batch);
        assertThat(bits(batch)).isEqualTo(bits(Boosters.predict(booster, rows, 10_000, 4)));
        booster.dispose();
    }

    /** XGBoost's data matrix refuses infinite values; {@code inplace_predict} takes them. */
    @Test
    void scoresInfinitiesAsXgboostDoes() throws XGBoostError, IOException {
        int features = 8;
        int count = 50_000;
        Booster booster = Boosters.train(features, 60, Map.of("objective", "reg:squarederror", "max_depth", 6), 12);
        TreeEnsemble ensemble = TreeEnsemble.read(booster.toByteArray("json"), "trained");
        Random random = new Random(12);
        float[] rows = Boosters.rows(random, count, features);
        for (int i = 0; i < rows.length; i++) {
            if (random.nextInt(4) == 0) {
                rows[i] = random.nextBoolean() ? Float.POSITIVE_INFINITY : Float.NEGATIVE_INFINITY;
            }
        }
        float[][] expected = booster.inplace_predict(rows, count, features, Float.NaN);
        float[] batch = new float[count];
        ensemble.predict(rows, count, batch);
        for (int row = 0; row < count; row++) {
            int bits = Float.floatToRawIntBits(expected[row][0]);
            assertThat(Float.floatToRawIntBits(batch[row])).isEqualTo(bits);
            float[] one = Arrays.copyOfRange(rows, row * features, (row + 1) * features);
            assertThat(Float.floatToRawIntBits(ensemble.predict(one))).isEqualTo(bits);
        }
        booster.dispose();
    }

    @Test
    void ordersInfinities() throws IOException {
        TreeEnsemble stump = TreeEnsemble.read(stump("0.5"), "stump");
        assertThat(stump.predict(Float.NEGATIVE_INFINITY)).isEqualTo(-1);
        assertThat(stump.predict(Float.POSITIVE_INFINITY)).isEqualTo(2);
        assertThat(stump.predict(0.5f)).as("not less than the threshold").isEqualTo(2);
        assertThat(stump.predict(Math.nextDown(0.5f))).isEqualTo(-1);
        assertThat(stump.predict(Float.NaN)).as("missing values go left here").isEqualTo(-1);
        TreeEnsemble zero = TreeEnsemble.read(stump("-0.0"), "stump");
        assertThat(zero.predict(0.0f)).isEqualTo(2);
        assertThat(zero.predict(-0.0f)).isEqualTo(2);
    }

    /** XGBoost keeps pruned nodes in the arrays: what they hold means nothing. */
    @Test
    void passesOverNodesThatWerePruned() throws IOException {
        byte[] pruned = document(
                        "gbtree",
                        "reg:squarederror",
                        "[0E0]",
                        "1",
                        """
                        {"left_children":[1,-1,-1,4,-1,-2],"right_children":[2,-1,-1,5,-1,-2],"split_indices":[0,0,0,-2,0,9],
                         "split_conditions":[0.5,-1,2,3,4,5],"default_left":[true,false,false,false,false,false]}""")
                .getBytes(StandardCharsets.UTF_8);
        TreeEnsemble trees = TreeEnsemble.read(pruned, "pruned");
        assertThat(trees.predict(0)).isEqualTo(-1);
        assertThat(trees.predict(1)).isEqualTo(2);
        float[] both = new float[2];
        trees.predict(new float[] {0, 1}, 2, both);
        assertThat(both).containsExactly(-1, 2);
    }

    private static byte[] stump(String threshold) {
        return document(
                        "gbtree",
                        "reg:squarederror",
                        "[0E0]",
                        "1",
                        """
                        {"left_children":[1,-1,-1],"right_children":[2,-1,-1],"split_indices":[0,0,0],
                         "split_conditions":[%s,-1,2],"default_left":[true,false,false]}"""
                                .formatted(threshold))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String document(String booster, String objective, String base, String features, String tree) {
        return """
                {"learner":{"learner_model_param":{"base_score":"%s","num_feature":"%s"},
                 "gradient_booster":{"name":"%s","model":{"trees":[%s]}},"objective":{"name":"%s"}},"version":[3,2,0]}"""
                .formatted(base, features, booster, tree, objective);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "dart|reg:squarederror|0|1||learner.gradient_booster.name 'dart' is not supported",
                "gbtree|binary:logistic|0|1||learner.objective.name 'binary:logistic' is not supported",
                "gbtree|reg:squarederror|x|1||base_score 'x' is not a number",
                "gbtree|reg:squarederror|NaN|1||base_score 'NaN' is not a number",
                "gbtree|reg:squarederror|0|0||num_feature is 0",
                "gbtree|reg:squarederror|0|999999999||num_feature is 999999999",
                "gbtree|reg:squarederror|0|1|{}|trees.[0]: it has no left_children",
                "gbtree|reg:squarederror|0|1|{\"left_children\":[-1]}|its arrays differ in length, or are empty",
                "gbtree|reg:squarederror|0|1|[]|expected an object, found START_ARRAY",
                "gbtree|reg:squarederror|0|1|{\"left_children\":[99999999999]}|'99999999999' is not an integer",
                "gbtree|reg:squarederror|0|1|{\"left_children\":[0],\"right_children\":[0],\"split_indices\":[0],"
                        + "\"split_conditions\":[1],\"default_left\":[0]}|node 0 has 0 as a child",
                "gbtree|reg:squarederror|0|1|{\"left_children\":[7],\"right_children\":[0],\"split_indices\":[0],"
                        + "\"split_conditions\":[1],\"default_left\":[0]}|node 0 has 7 as a child",
                "gbtree|reg:squarederror|0|1|{\"left_children\":[1,-1,-1],\"right_children\":[2,-1,-1],\"split_indices\":[5,0,0],"
                        + "\"split_conditions\":[1,1,1],\"default_left\":[0,0,0]}|split_indices[0] is 5, there are 1 features",
                "gbtree|reg:squarederror|0|1|{\"categories\":[1]}|splits by category are not supported",
                "gbtree|reg:squarederror|0|1|{\"split_type\":[0,1]}|splits by category are not supported",
                "gbtree|reg:squarederror|0|1|{\"tree_param\":{\"size_leaf_vector\":\"3\"}}|more than one value"
            })
    void unsupportedModelsAreRefusedByName(
            String booster, String objective, String base, String features, String tree, String message) {
        byte[] json = document(booster, objective, base, features, tree == null ? "" : tree)
                .getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> TreeEnsemble.read(json, "bad.json"))
                .isInstanceOf(PredictorFormatException.class)
                .hasMessageStartingWith("bad.json: ")
                .hasMessageContaining(message);
    }

    @Test
    void errorsNameThePlaceInTheFile() throws IOException {
        Path file = directory.resolve("bad.json");
        Files.writeString(file, "{\"learner\":{\"learner_model_param\":{\"num_feature\":\"ten\"}}}");
        assertThatThrownBy(() -> TreeEnsemble.read(file))
                .hasMessage(file + ": learner.learner_model_param.num_feature: 'ten' is not an integer");
    }

    @Test
    void refusesRowsOfAnotherLength() throws IOException {
        TreeEnsemble stump = TreeEnsemble.read(stump("1"), "stump");
        assertThatThrownBy(() -> stump.predict(1, 2)).hasMessage("a row has 1 numbers, found 2");
        assertThatThrownBy(() -> stump.predict(new float[1], 2, new float[2]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Truncated, changed, repeated and cut out: never anything but an answer or a clear error. */
    @Test
    void damagedFilesAreReadOrRefused() throws XGBoostError, IOException {
        Booster booster = Boosters.train(5, 6, Map.of("objective", "reg:squarederror", "max_depth", 4), 11);
        byte[] good = booster.toByteArray("json");
        booster.dispose();
        Random random = new Random(3);
        float[] row = {1, 2, 3, 4, 5};
        int refused = 0;
        for (int trial = 0; trial < 20_000; trial++) {
            byte[] bad = damaged(good, random);
            try {
                TreeEnsemble ensemble = TreeEnsemble.read(bad, "damaged");
                ensemble.predict(Arrays.copyOf(row, ensemble.features()));
            } catch (PredictorFormatException expected) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(5_000);
    }

    private static byte[] damaged(byte[] good, Random random) {
        int at = random.nextInt(good.length);
        byte[] bad = good.clone();
        return switch (random.nextInt(4)) {
            case 0 -> Arrays.copyOf(good, at);
            case 1 -> {
                for (int i = 0; i <= random.nextInt(8); i++) {
                    bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
                }
                yield bad;
            }
            case 2 -> {
                for (int i = 0; i <= random.nextInt(30); i++) {
                    int digit = random.nextInt(bad.length);
                    bad[digit] = Character.isDigit(bad[digit]) ? (byte) ('0' + random.nextInt(10)) : bad[digit];
                }
                yield bad;
            }
            default -> {
                int end = at + random.nextInt(good.length - at);
                byte[] cut = new byte[good.length - (end - at)];
                System.arraycopy(good, 0, cut, 0, at);
                System.arraycopy(good, end, cut, at, good.length - end);
                yield cut;
            }
        };
    }
}
