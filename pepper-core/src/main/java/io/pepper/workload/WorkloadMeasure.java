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
    /** Bytes of the inputs. */
    INPUT_BYTES,
    /** Bytes of the outputs. */
    OUTPUT_BYTES,
    /** Bytes of weights. */
    WEIGHT_BYTES,
    /**
     * Bytes of the weights of memory-bound operators, which do little arithmetic per byte and therefore wait for
     * weights that no cache holds. Tables from which single rows are looked up do not count.
     */
    STREAMED_BYTES,
    /** Bytes of the results of all operators. */
    ACTIVATION_BYTES,
    /** The peak of the live bytes of tensors, without weights. */
    PEAK_BYTES,
    /** The arithmetic of all operators that are each large enough to be divided among threads. */
    PARALLEL_FLOPS,
    /** The arithmetic of the operator with the most arithmetic. */
    LARGEST_FLOPS
}
