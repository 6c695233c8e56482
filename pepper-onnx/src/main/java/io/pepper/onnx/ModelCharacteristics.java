package io.pepper.onnx;

import io.pepper.cut.SearchEffort;
import java.util.Collections;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The characteristics of a model or of one of its segments, which determine its cost. Layers and parameters are counted
 * wherever they occur: in initializers, in operators that compute constants, in bodies of control flow and in
 * functions. Immutable.
 *
 * @param paper the features as the original counts them
 * @param convLayers number of convolutions of all kinds
 * @param poolLayers number of pooling operators of all kinds
 * @param fcLayers number of matrix products with a constant factor
 * @param filters number of output channels of all convolutions; empty if the shape of a weight is unknown
 * @param parameters number of elements of the constant tensors that operators read, counted at their origin:
 *     initializers, tensors in attributes, and constants that are made from a shape alone. Tensors of type int64, bool
 *     and string, which are shapes and indices, do not count. Each weight of 4 bits is one, also if an operator such as
 *     {@code MatMulNBits} reads two in a byte
 * @param inputBytes bytes of the inputs; empty if a size is unknown
 * @param outputBytes bytes of the outputs; empty if a size is unknown
 * @param macs multiply-accumulate operations of products; empty if a size is unknown
 * @param flops all arithmetic operations, with two for a multiply-accumulate; empty if a size is unknown. Operators
 *     without a formula are not included, but are in {@code unknownOperators}
 * @param weightBytes bytes of constant tensors as operators read them, packed weights as they are stored; a tensor that
 *     is computed from constants counts with its own size
 * @param activationBytes bytes of all tensors that operators produce; empty if a size is unknown
 * @param peakActivationBytes largest sum of bytes of the tensors that are alive at the same time, without weights, in
 *     the order of the model; empty if a size is unknown
 * @param leastPeakActivationBytes the same in the best order that was found; empty if a size is unknown
 * @param leastPeakSearch the effort of the search for that order, and whether its budget ended it; a better order may
 *     then exist
 * @param arithmeticIntensity arithmetic operations per byte that operators read or produce, including weights, if each
 *     operator runs separately; empty if a size is unknown, or no bytes are read or produced
 * @param operators number of operators of the dataflow by type; a type outside of ONNX's own domain has its domain as a
 *     prefix
 * @param unknownOperators number of operators without a formula by type
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
     * Creates characteristics.
     *
     * @param paper the features as the original counts them
     * @param convLayers number of convolutions of all kinds
     * @param poolLayers number of pooling operators of all kinds
     * @param fcLayers number of matrix products with a constant factor
     * @param filters number of output channels of all convolutions
     * @param parameters number of elements of the constant tensors that operators read
     * @param inputBytes bytes of the inputs
     * @param outputBytes bytes of the outputs
     * @param macs multiply-accumulate operations of products
     * @param flops all arithmetic operations
     * @param weightBytes bytes of constant tensors as operators read them
     * @param activationBytes bytes of all tensors that operators produce
     * @param peakActivationBytes largest sum of bytes of the tensors that are alive at the same time
     * @param leastPeakActivationBytes the same in the best order that was found
     * @param leastPeakSearch the effort of the search for that order
     * @param arithmeticIntensity arithmetic operations per byte that operators read or produce
     * @param operators number of operators of the dataflow by type
     * @param unknownOperators number of operators without a formula by type
     */
    public ModelCharacteristics {
        operators = Collections.unmodifiableSortedMap(new TreeMap<>(operators));
        unknownOperators = Collections.unmodifiableSortedMap(new TreeMap<>(unknownOperators));
    }
}
