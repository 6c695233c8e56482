package io.pepper.predict;

import java.util.Arrays;
import java.util.List;

/** Between what values each feature was learned from. Immutable. */
final class FeatureRange {
    /** By how much a feature may be beyond. */
    private static final float MARGIN = 1.25f;

    private final float[] least;
    private final float[] most;

    private FeatureRange(float[] least, float[] most) {
        this.least = least;
        this.most = most;
    }

    static FeatureRange of(float[] least, float[] most) {
        return new FeatureRange(least.clone(), most.clone());
    }

    /** Of a feature that is always missing every value is inside. */
    static FeatureRange of(List<float[]> rows, int features) {
        float[] least = new float[features];
        float[] most = new float[features];
        Arrays.fill(least, Float.POSITIVE_INFINITY);
        Arrays.fill(most, Float.NEGATIVE_INFINITY);
        for (float[] row : rows) {
            for (int i = 0; i < features; i++) {
                if (!Float.isNaN(row[i])) {
                    least[i] = Math.min(least[i], row[i]);
                    most[i] = Math.max(most[i], row[i]);
                }
            }
        }
        for (int i = 0; i < features; i++) {
            if (least[i] > most[i]) {
                least[i] = Float.NEGATIVE_INFINITY;
                most[i] = Float.POSITIVE_INFINITY;
            }
        }
        return new FeatureRange(least, most);
    }

    float[] least() {
        return least.clone();
    }

    float[] most() {
        return most.clone();
    }

    int size() {
        return Math.min(least.length, most.length);
    }

    /** Whether a feature is beyond, by more than a margin; one that is missing is not. */
    boolean isOutside(float... row) {
        for (int i = 0; i < row.length; i++) {
            float below = least[i] > 0 ? least[i] / MARGIN : least[i];
            float above = most[i] > 0 ? most[i] * MARGIN : most[i];
            if (row[i] < below || row[i] > above) {
                return true;
            }
        }
        return false;
    }
}
