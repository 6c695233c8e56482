package io.pepper.onnx.internal.wire;

import java.io.IOException;

/** A sink for the consecutive bytes of a message. */
public interface PayloadSink {
    /**
     * Receives the next bytes.
     *
     * @param bytes the array that contains them
     * @param offset the index of the first byte
     * @param length number of bytes
     * @throws IOException if they cannot be written
     */
    void write(byte[] bytes, int offset, int length) throws IOException;

    /**
     * Receives the next bytes from a source.
     *
     * @param source the source that contains them
     * @param position the position of the first byte
     * @param length number of bytes
     * @throws IOException if they cannot be read or written
     */
    void transfer(ByteSource source, long position, long length) throws IOException;
}
