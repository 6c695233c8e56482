package io.pepper.onnx.internal.isolate;

import java.nio.ByteBuffer;

/** Bytes in records. */
public final class Bytes {
    private Bytes() {}

    /**
     * Returns the content of a buffer, without a copy if the buffer's array holds nothing else.
     *
     * @param buffer bytes from position to limit
     * @return the bytes, which must not be changed
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
