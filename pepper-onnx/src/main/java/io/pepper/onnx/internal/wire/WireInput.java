package io.pepper.onnx.internal.wire;

import io.pepper.onnx.MalformedModelException;
import java.io.IOException;

/** Reads a source from front to back through a window, and steps over what is not wanted without reading it. */
final class WireInput {
    private static final int WINDOW_BYTES = 1 << 16;

    private final ByteSource source;
    private final byte[] window;
    private long windowStart;
    private int windowLength;
    private long position;

    WireInput(ByteSource source) {
        this.source = source;
        this.window = new byte[(int) Math.min(WINDOW_BYTES, Math.max(1, source.size()))];
    }

    ByteSource source() {
        return source;
    }

    long position() {
        return position;
    }

    void seek(long target) {
        position = target;
    }

    int readByte() throws IOException {
        long at = position - windowStart;
        if (at < 0 || at >= windowLength) {
            fill(position);
            at = 0;
        }
        position++;
        return window[(int) at] & 0xff;
    }

    private void fill(long from) throws IOException {
        windowLength = 0;
        windowStart = from;
        int wanted = (int) Math.min(window.length, source.size() - from);
        if (wanted <= 0) {
            throw new MalformedModelException(source.name(), "byte " + from, "the file ends within a field");
        }
        windowLength = source.read(from, window, 0, wanted);
    }

    long readVarint() throws IOException {
        long start = position;
        long value = 0;
        for (int i = 0; i < Wire.MAX_VARINT_BYTES; i++) {
            int next = readByte();
            value |= (long) (next & 0x7f) << (7 * i);
            if (next < 0x80) {
                return value;
            }
        }
        throw new MalformedModelException(source.name(), "byte " + start, "a number of more than 10 bytes");
    }

    /** Copies bytes that lie before the current position, without moving it. */
    void copy(long from, byte[] target, int offset, int length) throws IOException {
        if (from >= windowStart && from + length <= windowStart + windowLength) {
            System.arraycopy(window, (int) (from - windowStart), target, offset, length);
            return;
        }
        for (int done = 0; done < length; ) {
            done += source.read(from + done, target, offset + done, length - done);
        }
    }
}
