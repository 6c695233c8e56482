package io.pepper.workload;

/**
 * A group of operators that a runtime computes as one: an operator, and those fused with it (Zhang et al., "nn-Meter",
 * MobiSys 2021, who predict the time of a model as the sum of those of its kernels). What is not known is {@link
 * Double#NaN}.
 *
 * @param family of the operator that counts most
 * @param times how many kernels are alike, 1 or more
 * @param flops arithmetic, a multiply-accumulate being two operations
 * @param inputBytes what flows in, constants aside
 * @param outputBytes what flows out
 * @param weightBytes constants that are read as a whole
 * @param depth how many elements each output element is made of: channels times window of a convolution, the inner dimension of a
 *     product, what is reduced; of a transposition how many elements stay together; 0 where that says nothing
 * @param channels output channels of a convolution or pooling, those that are brought out of blocks or into them, or columns of a
 *     product; 0 elsewhere
 * @param window elements in the window of a convolution or pooling; 0 elsewhere
 * @param groups groups of a convolution; 0 elsewhere
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
     * @param family of the operator that counts most
     * @param times how many kernels are alike, 1 or more
     * @param flops arithmetic, a multiply-accumulate being two operations
     * @param inputBytes what flows in, constants aside
     * @param outputBytes what flows out
     * @param weightBytes constants that are read as a whole
     * @param depth how many elements each output element is made of: channels times window of a convolution, the inner
     *     dimension of a product, what is reduced; of a transposition how many elements stay together; 0 where that
     *     says nothing
     * @param channels output channels of a convolution or pooling, those that are brought out of blocks or into them,
     *     or columns of a product; 0 elsewhere
     * @param window elements in the window of a convolution or pooling; 0 elsewhere
     * @param groups groups of a convolution; 0 elsewhere
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
     * A kernel of which only its arithmetic and bytes are known.
     *
     * @param family of the operator
     * @param flops its arithmetic, 0 or more, NaN if not known
     * @param inputBytes what flows in, 0 or more, NaN if not known
     * @param outputBytes what flows out, 0 or more, NaN if not known
     * @return one kernel, without weights
     * @throws IllegalArgumentException if a number is negative or infinite
     */
    public static Kernel of(KernelFamily family, double flops, double inputBytes, double outputBytes) {
        return new Kernel(family, 1, flops, inputBytes, outputBytes, 0, 0, 0, 0, 0);
    }

    /**
     * Returns the bytes that one of these kernels reads and writes, weights included.
     *
     * @return bytes, NaN if not known
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
