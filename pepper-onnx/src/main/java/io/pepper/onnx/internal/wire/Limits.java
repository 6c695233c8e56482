package io.pepper.onnx.internal.wire;

/**
 * How much a model may take in memory, its large payloads aside.
 *
 * @param maxSkeletonBytes bytes of the structure
 * @param maxElements fields of the structure
 * @param maxDepth messages within each other; a body of an operator takes three
 */
public record Limits(long maxSkeletonBytes, long maxElements, int maxDepth) {
    /** Enough for two million operators, and bodies nested thirty deep. */
    public static final Limits DEFAULT = new Limits(256L << 20, 24_000_000L, 100);
}
