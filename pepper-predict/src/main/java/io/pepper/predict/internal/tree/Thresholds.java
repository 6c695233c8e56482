package io.pepper.predict.internal.tree;

import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * All thresholds of a forest, by feature and ascending. Each has two tests, which differ in the direction of a missing
 * value. A test has the same outcome in every tree, so that it is evaluated once for a block of up to 64 rows, one bit
 * per row.
 */
final class Thresholds {
    /** The test that no row passes. */
    static final int NEVER = 0;

    private final int[] keys;

    /** The start of each feature's thresholds, and the end of the last. */
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

    /** Returns the number of outcomes of a block. */
    int tests() {
        return 2 * keys.length + 1;
    }

    /** Returns the largest number of thresholds of a feature. */
    int longest() {
        return longest;
    }

    /** Returns the test of an inner node. */
    int test(Tree tree, int node) {
        int feature = tree.feature(node);
        int place = Arrays.binarySearch(keys, begins[feature], begins[feature + 1], Encoding.key(tree.value(node)));
        return 1 + 2 * place + (tree.defaultLeft(node) ? 0 : 1);
    }

    /**
     * Evaluates all tests on a block of rows.
     *
     * @param encoded the rows
     * @param rows number of rows, at most 64
     * @param passed a buffer with one element more than the largest number of thresholds of a feature; all 0 before and
     *     afterwards
     * @param outcomes receives for each test the rows whose value is at least the threshold, one bit per row
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

    /**
     * Returns the number of a feature's thresholds that are at most a value, by a binary search without unpredictable
     * branches.
     */
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
