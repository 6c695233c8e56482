package io.pepper.distributed.internal.flow;

import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;

/** Sizes of values in memory. */
final class Sizes {
    /** The bytes of a text in ONNX Runtime, without its letters. */
    private static final int BYTES_OF_TEXT = 32;

    private Sizes() {}

    /** Returns the bytes of a tensor; 0 for other values. */
    static long bytes(OnnxValue value) {
        if (!(value instanceof OnnxTensorLike tensor)) {
            return 0;
        }
        int width = tensor.getInfo().type.size;
        return tensor.getInfo().getNumElements() * (width > 0 ? width : BYTES_OF_TEXT);
    }
}
