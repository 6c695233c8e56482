package io.pepper.onnx.internal.wire;

/** The encoding of numbers in the protobuf wire format. */
final class Wire {

    static final int VARINT = 0;
    static final int FIXED64 = 1;
    static final int DELIMITED = 2;
    static final int START_GROUP = 3;
    static final int END_GROUP = 4;
    static final int FIXED32 = 5;

    static final int MAX_VARINT_BYTES = 10;

    private Wire() {}

    /** Returns a tag as an unsigned number of 32 bits. */
    static long tag(int number, int wireType) {
        return ((long) number << 3) | wireType;
    }

    static int tagSize(int number) {
        return varintSize(tag(number, 0));
    }

    static int varintSize(long value) {
        return (63 - Long.numberOfLeadingZeros(value | 1)) / 7 + 1;
    }

    /** Writes a varint and returns the index after it. */
    static int putVarint(byte[] target, int offset, long value) {
        int index = offset;
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            target[index++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        target[index++] = (byte) rest;
        return index;
    }

    /** Writes a varint padded to a width, for a value that is unknown when the bytes after it are written. */
    static void putPaddedVarint(byte[] target, int offset, int width, long value) {
        for (int i = 0; i < width; i++) {
            int more = i < width - 1 ? 0x80 : 0;
            target[offset + i] = (byte) ((value >>> (7 * i) & 0x7F) | more);
        }
    }
}
