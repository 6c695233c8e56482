package io.pepper.serving.internal.grpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/** The bytes of a message on their way to the network: each tensor is copied once, into the buffers of the network. */
final class FramedStream extends InputStream implements Drainable, KnownLength {
    private static final int CHUNK = 1 << 16;
    private static final int PREFIX = 16;

    private final Deque<ByteBuffer> rest = new ArrayDeque<>();

    FramedStream(Framed<?> framed, int rawField) {
        rest.add(ByteBuffer.wrap(framed.message().toByteArray()));
        for (ByteBuffer raw : framed.raw()) {
            rest.add(prefix(rawField, raw.remaining()));
            rest.add(raw.duplicate());
        }
    }

    private static ByteBuffer prefix(int field, int length) {
        ByteBuffer prefix = ByteBuffer.allocate(PREFIX);
        CodedOutputStream out = CodedOutputStream.newInstance(prefix);
        try {
            out.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(length);
            out.flush();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return prefix.flip();
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
        byte[] chunk = new byte[CHUNK];
        int written = 0;
        for (int length = read(chunk); length >= 0; length = read(chunk)) {
            target.write(chunk, 0, length);
            written += length;
        }
        return written;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        int read = 0;
        while (read < length && !rest.isEmpty()) {
            ByteBuffer first = rest.getFirst();
            int step = Math.min(length - read, first.remaining());
            first.get(target, offset + read, step);
            read += step;
            if (!first.hasRemaining()) {
                rest.removeFirst();
            }
        }
        return read == 0 && length > 0 ? -1 : read;
    }

    @Override
    public int available() throws IOException {
        long bytes = rest.stream().mapToLong(ByteBuffer::remaining).sum();
        if (bytes > Integer.MAX_VALUE) {
            throw new IOException("the message has " + bytes + " bytes, more than gRPC can carry");
        }
        return (int) bytes;
    }
}
