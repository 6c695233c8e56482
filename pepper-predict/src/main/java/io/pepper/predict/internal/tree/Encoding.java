package io.pepper.predict.internal.tree;

/**
 * The encoding of floats as integers of the same order, so that comparisons need no special case for missing values.
 * Each feature takes two elements of an encoded row. In the first, a missing value is less than all others; in the
 * second, it is greater. Each node reads the element that sends missing values in its direction.
 */
final class Encoding {
    private Encoding() {}

    /** Returns an integer with the same order for all floats except NaN; both zeros are equal. */
    static int key(float value) {
        int bits = Float.floatToRawIntBits(value + 0.0f);
        return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
    }

    /** Returns the index in an encoded row that a node reads. */
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
