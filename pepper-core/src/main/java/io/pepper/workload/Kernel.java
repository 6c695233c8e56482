package io.pepper.workload;

import java.util.OptionalDouble;

/**
 * A group of operators that a runtime computes as one: an operator, and those fused with it (Zhang et al., "nn-Meter",
 * MobiSys 2021, who predict the time of a model as the sum of those of its kernels). Unknown numbers are empty.
 * Immutable and therefore thread-safe.
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
        OptionalDouble flops,
        OptionalDouble inputBytes,
        OptionalDouble outputBytes,
        OptionalDouble weightBytes,
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
     * @throws IllegalArgumentException if {@code times} is less than 1, or a number is negative, infinite or NaN
     */
    public Kernel {
        if (times < 1) {
            throw new IllegalArgumentException("times: 1 or more is needed, found " + times);
        }
        Workload.check("flops", flops.orElse(0));
        Workload.check("inputBytes", inputBytes.orElse(0));
        Workload.check("outputBytes", outputBytes.orElse(0));
        Workload.check("weightBytes", weightBytes.orElse(0));
        Workload.check("depth", depth);
        Workload.check("channels", channels);
        Workload.check("window", window);
        Workload.check("groups", groups);
    }

    /**
     * Returns a kernel of which only the arithmetic and the bytes are known.
     *
     * @param family the family of the operator
     * @param flops its arithmetic operations, 0 or more
     * @param inputBytes the bytes of the inputs, 0 or more
     * @param outputBytes the bytes of the outputs, 0 or more
     * @return one kernel, without weights
     * @throws IllegalArgumentException if a number is negative, infinite or NaN
     */
    public static Kernel of(KernelFamily family, double flops, double inputBytes, double outputBytes) {
        return builder(family)
                .flops(flops)
                .inputBytes(inputBytes)
                .outputBytes(outputBytes)
                .build();
    }

    /**
     * Returns a builder of one kernel without weights, whose arithmetic and bytes are unknown.
     *
     * @param family the family of the dominant operator
     * @return the builder
     */
    public static Builder builder(KernelFamily family) {
        return new Builder(family);
    }

    /**
     * Returns a builder with the values of this kernel.
     *
     * @return the builder
     */
    public Builder toBuilder() {
        Builder builder = new Builder(family);
        builder.times = times;
        builder.flops = flops;
        builder.inputBytes = inputBytes;
        builder.outputBytes = outputBytes;
        builder.weightBytes = weightBytes;
        builder.depth = depth;
        builder.channels = channels;
        builder.window = window;
        builder.groups = groups;
        return builder;
    }

    /**
     * Returns the bytes that one of these kernels reads and writes, weights included.
     *
     * @return the number of bytes; empty if unknown
     */
    public OptionalDouble bytes() {
        return inputBytes.isPresent() && outputBytes.isPresent() && weightBytes.isPresent()
                ? OptionalDouble.of(inputBytes.getAsDouble() + outputBytes.getAsDouble() + weightBytes.getAsDouble())
                : OptionalDouble.empty();
    }

    /**
     * Returns this kernel with another count.
     *
     * @param value the number of such kernels, 1 or more
     * @return the new kernel
     */
    public Kernel withTimes(long value) {
        return toBuilder().times(value).build();
    }

    /** A builder of kernels. Not thread-safe. */
    public static final class Builder {
        private final KernelFamily family;
        private long times = 1;
        private OptionalDouble flops = OptionalDouble.empty();
        private OptionalDouble inputBytes = OptionalDouble.empty();
        private OptionalDouble outputBytes = OptionalDouble.empty();
        private OptionalDouble weightBytes = OptionalDouble.of(0);
        private double depth;
        private double channels;
        private double window;
        private double groups;

        private Builder(KernelFamily family) {
            this.family = family;
        }

        /**
         * Sets the number of equal kernels.
         *
         * @param value 1 or more
         * @return this builder
         */
        public Builder times(long value) {
            times = value;
            return this;
        }

        /**
         * Sets the arithmetic operations.
         *
         * @param value 0 or more; a multiply-accumulate counts as two
         * @return this builder
         */
        public Builder flops(double value) {
            flops = OptionalDouble.of(value);
            return this;
        }

        /**
         * Sets the bytes of the inputs, without constants.
         *
         * @param value 0 or more
         * @return this builder
         */
        public Builder inputBytes(double value) {
            inputBytes = OptionalDouble.of(value);
            return this;
        }

        /**
         * Sets the bytes of the outputs.
         *
         * @param value 0 or more
         * @return this builder
         */
        public Builder outputBytes(double value) {
            outputBytes = OptionalDouble.of(value);
            return this;
        }

        /**
         * Sets the bytes of the constants that are read as a whole.
         *
         * @param value 0 or more
         * @return this builder
         */
        public Builder weightBytes(double value) {
            weightBytes = OptionalDouble.of(value);
            return this;
        }

        /**
         * Sets the number of elements from which an output element is computed, or that are copied at once.
         *
         * @param value 0 or more
         * @return this builder
         */
        public Builder depth(double value) {
            depth = value;
            return this;
        }

        /**
         * Sets the number of channels or columns.
         *
         * @param value 0 or more
         * @return this builder
         */
        public Builder channels(double value) {
            channels = value;
            return this;
        }

        /**
         * Sets the number of elements in the window of a convolution or pooling.
         *
         * @param value 0 or more
         * @return this builder
         */
        public Builder window(double value) {
            window = value;
            return this;
        }

        /**
         * Sets the number of groups of a convolution.
         *
         * @param value 0 or more
         * @return this builder
         */
        public Builder groups(double value) {
            groups = value;
            return this;
        }

        /**
         * Returns the kernel.
         *
         * @return the kernel
         * @throws IllegalArgumentException if {@code times} is less than 1, or a number is negative, infinite or NaN
         */
        public Kernel build() {
            return new Kernel(
                    family, times, flops, inputBytes, outputBytes, weightBytes, depth, channels, window, groups);
        }
    }
}
