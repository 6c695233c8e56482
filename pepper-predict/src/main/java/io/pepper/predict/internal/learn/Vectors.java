package io.pepper.predict.internal.learn;

import io.pepper.workload.Kernel;

/**
 * The cost of kernels on vector units and caches beyond their operations and bytes. The rules were measured with ONNX
 * Runtime on processors with vectors of 16 numbers; on others the fitted coefficients differ.
 */
final class Vectors {
    /** Number of channels in a block. */
    private static final double BLOCK = 16;

    /** Number of blocks of output channels that one reading of the input serves. */
    private static final double BLOCKS_AT_ONCE = 4;

    /** Addresses at this distance fall into the same set of a first-level cache, which holds a dozen of them. */
    private static final double CACHE_WAY_BYTES = 4096;

    /** The usual width of an element. */
    private static final double ELEMENT_BYTES = 4;

    private Vectors() {}

    /**
     * Returns the factor by which a convolution on blocks computes more than necessary because the last blocks are
     * computed whole; 1 or more.
     */
    static double padding(Kernel kernel) {
        return switch (kernel.family()) {
            case CONVOLUTION, POINTWISE_CONVOLUTION, NARROW_CONVOLUTION ->
                padding(kernel.channels()) * (inputChannels(kernel) < BLOCK ? 1 : padding(inputChannels(kernel)));
            case DEPTHWISE_CONVOLUTION -> padding(kernel.channels());
            default -> 1;
        };
    }

    private static double inputChannels(Kernel kernel) {
        return kernel.window() > 0 ? kernel.depth() / kernel.window() : 0;
    }

    private static double padding(double channels) {
        return channels > 0 ? blocks(channels) * BLOCK / channels : 1;
    }

    private static double blocks(double channels) {
        return Math.ceil(channels / BLOCK);
    }

    /**
     * Returns the amount of a kernel that takes longer than the rest of its family:
     * <ul>
     * <li>convolutions on blocks: the operations, as if each reading of the input served one block only;
     * <li>convolutions of few input channels, which add one channel after the other to the result: the bytes of these sums;
     * <li>convolutions that unfold windows of several elements: the unfolded bytes;
     * <li>transposed convolutions: the bytes that are added up;
     * <li>conversions to and from blocks: the output bytes, if the images' distance makes cache addresses collide;
     * <li>copies: the number of runs of neighbouring elements, if their length is known.
     * </ul>
     */
    static double hard(Kernel kernel) {
        double hard =
                switch (kernel.family()) {
                    case CONVOLUTION, POINTWISE_CONVOLUTION -> rereading(kernel);
                    case NARROW_CONVOLUTION -> inputChannels(kernel) < BLOCK ? summedBytes(kernel) : 0;
                    case UNFOLDED_CONVOLUTION -> kernel.window() > 1 ? unfoldedBytes(kernel) : 0;
                    case TRANSPOSED_CONVOLUTION -> addedBytes(kernel);
                    case BLOCKING, UNBLOCKING -> meetingBytes(kernel);
                    case COPY, CONCATENATION, MOVEMENT -> copies(kernel);
                    default -> 0;
                };
        return Double.isFinite(hard) ? hard : 0;
    }

    private static double rereading(Kernel kernel) {
        double blocks = blocks(kernel.channels());
        double readings = Math.ceil(blocks / BLOCKS_AT_ONCE);
        return blocks > 0 ? kernel.flops().orElse(0) * padding(kernel) * readings / blocks : 0;
    }

    /** The larger the window, the smaller the share that counts. */
    private static double summedBytes(Kernel kernel) {
        return kernel.outputBytes().orElse(0) * padding(kernel.channels()) * inputChannels(kernel) / kernel.window();
    }

    private static double unfoldedBytes(Kernel kernel) {
        return kernel.depth() * kernel.groups() * kernel.outputBytes().orElse(0) / kernel.channels();
    }

    private static double addedBytes(Kernel kernel) {
        double channel = kernel.inputBytes().orElse(0) / (inputChannels(kernel) * kernel.groups());
        return kernel.channels() * kernel.window() * channel;
    }

    private static double meetingBytes(Kernel kernel) {
        double image = kernel.outputBytes().orElse(0) / kernel.channels();
        return image % CACHE_WAY_BYTES == 0 ? kernel.outputBytes().orElse(0) : 0;
    }

    private static double copies(Kernel kernel) {
        return kernel.depth() > 0 ? kernel.outputBytes().orElse(0) / (ELEMENT_BYTES * kernel.depth()) : 0;
    }
}
