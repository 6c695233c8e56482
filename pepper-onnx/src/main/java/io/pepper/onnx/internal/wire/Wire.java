package io.pepper.onnx.internal.wire;

/** Numbers of the protobuf wire format. */
final class Wire {
    static final int VARINT = 0;
    static final int FIXED64 = 1;
    static final int DELIMITED = 2;
    static final int FIXED32 = 5;

    static final int TYPE_BITS = 3;
    static final int MAX_VARINT_BYTES = 10;

    /** A varint of this many bytes holds any length of a message, so that it can be filled in later. */
    static final int PADDED_BYTES = 5;

    private static final int SEVEN_BITS = 0x7f;
    private static final int MORE = 0x80;

    private Wire() {}

    static int varintBytes(long value) {
        return value == 0 ? 1 : (Long.SIZE - Long.numberOfLeadingZeros(value) + 6) / 7;
    }

    static int putVarint(byte[] target, int offset, long value) {
        int at = offset;
        long rest = value;
        while ((rest & ~SEVEN_BITS) != 0) {
            target[at++] = (byte) ((rest & SEVEN_BITS) | MORE);
            rest >>>= 7;
        }
        target[at++] = (byte) rest;
        return at;
    }

    /** A varint that is known to be well-formed. */
    static long getVarint(byte[] source, int offset) {
        long value = 0;
        for (int i = 0; ; i++) {
            value |= (long) (source[offset + i] & SEVEN_BITS) << (7 * i);
            if (source[offset + i] >= 0) {
                return value;
            }
        }
    }

    static void putPadded(byte[] target, int offset, long value) {
        for (int i = 0; i < PADDED_BYTES; i++) {
            long bits = (value >>> (7 * i)) & SEVEN_BITS;
            target[offset + i] = (byte) (i < PADDED_BYTES - 1 ? bits | MORE : bits);
        }
    }

    static long tag(int field, int type) {
        return ((long) field << TYPE_BITS) | type;
    }
}
