package io.pepper.onnx;

import io.pepper.cut.SearchEffort;
import java.util.Collections;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a model or a segment of one is made of, and what decides its cost. Layers and parameters are counted wherever they
 * stand: in initializers, in operators that make constants, in bodies of control flow and in functions. Immutable.
 *
 * @param paper the features as the original counts them
 * @param convLayers convolutions of all kinds
 * @param poolLayers pooling operators of all kinds
 * @param fcLayers matrix products with a constant factor
 * @param filters the output channels of all convolutions; empty if the shape of a weight is not known
 * @param parameters the elements of the constant tensors that operators read, where they come from: initializers, tensors in
 *     attributes, and what is made of nothing but a shape; without those of type int64, bool and string, which are shapes and
 *     indices
 * @param inputBytes what flows in; empty if a size is not known
 * @param outputBytes what flows out; empty if a size is not known
 * @param macs multiply-accumulates of products; empty if a size is not known
 * @param flops all arithmetic operations, a multiply-accumulate being two; empty if a size is not known. Operators without a
 *     formula are not in it, but in {@code unknownOperators}
 * @param weightBytes the bytes of constant tensors as operators read them: what is computed from constants has its own size
 * @param activationBytes the bytes of all tensors that operators make; empty if a size is not known
 * @param peakActivationBytes the most bytes of tensors that are alive at a time, weights aside, in the order of the model;
 *     empty if a size is not known
 * @param leastPeakActivationBytes the same in the best order that was found; empty if a size is not known
 * @param leastPeakSearch what the search for that order took, and whether its budget ended it: a better order may then exist
 * @param arithmeticIntensity arithmetic operations for each byte that operators read or make, weights included, if each runs by
 *     itself; empty if a size is not known, or nothing is read or made
 * @param operators how many operators of the dataflow there are of each type; the domain stands before a type if it is not
 *     ONNX's own
 * @param unknownOperators how many operators there are of each type for which there is no formula
 */
public record ModelCharacteristics(
        PaperFeatures paper,
        int convLayers,
        int poolLayers,
        int fcLayers,
        OptionalLong filters,
        long parameters,
        OptionalLong inputBytes,
        OptionalLong outputBytes,
        OptionalLong macs,
        OptionalLong flops,
        long weightBytes,
        OptionalLong activationBytes,
        OptionalLong peakActivationBytes,
        OptionalLong leastPeakActivationBytes,
        SearchEffort leastPeakSearch,
        OptionalDouble arithmeticIntensity,
        SortedMap<String, Integer> operators,
        SortedMap<String, Integer> unknownOperators) {
    /**
     * Copies the maps.
     *
     * @param paper see the record
     * @param convLayers see the record
     * @param poolLayers see the record
     * @param fcLayers see the record
     * @param filters see the record
     * @param parameters see the record
     * @param inputBytes see the record
     * @param outputBytes see the record
     * @param macs see the record
     * @param flops see the record
     * @param weightBytes see the record
     * @param activationBytes see the record
     * @param peakActivationBytes see the record
     * @param leastPeakActivationBytes see the record
     * @param leastPeakSearch see the record
     * @param arithmeticIntensity see the record
     * @param operators see the record
     * @param unknownOperators see the record
     */
    public ModelCharacteristics {
        operators = Collections.unmodifiableSortedMap(new TreeMap<>(operators));
        unknownOperators = Collections.unmodifiableSortedMap(new TreeMap<>(unknownOperators));
    }
}
