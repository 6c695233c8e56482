package io.pepper.predict.internal.tree;

/**
 * Numbers as integers of the same order, so that comparing needs no regard for what is missing. Each feature takes two places
 * in an encoded row: in the first a missing value is less than all, in the second greater than all, and each node looks into
 * the one that sends missing values where it wants them.
 */
final class Encoding {
    private Encoding() {}

    /** The order of integers, for all floats but NaN; both zeros are one. */
    static int key(float value) {
        int bits = Float.floatToRawIntBits(value + 0.0f);
        return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
    }

    /** The place in an encoded row that a node looks into. */
    static int place(int feature, boolean defaultLeft) {
        return 2 * feature + (defaultLeft ? 0 : 1);
    }

    static void encode(float[] rows, int begin, int count, int[] encoded) {
        int to = 0;
        for (int i = begin; i < begin + count; i++) {
            float value = rows[i];
            if (Float.isNaN(value)) {
                encoded[to] = Integer.MIN_VALUE;
                encoded[to + 1] = Integer.MAX_VALUE;
            } else {
                int key = key(value);
                encoded[to] = key;
                encoded[to + 1] = key;
            }
            to += 2;
        }
    }
}
