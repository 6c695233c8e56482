package io.pepper.onnx.internal.wire;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;

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
     * @param target where the bytes go
     * @param offset where in {@code target} they go
     * @param length how many to read at most
     * @return how many were read, at least 1 if {@code length} is
     * @throws IllegalArgumentException if the position or the length is negative
     * @throws java.io.EOFException if the source has ended before the position
     * @throws IOException if it cannot be read
     */
    int read(long position, byte[] target, int offset, int length) throws IOException;

    /**
     * Copies bytes to a channel, by the kernel where it can.
     *
     * @param position where to begin
     * @param length how many to copy
     * @param target where they go, in blocking mode
     * @throws IllegalArgumentException if the position or the length is negative
     * @throws java.io.EOFException if the source ends before
     * @throws IOException if it cannot be read, or the target not be written
     */
    void transferTo(long position, long length, WritableByteChannel target) throws IOException;
}
