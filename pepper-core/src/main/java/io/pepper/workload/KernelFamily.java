package io.pepper.workload;

/** Operators that processors treat alike. */
public enum KernelFamily {
    /** Convolutions over all channels. */
    CONVOLUTION,
    /** Transposed convolutions: products of matrices whose results are added up where windows overlap. */
    TRANSPOSED_CONVOLUTION,
    /** Convolutions of single points: products of matrices. */
    POINTWISE_CONVOLUTION,
    /**
     * Convolutions from or to fewer channels than a vector register holds, such as the first layers of most networks.
     */
    NARROW_CONVOLUTION,
    /**
     * Convolutions computed as products of unfolded windows (im2col): those with groups of several channels, with
     * channel counts that do not fill blocks, or with other than two spatial axes.
     */
    UNFOLDED_CONVOLUTION,
    /** Depthwise convolutions: a separate one for each channel. */
    DEPTHWISE_CONVOLUTION,
    /** Products of matrices: fully connected layers, projections, Einsum. */
    PRODUCT,
    /** Convolutions and products of integers. */
    QUANTIZED,
    /** Conversion between integers and real numbers. */
    QUANTIZATION,
    /** Attention as one operator. */
    ATTENTION,
    /** RNN, LSTM and GRU. */
    RECURRENT,
    /** Pooling in the blocked channel layout: as many channels at a time as fill a vector register. */
    POOLING,
    /** Pooling of one channel at a time. */
    UNBLOCKED_POOLING,
    /** Softmax, reductions, and normalisation by constants. */
    NORMALIZATION,
    /**
     * Normalisation by the mean and variance of the input, such as layer normalisation, written as one operator or as
     * several.
     */
    LAYER_NORMALIZATION,
    /** Layer normalisation fused with the sum that it normalises. */
    SUM_NORMALIZATION,
    /** Local response normalisation. */
    LOCAL_NORMALIZATION,
    /** Elementwise operators: each output element is computed from one element of each input. */
    ELEMENTWISE,
    /** Elementwise operators with an exponential function. */
    EXPONENTIAL,
    /** Elementwise operators with a sigmoid or hyperbolic tangent, including a product with its result. */
    SIGMOID,
    /** Elementwise operators with the error function, alone or in a Gaussian error linear unit (GELU). */
    ERROR_FUNCTION,
    /** Elementwise operators with another slow function, such as a root or a sine. */
    TRANSCENDENTAL,
    /** Resizing and sampling. */
    RESIZING,
    /** Another view of a tensor: no data moves. */
    VIEW,
    /** Reordering of elements. */
    TRANSPOSITION,
    /** Joining of tensors. */
    CONCATENATION,
    /** Copying of parts of a tensor: splitting, slicing. */
    COPY,
    /** Surrounding a tensor with more elements. */
    PADDING,
    /** Other movements of data, and all operators without a formula. */
    MOVEMENT,
    /**
     * Layout changes that runtimes insert before operators on blocked channels. They follow from the model's structure;
     * no operator of the model represents them.
     */
    BLOCKING,
    /** Layout changes from blocked channels back to the plain layout, for operators that need it. */
    UNBLOCKING
}
