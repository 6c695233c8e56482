package io.pepper.predict.internal.tree;

import java.util.List;

/**
 * What a file of XGBoost says.
 *
 * @param forest the trees that count
 * @param exponential whether a prediction is the exponential of the sum, as for {@code reg:gamma}
 * @param mostSum a bound that no sum of leaves exceeds
 * @param featureNames the names of the features in their order; empty if the file has none
 * @param unusedTrees how many trees of rounds after the best do not count
 */
public record XgboostModel(
        Forest forest, boolean exponential, double mostSum, List<String> featureNames, int unusedTrees) {
    /**
     * Copies the list.
     *
     * @param forest see the record
     * @param exponential see the record
     * @param mostSum see the record
     * @param featureNames see the record
     * @param unusedTrees see the record
     */
    public XgboostModel {
        featureNames = List.copyOf(featureNames);
    }
}
