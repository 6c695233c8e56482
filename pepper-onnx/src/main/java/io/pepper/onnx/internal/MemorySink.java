package io.pepper.onnx.internal;

import io.pepper.onnx.internal.wire.ByteSource;
import io.pepper.onnx.internal.wire.PayloadSink;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;

/** A sink that collects a small model in memory. */
final class MemorySink implements PayloadSink {
    private static final int BUFFER_BYTES = 1 << 16;

    private final ByteArrayOutputStream bytes;

    MemorySink(ByteArrayOutputStream bytes) {
        this.bytes = bytes;
    }

    @Override
    public void write(byte[] part, int offset, int length) {
        bytes.write(part, offset, length);
    }

    @Override
    public void transfer(ByteSource source, long position, long length) throws IOException {
        byte[] buffer = new byte[(int) Math.min(BUFFER_BYTES, length)];
        for (long done = 0; done < length; ) {
            int read = source.read(position + done, buffer, 0, (int) Math.min(buffer.length, length - done));
            if (read <= 0) {
                throw new EOFException(source.name() + ": ended before byte " + (position + length));
            }
            bytes.write(buffer, 0, read);
            done += read;
        }
    }
}
