package io.pepper.predict.internal.tree;

import java.util.List;

/**
 * The contents of a model file of XGBoost.
 *
 * @param forest the trees that count
 * @param exponential whether a prediction is the exponential of the sum, as for {@code reg:gamma}
 * @param mostSum an upper bound on all sums of leaves
 * @param featureNames the names of the features in their order; empty if the file has none
 * @param unusedTrees number of trees after the best round, which do not count
 */
public record XgboostModel(
        Forest forest, boolean exponential, double mostSum, List<String> featureNames, int unusedTrees) {
    /**
     * Creates a model.
     *
     * @param forest the trees that count
     * @param exponential whether a prediction is the exponential of the sum
     * @param mostSum an upper bound on all sums of leaves
     * @param featureNames the names of the features in their order
     * @param unusedTrees number of trees after the best round
     */
    public XgboostModel {
        featureNames = List.copyOf(featureNames);
    }
}
