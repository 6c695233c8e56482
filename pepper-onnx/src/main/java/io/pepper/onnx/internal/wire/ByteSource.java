package io.pepper.onnx.internal.wire;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Bytes that can be read at any position. Thread-safe. */
public interface ByteSource extends Closeable {
    /**
     * Returns the name in messages.
     *
     * @return the path of a file, or the given name
     */
    String name();

    /**
     * Returns the number of bytes.
     *
     * @return the size when the source was opened
     */
    long size();

    /**
     * Reads bytes.
     *
     * @param position the position of the first byte
     * @param target receives up to as many bytes as it has room for; its position advances past them
     * @return the number of bytes read, at least 1 if there is room
     * @throws java.io.EOFException if the source has ended before the position
     * @throws IOException if it cannot be read
     */
    int read(long position, ByteBuffer target) throws IOException;

    /**
     * Reads bytes into an array.
     *
     * @param position the position of the first byte
     * @param target receives the bytes
     * @param offset the index of the first byte in {@code target}
     * @param length maximum number of bytes
     * @return the number of bytes read, at least 1 if {@code length} is
     * @throws java.io.EOFException if the source has ended before the position
     * @throws IOException if it cannot be read
     */
    default int read(long position, byte[] target, int offset, int length) throws IOException {
        return read(position, ByteBuffer.wrap(target, offset, length));
    }
}
