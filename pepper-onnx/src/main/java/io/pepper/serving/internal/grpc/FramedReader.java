package io.pepper.serving.internal.grpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.grpc.HasByteBuffer;
import io.pepper.serving.internal.ServingException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A reader of a message from the network. Each tensor is copied once, from the buffers of the network to memory that
 * native code reads; all other fields are left to protobuf. Lengths are checked before memory is allocated.
 */
final class FramedReader {
    /** The largest message without its raw contents: protobuf's objects take many times its bytes. */
    static final int MAX_HEADER_BYTES = 8 << 20;

    private static final int MAX_FIELDS = 10_000;
    private static final int CHUNK = 1 << 14;
    private static final int VARINT_BITS = 7;
    private static final int VARINT_MORE = 0x80;
    private static final int MAX_VARINT_BYTES = 10;

    private final InputStream in;
    private final int rawField;
    private final ByteArrayOutputStream header = new ByteArrayOutputStream();
    private final CodedOutputStream headerOut = CodedOutputStream.newInstance(header, CHUNK);
    private final List<ByteBuffer> raw = new ArrayList<>();
    private long headerBytes;

    /**
     * Creates a reader.
     *
     * @param in a whole message, which knows its length
     * @param rawField the number of the field with raw contents
     */
    FramedReader(InputStream in, int rawField) {
        this.in = in;
        this.rawField = rawField;
    }

    List<ByteBuffer> raw() {
        return raw;
    }

    /** Reads the message, and returns all of it except for the raw contents. */
    byte[] read() throws IOException {
        for (int fields = 0; in.available() > 0; fields++) {
            if (fields == MAX_FIELDS) {
                throw ServingException.invalid("the message has more than " + MAX_FIELDS + " fields");
            }
            field((int) varint());
        }
        headerOut.flush();
        return header.toByteArray();
    }

    private void field(int tag) throws IOException {
        int type = WireFormat.getTagWireType(tag);
        if (type == WireFormat.WIRETYPE_LENGTH_DELIMITED && WireFormat.getTagFieldNumber(tag) == rawField) {
            raw.add(direct(length()));
            return;
        }
        headerOut.writeUInt32NoTag(tag);
        switch (type) {
            case WireFormat.WIRETYPE_VARINT -> headerOut.writeUInt64NoTag(varint());
            case WireFormat.WIRETYPE_FIXED64 -> copy(Long.BYTES);
            case WireFormat.WIRETYPE_FIXED32 -> copy(Integer.BYTES);
            case WireFormat.WIRETYPE_LENGTH_DELIMITED -> {
                int length = length();
                headerOut.writeUInt32NoTag(length);
                copy(length);
            }
            default -> throw ServingException.invalid("the message is not protobuf: field tag " + tag);
        }
    }

    private int length() throws IOException {
        long length = varint();
        if (length < 0 || length > in.available()) {
            throw ServingException.invalid(
                    "the message ends within a field of " + length + " bytes: " + in.available() + " are left");
        }
        return (int) length;
    }

    private void copy(int length) throws IOException {
        headerBytes += length;
        if (headerBytes > MAX_HEADER_BYTES) {
            throw new ServingException(
                    ServingException.Reason.TOO_LARGE,
                    "the message has more than " + MAX_HEADER_BYTES
                            + " bytes besides its raw contents: send tensors as raw contents",
                    null);
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw ServingException.invalid("the message ends within a field");
        }
        headerOut.writeRawBytes(bytes);
    }

    private long varint() throws IOException {
        long value = 0;
        for (int i = 0; i < MAX_VARINT_BYTES; i++) {
            int next = in.read();
            if (next < 0) {
                throw ServingException.invalid("the message ends within a number");
            }
            value |= (long) (next & (VARINT_MORE - 1)) << (i * VARINT_BITS);
            if (next < VARINT_MORE) {
                return value;
            }
        }
        throw ServingException.invalid(
                "the message is not protobuf: a number has more than " + MAX_VARINT_BYTES + " bytes");
    }

    private ByteBuffer direct(int length) throws IOException {
        ByteBuffer data = ByteBuffer.allocateDirect(length);
        if (in instanceof HasByteBuffer buffers && buffers.byteBufferSupported()) {
            transfer(buffers, data);
        } else {
            byte[] chunk = new byte[Math.min(CHUNK, length)];
            while (data.hasRemaining()) {
                int read = in.read(chunk, 0, Math.min(chunk.length, data.remaining()));
                if (read < 0) {
                    throw ServingException.invalid("the message ends within a tensor");
                }
                data.put(chunk, 0, read);
            }
        }
        return data.flip();
    }

    private void transfer(HasByteBuffer buffers, ByteBuffer data) throws IOException {
        while (data.hasRemaining()) {
            ByteBuffer next = buffers.getByteBuffer();
            if (next == null || !next.hasRemaining()) {
                throw ServingException.invalid("the message ends within a tensor");
            }
            int step = Math.min(next.remaining(), data.remaining());
            data.put(next.slice(next.position(), step));
            in.skipNBytes(step);
        }
    }
}
