package io.pepper.onnx.internal.wire;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Bytes that can be read at any position. Thread-safe. */
public interface ByteSource extends Closeable {
    /**
     * What to call the source in messages.
     *
     * @return the path of a file, or the name that was given
     */
    String name();

    /**
     * How many bytes there are.
     *
     * @return the size when the source was opened
     */
    long size();

    /**
     * Reads some bytes.
     *
     * @param position where to begin
     * @param target takes as many bytes as it has room for, at most; its position moves past them
     * @return how many were read, at least 1 if there is room
     * @throws java.io.EOFException if the source has ended before the position
     * @throws IOException if it cannot be read
     */
    int read(long position, ByteBuffer target) throws IOException;

    /**
     * Reads some bytes into an array.
     *
     * @param position where to begin
     * @param target where the bytes go
     * @param offset where in {@code target} they go
     * @param length how many to read at most
     * @return how many were read, at least 1 if {@code length} is
     * @throws java.io.EOFException if the source has ended before the position
     * @throws IOException if it cannot be read
     */
    default int read(long position, byte[] target, int offset, int length) throws IOException {
        return read(position, ByteBuffer.wrap(target, offset, length));
    }
}
