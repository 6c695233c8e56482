package io.pepper.onnx;

/**
 * The features of a model as the original PEPPER counts them, for comparison with its data. It misses weights that are
 * not initializers, and everything in control flow and functions. {@link ModelCharacteristics} counts these, too.
 *
 * @param convLayers number of Conv operators whose weight is an initializer
 * @param poolLayers number of MaxPool, AveragePool and GlobalAveragePool operators
 * @param fcLayers number of Gemm operators, of MatMul operators right after a Flatten or with an initializer as second
 *     input, and of counted Conv operators right after a GlobalAveragePool
 * @param filters the sum of the first dimensions of the counted weights
 * @param totalParameters number of elements of all initializers, including shape tensors
 */
public record PaperFeatures(int convLayers, int poolLayers, int fcLayers, long filters, long totalParameters) {}
