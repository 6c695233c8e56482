package io.pepper.onnx.internal.wire;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Bytes in memory. */
public final class ArraySource implements ByteSource {
    private final String name;
    private final byte[] bytes;
    private final int size;

    /**
     * Creates a source of an array, which is not copied.
     *
     * @param name the name in messages
     * @param bytes the bytes
     */
    public ArraySource(String name, byte[] bytes) {
        this(name, bytes, bytes.length);
    }

    /** Creates a source of the first bytes of an array. */
    ArraySource(String name, byte[] bytes, int size) {
        this.name = name;
        this.bytes = bytes;
        this.size = size;
    }

    /**
     * Returns the bytes.
     *
     * @return the array itself, which must not be changed
     */
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public int read(long position, ByteBuffer target) throws IOException {
        if (position < 0) {
            throw new IllegalArgumentException(name + ": " + target.remaining() + " bytes at " + position);
        }
        if (!target.hasRemaining()) {
            return 0;
        }
        if (position >= size) {
            throw new EOFException(name + ": ends before byte " + position);
        }
        int count = (int) Math.min(target.remaining(), size - position);
        target.put(bytes, (int) position, count);
        return count;
    }

    @Override
    public void close() {}
}
