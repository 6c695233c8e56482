package io.pepper.onnx.internal.wire;

import java.io.EOFException;
import java.io.IOException;

/** A reader of the wire format from any position through a small window; skipped bytes are not read. */
final class WireReader {

    /*
     * After a jump the window is small, because the next payload often follows soon; it grows with continued reading.
     */

    private static final int SMALLEST = 1 << 12;
    private static final int LARGEST = 1 << 16;

    private final ByteSource source;
    private byte[] window = new byte[0];
    private long windowStart;
    private int windowLength;
    private long position;
    private long limit;

    WireReader(ByteSource source) {
        this.source = source;
        this.limit = source.size();
        if (source instanceof ArraySource array) {
            window = array.bytes(); // All bytes are in it, so that it is never filled.
            windowLength = (int) array.size();
        }
    }

    long position() {
        return position;
    }

    /** Moves to a position without reading. */
    void seek(long newPosition) {
        position = newPosition;
    }

    /** Sets the end of the current message; no varint extends beyond it. */
    void limit(long newLimit) {
        limit = newLimit;
    }

    long varint() throws IOException, WireFault {
        long index = position - windowStart;
        if (index >= 0 && index < windowLength && position < limit && window[(int) index] >= 0) {
            position++;
            return window[(int) index]; // Most varints have one byte.
        }
        return longVarint();
    }

    private long longVarint() throws IOException, WireFault {
        long value = 0;
        for (int i = 0; i < Wire.MAX_VARINT_BYTES; i++) {
            int next = next();
            value |= (long) (next & 0x7F) << (7 * i);
            if (next >= 0) {
                return value;
            }
        }
        throw new WireFault("has a varint of more than " + Wire.MAX_VARINT_BYTES + " bytes");
    }

    private int next() throws IOException, WireFault {
        if (position >= limit) {
            throw new WireFault("is cut off");
        }
        long index = position - windowStart;
        if (index < 0 || index >= windowLength) {
            fill();
            index = 0;
        }
        position++;
        return window[(int) index];
    }

    private void fill() throws IOException {
        boolean goesOn = position == windowStart + windowLength;
        int wanted = goesOn ? Math.min(LARGEST, Math.max(SMALLEST, 4 * windowLength)) : SMALLEST;
        int length = (int) Math.min(wanted, source.size() - position);
        windowLength = 0;
        if (window.length < length) {
            window = new byte[length];
        }
        if (length <= 0) {
            throw new EOFException(source.name() + ": ends before byte " + position);
        }
        windowLength = source.read(position, window, 0, length);
        windowStart = position;
    }

    /** Copies bytes without moving. */
    void copy(long from, byte[] target, int offset, int length) throws IOException {
        long index = from - windowStart;
        if (index >= 0 && index + length <= windowLength) {
            System.arraycopy(window, (int) index, target, offset, length);
            return;
        }
        for (int done = 0; done < length; ) {
            done += source.read(from + done, target, offset + done, length - done);
        }
    }
}
