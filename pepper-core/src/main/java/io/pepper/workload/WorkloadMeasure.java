package io.pepper.workload;

/** A quantity measured over a whole piece. */
public enum WorkloadMeasure {
    /** Convolutional layers as the original PEPPER counts them. */
    CONV_LAYERS,
    /** Pooling layers as the original counts them. */
    POOL_LAYERS,
    /** Fully connected layers as the original counts them. */
    FC_LAYERS,
    /** Filters as the original counts them. */
    FILTERS,
    /** Parameters as the original counts them. */
    PARAMETERS,
    /** Bytes that flow in. */
    INPUT_BYTES,
    /** Bytes that flow out. */
    OUTPUT_BYTES,
    /** Bytes of weights. */
    WEIGHT_BYTES,
    /**
     * Bytes of weights on each byte of which an operator computes little, so that it waits for them where no cache holds them.
     * What is only looked up in a table is not in it.
     */
    STREAMED_BYTES,
    /** Bytes of all tensors that operators make. */
    ACTIVATION_BYTES,
    /** The most bytes of tensors alive at a time, weights aside. */
    PEAK_BYTES,
    /** The arithmetic of operators each of which is large enough to be divided among threads. */
    PARALLEL_FLOPS,
    /** The arithmetic of the operator that has most. */
    LARGEST_FLOPS
}
