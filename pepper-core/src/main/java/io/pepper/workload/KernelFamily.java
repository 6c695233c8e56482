package io.pepper.workload;

/** Operators that processors treat alike. */
public enum KernelFamily {
    /** Convolutions over all channels. */
    CONVOLUTION,
    /** Transposed convolutions: products of matrices whose results are added up where windows overlap. */
    TRANSPOSED_CONVOLUTION,
    /** Convolutions of single points: products of matrices. */
    POINTWISE_CONVOLUTION,
    /** Convolutions from or to fewer channels than a vector has room for: the first layers of most networks. */
    NARROW_CONVOLUTION,
    /** Convolutions as products of unfolded windows: in groups of some channels, of odd numbers of channels, or not of images. */
    UNFOLDED_CONVOLUTION,
    /** Convolutions of each channel by itself. */
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
    /** Pooling of channels in blocks, as many at a time as fill a vector. */
    POOLING,
    /** Pooling of one channel after the other. */
    UNBLOCKED_POOLING,
    /** Softmax, reductions, and normalisation by numbers that are known before. */
    NORMALIZATION,
    /** Normalisation by mean and variance of what flows, such as layer normalisation, written as one operator or as several. */
    LAYER_NORMALIZATION,
    /** The same of a sum that is computed with it. */
    SUM_NORMALIZATION,
    /** Local response normalisation. */
    LOCAL_NORMALIZATION,
    /** One output element from one of each input. */
    ELEMENTWISE,
    /** The same by an exponential function. */
    EXPONENTIAL,
    /** The same by a sigmoid or hyperbolic tangent, and what is multiplied with that. */
    SIGMOID,
    /** The same by the error function, alone or in a Gaussian error linear unit. */
    ERROR_FUNCTION,
    /** The same by another function that takes long, such as a root or a sine. */
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
     * no operator of the model stands for them.
     */
    BLOCKING,
    /** The way back, where another operator takes what one on channels in blocks made. */
    UNBLOCKING
}
