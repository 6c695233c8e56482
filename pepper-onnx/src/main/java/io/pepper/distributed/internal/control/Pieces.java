package io.pepper.distributed.internal.control;

import com.google.protobuf.ByteString;
import io.pepper.onnx.internal.wire.FileSource;
import java.io.EOFException;
import java.io.IOException;

/** The pieces in which files travel. Stateless and therefore thread-safe. */
final class Pieces {
    /** The most bytes of a piece. */
    static final int BYTES = 1 << 18;

    private Pieces() {}

    /** Reads the piece at an offset, which is not beyond the end; there it is empty. */
    static ByteString read(FileSource file, long offset) throws IOException {
        byte[] bytes = new byte[(int) Math.min(BYTES, file.size() - offset)];
        for (int done = 0; done < bytes.length; ) {
            int count = file.read(offset + done, bytes, done, bytes.length - done);
            if (count <= 0) {
                throw new EOFException(file.name() + ": became shorter");
            }
            done += count;
        }
        return ByteString.copyFrom(bytes);
    }
}
