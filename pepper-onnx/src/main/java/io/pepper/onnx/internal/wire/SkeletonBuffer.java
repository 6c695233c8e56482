package io.pepper.onnx.internal.wire;

import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.util.Arrays;

/** The bytes of a model without its payloads, as they grow; never beyond a limit. */
final class SkeletonBuffer {
    /** What a payload in the table is taken to cost. */
    private static final int PAYLOAD_COST = 64;

    /** Holds every length that fits in an array. */
    private static final int LENGTH_WIDTH = 5;

    private final long limit;
    private long charged;
    private byte[] bytes = new byte[1 << 12];
    private int size;

    SkeletonBuffer(long limit) {
        this.limit = limit;
    }

    private void reserve(long more) throws WireFault {
        long needed = size + more;
        if (needed + charged > limit) {
            throw new WireFault("makes the structure, payloads aside, larger than " + limit + " bytes");
        }
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(Math.max(needed, 2L * bytes.length), limit));
        }
    }

    /** Copies bytes that the reader has before or around it. */
    void copy(WireReader reader, long from, long to) throws IOException, WireFault {
        reserve(to - from);
        int length = (int) (to - from);
        reader.copy(from, bytes, size, length);
        size += length;
    }

    /** Begins a message, and returns a mark for {@link #endMessage}. */
    int beginMessage(int number) throws WireFault {
        reserve(Wire.tagSize(number) + LENGTH_WIDTH);
        size = Wire.putVarint(bytes, size, Wire.tag(number, Wire.DELIMITED));
        size += LENGTH_WIDTH;
        return size;
    }

    /** Fills in the length of the message, which only now is known. */
    void endMessage(int mark) {
        Wire.putPaddedVarint(bytes, mark - LENGTH_WIDTH, LENGTH_WIDTH, size - mark);
    }

    /** Leaves a marker in the place of a payload. */
    void marker(int payload) throws WireFault {
        charged += PAYLOAD_COST;
        reserve(Wire.tagSize(PayloadTable.MARKER) + Wire.varintSize(payload));
        size = Wire.putVarint(bytes, size, Wire.tag(PayloadTable.MARKER, Wire.VARINT));
        size = Wire.putVarint(bytes, size, payload);
    }

    /** The bytes so far, under a name. */
    ByteSource source(String name) {
        return new ArraySource(name, bytes, size);
    }

    CodedInputStream input() {
        return CodedInputStream.newInstance(bytes, 0, size);
    }
}
