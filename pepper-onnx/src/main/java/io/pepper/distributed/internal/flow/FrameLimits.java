package io.pepper.distributed.internal.flow;

/**
 * Limits of frames, which the decoder checks before it allocates.
 *
 * @param headerBytes the largest size of a header
 * @param tensors the largest number of tensors of a frame
 * @param dims the largest rank of a tensor
 * @param frameBytes the largest size of all tensors of a frame
 */
record FrameLimits(int headerBytes, int tensors, int dims, long frameBytes) {
    /** Headers of 1 MiB, 4,096 tensors of rank 64 at most, 1 GiB. */
    static final FrameLimits DEFAULTS = new FrameLimits(1 << 20, 4_096, 64, 1L << 30);

    FrameLimits withFrameBytes(long value) {
        return new FrameLimits(headerBytes, tensors, dims, value);
    }
}
