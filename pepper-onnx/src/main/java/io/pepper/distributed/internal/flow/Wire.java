package io.pepper.distributed.internal.flow;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
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
     * Writes bytes.
     *
     * @param bytes all of these
     * @throws IOException if the connection breaks
     */
    void write(ByteBuffer bytes) throws IOException;

    /** Tells the other side that no further bytes come. */
    void finish() throws IOException;

    /** Ends the connection at once. */
    @Override
    void close() throws IOException;

    /** Returns a connection in the clear. Direct buffers go to the socket as they are. */
    static Wire of(SocketChannel channel) {
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
        return new Wire() {
            @Override
            public int read(ByteBuffer target) throws IOException {
                return channel.read(target);
            }

            @Override
            public void write(ByteBuffer bytes) throws IOException {
                while (bytes.hasRemaining()) {
                    if (bytes.isDirect()) {
                        channel.write(bytes);
                    } else {
                        int now = Math.min(PIECE, bytes.remaining());
                        piece.clear().put(bytes.slice(bytes.position(), now)).flip();
                        bytes.position(bytes.position() + now);
                        while (piece.hasRemaining()) {
                            channel.write(piece);
                        }
                    }
                }
            }

            @Override
            public void finish() throws IOException {
                channel.shutdownOutput();
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }

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
            public void write(ByteBuffer bytes) throws IOException {
                while (bytes.hasRemaining()) {
                    int now = Math.min(PIECE, bytes.remaining());
                    bytes.get(writing, 0, now);
                    out.write(writing, 0, now);
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
