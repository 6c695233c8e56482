package io.pepper.onnx;

/**
 * The features of a model as the original PEPPER counts them, for comparison with its data: blind to weights that are not
 * initializers, and to what control flow and functions hold. {@link ModelCharacteristics} counts them right.
 *
 * @param convLayers Conv operators whose weight is an initializer
 * @param poolLayers MaxPool, AveragePool and GlobalAveragePool operators
 * @param fcLayers Gemm operators; MatMul operators right after a Flatten or with an initializer as second input; and counted
 *     Conv operators that a GlobalAveragePool feeds
 * @param filters the sum of the first dimensions of the counted weights
 * @param totalParameters the elements of all initializers, shape tensors included
 */
public record PaperFeatures(int convLayers, int poolLayers, int fcLayers, long filters, long totalParameters) {}
