package io.pepper.onnx.internal.wire;

import java.io.IOException;

/** Takes a message from front to back. */
public interface WovenSink {
    /**
     * The next bytes.
     *
     * @param bytes holds them
     * @param offset where they begin
     * @param length how many they are
     * @throws IOException if they cannot be written
     */
    void write(byte[] bytes, int offset, int length) throws IOException;

    /**
     * The next bytes stand in a source.
     *
     * @param source holds them
     * @param position where they begin
     * @param length how many they are
     * @throws IOException if they cannot be read or written
     */
    void transfer(ByteSource source, long position, long length) throws IOException;
}
