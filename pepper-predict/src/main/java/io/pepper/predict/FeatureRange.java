package io.pepper.predict;

import io.pepper.internal.text.Quantities;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The range of each feature in the training data. Once an idle device was measured, features that grow with load have no
 * lower end: the monitors of an idle device report a little load in one moment and none in the next. Immutable.
 */
final class FeatureRange {
    /** A feature counts as outside of its range beyond this factor. */
    private static final float MARGIN = 1.25f;

    private final FeatureSchema schema;
    private final float[] least;
    private final float[] most;
    private final boolean idle;

    private FeatureRange(FeatureSchema schema, float[] least, float[] most) {
        this.schema = schema;
        this.least = least;
        this.most = most;
        this.idle = schema.isIdle(least);
    }

    /** Returns known ranges, one for each feature of the schema. */
    static FeatureRange of(FeatureSchema schema, float[] least, float[] most) {
        return new FeatureRange(schema, least.clone(), most.clone());
    }

    /** A feature that is always missing accepts every value. */
    static FeatureRange of(FeatureSchema schema, List<float[]> rows) {
        int features = schema.size();
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
        return new FeatureRange(schema, least, most);
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

    /**
     * Returns whether a feature lies outside of its range by more than the margin. A missing feature does not. What follows
     * the features in the row does not count.
     */
    boolean isOutside(float... row) {
        for (int i = 0; i < schema.size(); i++) {
            if (isOutside(i, row[i])) {
                return true;
            }
        }
        return false;
    }

    private boolean isOutside(int feature, float value) {
        float above = most[feature] > 0 ? most[feature] * MARGIN : most[feature];
        return isBelow(feature, value) || value > above;
    }

    private boolean isBelow(int feature, float value) {
        float below = least[feature] > 0 ? least[feature] / MARGIN : least[feature];
        return value < below && !(idle && schema.growsWithLoad(feature));
    }

    /** Returns a phrase for each feature outside of its range. */
    List<String> reasons(float... row) {
        List<String> names = schema.features();
        List<String> reasons = new ArrayList<>();
        for (int i = 0; i < schema.size(); i++) {
            if (isOutside(i, row[i])) {
                reasons.add(names.get(i) + " is " + Quantities.number(row[i]) + ", measured from "
                        + Quantities.number(least[i]) + " to " + Quantities.number(most[i]));
            }
        }
        return reasons;
    }
}
