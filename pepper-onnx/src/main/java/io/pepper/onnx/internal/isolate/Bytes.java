package io.pepper.onnx.internal.isolate;

import java.nio.ByteBuffer;

/** Bytes that records hold. */
public final class Bytes {
    private Bytes() {}

    /**
     * Returns what a buffer holds, not copied if it holds nothing else.
     *
     * @param buffer bytes from position to limit
     * @return the bytes, not to be changed
     */
    public static byte[] of(ByteBuffer buffer) {
        if (buffer.hasArray() && buffer.arrayOffset() == 0 && buffer.array().length == buffer.remaining()) {
            return buffer.array();
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
