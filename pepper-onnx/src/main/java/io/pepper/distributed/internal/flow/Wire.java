package io.pepper.distributed.internal.flow;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLSocket;

/** The bytes of a connection. One thread reads and another one writes; any thread closes. */
interface Wire extends AutoCloseable {
    /** The size of the pieces in which bytes are copied for the socket. */
    int PIECE = 1 << 18;

    /**
     * Reads some bytes.
     *
     * @param target where to, with room
     * @return their number; -1 at the end
     * @throws IOException if the connection breaks
     */
    int read(ByteBuffer target) throws IOException;

    /**
     * Writes bytes, and waits until the connection has taken them.
     *
     * @param pieces all of these, one after another; their positions move
     * @throws IOException if the connection breaks
     */
    void write(ByteBuffer... pieces) throws IOException;

    /** Returns whether {@link #tryWrite} can write. */
    default boolean writesAtOnce() {
        return false;
    }

    /**
     * Writes what the connection takes without waiting.
     *
     * @param pieces the bytes, one piece after another; their positions move
     * @return whether all are written
     * @throws IOException if the connection breaks
     */
    default boolean tryWrite(ByteBuffer... pieces) throws IOException {
        return false;
    }

    /** Tells the other side that no further bytes come. */
    void finish() throws IOException;

    /** Ends the connection at once. */
    @Override
    void close() throws IOException;

    /** Returns a connection with TLS, whose handshake is done. */
    static Wire of(SSLSocket socket) throws IOException {
        InputStream in = socket.getInputStream();
        OutputStream out = socket.getOutputStream();
        byte[] reading = new byte[PIECE];
        byte[] writing = new byte[PIECE];
        return new Wire() {
            @Override
            public int read(ByteBuffer target) throws IOException {
                int count = in.read(reading, 0, Math.min(PIECE, target.remaining()));
                if (count > 0) {
                    target.put(reading, 0, count);
                }
                return count;
            }

            @Override
            public void write(ByteBuffer... pieces) throws IOException {
                for (ByteBuffer piece : pieces) {
                    while (piece.hasRemaining()) {
                        int now = Math.min(PIECE, piece.remaining());
                        piece.get(writing, 0, now);
                        out.write(writing, 0, now);
                    }
                }
                out.flush();
            }

            @Override
            public void finish() throws IOException {
                socket.shutdownOutput();
            }

            @Override
            public void close() throws IOException {
                socket.close();
            }
        };
    }
}
