package io.pepper.onnx.internal.wire;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Bytes in memory. */
public final class ArraySource implements ByteSource {
    private final String name;
    private final byte[] bytes;

    /**
     * Makes a source of an array, which is kept as it is.
     *
     * @param name what to call it
     * @param bytes the bytes
     */
    public ArraySource(String name, byte[] bytes) {
        this.name = name;
        this.bytes = bytes;
    }

    /**
     * The bytes.
     *
     * @return the array itself, not to be changed
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
        return bytes.length;
    }

    @Override
    public int read(long position, byte[] target, int offset, int length) throws IOException {
        long left = left(position, length);
        if (length == 0) {
            return 0;
        }
        if (left == 0) {
            throw new EOFException(name + ": ends before byte " + position);
        }
        int count = (int) Math.min(length, left);
        System.arraycopy(bytes, (int) position, target, offset, count);
        return count;
    }

    private long left(long position, long length) {
        if (position < 0 || length < 0) {
            throw new IllegalArgumentException(name + ": " + length + " bytes at " + position);
        }
        return Math.max(0, bytes.length - position);
    }

    @Override
    public void transferTo(long position, long length, WritableByteChannel target) throws IOException {
        if (length > left(position, length)) {
            throw new EOFException(name + ": ends before byte " + (position + length));
        }
        ByteBuffer rest = ByteBuffer.wrap(bytes, (int) Math.min(position, bytes.length), (int) length);
        while (rest.hasRemaining()) {
            target.write(rest);
        }
    }

    @Override
    public void close() {}
}
