package io.pepper.cost;

/** Operators that processors treat alike. */
public enum OperatorFamily {
    /** Convolutions over all channels, also transposed. */
    CONVOLUTION,
    /** Convolutions in groups, each over a few channels: depthwise ones, too. */
    GROUPED_CONVOLUTION,
    /** Products of matrices: fully connected layers, projections, Einsum. */
    PRODUCT,
    /** Convolutions and products of integers, and what quantises and dequantises. */
    QUANTIZED,
    /** Attention as one operator. */
    ATTENTION,
    /** RNN, LSTM and GRU. */
    RECURRENT,
    /** Pooling. */
    POOLING,
    /** Normalisation, softmax and reductions. */
    NORMALIZATION,
    /** One output element from one of each input. */
    ELEMENTWISE,
    /** The same by a function that takes long, such as a power or a sigmoid; local response normalisation, too. */
    TRANSCENDENTAL,
    /** What runtimes mostly compute together with the operator before it, so that it takes hardly any time of its own. */
    FUSED,
    /** Resizing and sampling. */
    RESIZING,
    /** What only moves data, and all that has no formula. */
    MOVEMENT
}
