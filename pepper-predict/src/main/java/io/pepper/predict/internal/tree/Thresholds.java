package io.pepper.predict.internal.tree;

import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * All thresholds of a forest, by feature and ascending. Each is a test in two variants, by where a missing value goes; a test has
 * the same outcome wherever it stands, so that a block of up to 64 rows takes each only once: a bit for each row.
 */
final class Thresholds {
    /** The test that no row passes. */
    static final int NEVER = 0;

    private final int[] keys;

    /** Where the thresholds of each feature begin, and where the last end. */
    private final int[] begins;

    private final int longest;

    Thresholds(List<Tree> trees, int features) {
        List<TreeSet<Integer>> distinct =
                Stream.generate(TreeSet<Integer>::new).limit(features).toList();
        for (Tree tree : trees) {
            for (int node = 0; node < tree.size(); node++) {
                if (tree.isSplit(node)) {
                    distinct.get(tree.feature(node)).add(Encoding.key(tree.value(node)));
                }
            }
        }
        keys = distinct.stream()
                .flatMap(TreeSet::stream)
                .mapToInt(Integer::intValue)
                .toArray();
        begins = new int[features + 1];
        for (int feature = 0; feature < features; feature++) {
            begins[feature + 1] = begins[feature] + distinct.get(feature).size();
        }
        longest = distinct.stream().mapToInt(TreeSet::size).max().orElse(0);
    }

    /** How many outcomes a block has. */
    int tests() {
        return 2 * keys.length + 1;
    }

    /** How many thresholds the feature with most has. */
    int longest() {
        return longest;
    }

    /** The test of a node that is no leaf. */
    int test(Tree tree, int node) {
        int feature = tree.feature(node);
        int place = Arrays.binarySearch(keys, begins[feature], begins[feature + 1], Encoding.key(tree.value(node)));
        return 1 + 2 * place + (tree.defaultLeft(node) ? 0 : 1);
    }

    /**
     * Takes all tests on a block of rows.
     *
     * @param encoded the rows
     * @param rows how many, at most 64
     * @param passed room for one more than the longest list of thresholds, all 0, and left so
     * @param outcomes takes for each test the rows whose value is not less than the threshold, a bit each
     */
    void test(int[] encoded, int rows, long[] passed, long[] outcomes) {
        int width = 2 * (begins.length - 1);
        outcomes[NEVER] = 0;
        for (int feature = 0; feature + 1 < begins.length; feature++) {
            int begin = begins[feature];
            int count = begins[feature + 1] - begin;
            long missing = 0;
            int at = 2 * feature;
            for (int row = 0; row < rows; row++, at += width) {
                int key = encoded[at];
                if (key == Integer.MIN_VALUE) {
                    missing |= 1L << row;
                } else {
                    passed[rank(key, begin, count)] |= 1L << row;
                }
            }
            long rowsPassed = 0;
            for (int place = count; place > 0; place--) {
                rowsPassed |= passed[place];
                passed[place] = 0;
                int test = 2 * (begin + place) - 1;
                outcomes[test] = rowsPassed;
                outcomes[test + 1] = rowsPassed | missing;
            }
            passed[0] = 0;
        }
    }

    /** How many of a feature's thresholds a value is not less than; by halving, without branches to mispredict. */
    private int rank(int key, int begin, int count) {
        int low = begin;
        int left = count;
        while (left > 0) {
            int half = (left + 1) >>> 1;
            low += keys[low + half - 1] <= key ? half : 0;
            left -= half;
        }
        return low - begin;
    }
}
