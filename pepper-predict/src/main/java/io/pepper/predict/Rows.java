package io.pepper.predict;

import java.util.List;

/**
 * Rows to train on.
 *
 * @param values the features of each row, NaN for missing ones
 * @param labels the label of each row
 * @param weights the weight of each row
 * @param features number of features in a row
 */
record Rows(List<float[]> values, List<Float> labels, List<Float> weights, int features) {
    float[] flat() {
        float[] flat = new float[values.size() * features];
        for (int row = 0; row < values.size(); row++) {
            System.arraycopy(values.get(row), 0, flat, row * features, features);
        }
        return flat;
    }

    static float[] plain(List<Float> numbers) {
        float[] plain = new float[numbers.size()];
        for (int i = 0; i < plain.length; i++) {
            plain[i] = numbers.get(i);
        }
        return plain;
    }
}
