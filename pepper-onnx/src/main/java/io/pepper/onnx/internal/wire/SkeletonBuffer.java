package io.pepper.onnx.internal.wire;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.util.Arrays;

/** A growing buffer for the bytes of a model without its payloads, up to a limit. */
final class SkeletonBuffer {
    /** The assumed cost of a payload in the table, in bytes. */
    private static final int PAYLOAD_COST = 64;

    /** Width of a length that fits every array. */
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

    /** Copies bytes around the reader's position. */
    void copy(WireReader reader, long from, long to) throws IOException, WireFault {
        reserve(to - from);
        int length = (int) (to - from);
        reader.copy(from, bytes, size, length);
        size += length;
    }

    /** Starts a message; returns a mark for {@link #endMessage}. */
    int beginMessage(int number) throws WireFault {
        reserve(Wire.tagSize(number) + LENGTH_WIDTH);
        size = Wire.putVarint(bytes, size, Wire.tag(number, Wire.DELIMITED));
        size += LENGTH_WIDTH;
        return size;
    }

    /** Fills in the length of the message, which is known now. */
    void endMessage(int mark) {
        Wire.putPaddedVarint(bytes, mark - LENGTH_WIDTH, LENGTH_WIDTH, size - mark);
    }

    /** Inserts a marker instead of a payload. */
    void marker(int payload) throws WireFault {
        charged += PAYLOAD_COST;
        reserve(Wire.tagSize(PayloadTable.MARKER) + Wire.varintSize(payload));
        size = Wire.putVarint(bytes, size, Wire.tag(PayloadTable.MARKER, Wire.VARINT));
        size = Wire.putVarint(bytes, size, payload);
    }

    /** Returns the bytes so far, under a name. */
    ByteSource source(String name) {
        return new ArraySource(name, bytes, size);
    }

    /** Returns a reader of the bytes so far, which must not change any more: texts and small payloads refer to them. */
    CodedInputStream input() {
        CodedInputStream input = UnsafeByteOperations.unsafeWrap(bytes, 0, size).newCodedInput();
        input.enableAliasing(true);
        return input;
    }
}
