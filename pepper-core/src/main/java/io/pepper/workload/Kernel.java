package io.pepper.workload;

/**
 * A group of operators that a runtime computes as one: an operator, and those fused with it (Zhang et al., "nn-Meter",
 * MobiSys 2021, who predict the time of a model as the sum of those of its kernels). Unknown numbers are {@link
 * Double#NaN}.
 *
 * @param family the family of the dominant operator
 * @param times the number of equal kernels, 1 or more
 * @param flops the arithmetic operations; a multiply-accumulate counts as two
 * @param inputBytes the bytes of the inputs, without constants
 * @param outputBytes the bytes of the outputs
 * @param weightBytes the bytes of the constants that are read as a whole
 * @param depth the number of elements from which an output element is computed: channels times window of a convolution,
 *     the inner dimension of a product, the reduced elements of a reduction; for a transposition, concatenation, copy or
 *     selection, the mean number of neighbouring elements that are copied at once, 0 if unknown; 0 for other families
 * @param channels the output channels of a convolution or pooling, the channels of a layout change to or from blocks,
 *     or the columns of a product; 0 elsewhere
 * @param window the number of elements in the window of a convolution or pooling; 0 elsewhere
 * @param groups the number of groups of a convolution; 0 elsewhere
 */
public record Kernel(
        KernelFamily family,
        long times,
        double flops,
        double inputBytes,
        double outputBytes,
        double weightBytes,
        double depth,
        double channels,
        double window,
        double groups) {
    /**
     * Checks the numbers.
     *
     * @param family the family of the dominant operator
     * @param times the number of equal kernels, 1 or more
     * @param flops the arithmetic operations; a multiply-accumulate counts as two
     * @param inputBytes the bytes of the inputs, without constants
     * @param outputBytes the bytes of the outputs
     * @param weightBytes the bytes of the constants that are read as a whole
     * @param depth the number of elements from which an output element is computed: channels times window of a
     *     convolution, the inner dimension of a product, the reduced elements of a reduction; for a transposition,
     *     concatenation, copy or selection, the mean number of neighbouring elements that are copied at once, 0 if
     *     unknown; 0 for other families
     * @param channels the output channels of a convolution or pooling, the channels of a layout change to or from
     *     blocks, or the columns of a product; 0 elsewhere
     * @param window the number of elements in the window of a convolution or pooling; 0 elsewhere
     * @param groups the number of groups of a convolution; 0 elsewhere
     * @throws IllegalArgumentException if {@code times} is less than 1, or a number is negative or infinite
     */
    public Kernel {
        if (times < 1) {
            throw new IllegalArgumentException("times: 1 or more is needed, found " + times);
        }
        Workload.check("flops", flops);
        Workload.check("inputBytes", inputBytes);
        Workload.check("outputBytes", outputBytes);
        Workload.check("weightBytes", weightBytes);
        Workload.check("depth", depth);
        Workload.check("channels", channels);
        Workload.check("window", window);
        Workload.check("groups", groups);
    }

    /**
     * Returns a kernel of which only the arithmetic and the bytes are known.
     *
     * @param family the family of the operator
     * @param flops its arithmetic operations, 0 or more; NaN if unknown
     * @param inputBytes the bytes of the inputs, 0 or more; NaN if unknown
     * @param outputBytes the bytes of the outputs, 0 or more; NaN if unknown
     * @return one kernel, without weights
     * @throws IllegalArgumentException if a number is negative or infinite
     */
    public static Kernel of(KernelFamily family, double flops, double inputBytes, double outputBytes) {
        return new Kernel(family, 1, flops, inputBytes, outputBytes, 0, 0, 0, 0, 0);
    }

    /**
     * Returns the bytes that one of these kernels reads and writes, weights included.
     *
     * @return the number of bytes; NaN if unknown
     */
    public double bytes() {
        return inputBytes + outputBytes + weightBytes;
    }

    /**
     * Returns this kernel with another count.
     *
     * @param value the number of such kernels, 1 or more
     * @return the new kernel
     */
    public Kernel withTimes(long value) {
        return new Kernel(family, value, flops, inputBytes, outputBytes, weightBytes, depth, channels, window, groups);
    }
}
