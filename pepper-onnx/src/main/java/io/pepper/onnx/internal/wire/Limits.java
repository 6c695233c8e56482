package io.pepper.onnx.internal.wire;

/**
 * How much a model may take in memory, its large payloads aside. Checked before anything is allocated.
 *
 * @param maxSkeletonBytes bytes of the structure; each payload that is taken out counts as 64
 * @param maxElements fields of the messages that lead to tensors
 * @param maxDepth messages within each other; a body of an operator takes three
 */
public record Limits(long maxSkeletonBytes, long maxElements, int maxDepth) {
    /** No greater depth can be asked for: protobuf parses by recursion, which must not exhaust the stack. */
    public static final int DEEPEST = 400;

    /** Enough for two million operators, and bodies nested thirty deep. */
    public static final Limits DEFAULT = new Limits(256L << 20, 24_000_000L, 100);

    private static final long LARGEST_SKELETON = Integer.MAX_VALUE - 64;

    /**
     * Checks the limits.
     *
     * @param maxSkeletonBytes bytes of the structure
     * @param maxElements fields of the messages that lead to tensors
     * @param maxDepth messages within each other
     * @throws IllegalArgumentException if one is not positive, or too large to be held
     */
    public Limits {
        if (maxSkeletonBytes < 1 || maxSkeletonBytes > LARGEST_SKELETON) {
            throw new IllegalArgumentException(
                    "maxSkeletonBytes is " + maxSkeletonBytes + ", not 1 to " + LARGEST_SKELETON);
        }
        if (maxElements < 1) {
            throw new IllegalArgumentException("maxElements is " + maxElements + ", less than 1");
        }
        if (maxDepth < 1 || maxDepth > DEEPEST) {
            throw new IllegalArgumentException("maxDepth is " + maxDepth + ", not 1 to " + DEEPEST);
        }
    }
}
