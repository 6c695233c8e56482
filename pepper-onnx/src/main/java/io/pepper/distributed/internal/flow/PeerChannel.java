package io.pepper.distributed.internal.flow;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A stream of bytes in both directions between two nodes, on a connection of its own. One thread reads and another one
 * writes; any thread closes.
 */
public final class PeerChannel implements AutoCloseable {
    private final String device;
    private final Wire wire;

    PeerChannel(String device, Wire wire) {
        this.device = device;
        this.wire = wire;
    }

    /**
     * Returns the name of the other node: the one that was asked for, or else the one that the other side states.
     *
     * @return the device's name
     */
    public String device() {
        return device;
    }

    /**
     * Reads some bytes, and waits for the first one.
     *
     * @param target where to, with room
     * @return their number; -1 at the end
     * @throws IOException if the connection breaks, or is closed
     */
    public int read(ByteBuffer target) throws IOException {
        return wire.read(target);
    }

    /**
     * Writes bytes.
     *
     * @param bytes all of these
     * @throws IOException if the connection breaks, or is closed
     */
    public void write(ByteBuffer bytes) throws IOException {
        wire.write(bytes);
    }

    /**
     * Ends the connection at once.
     *
     * @throws IOException if it cannot be closed
     */
    @Override
    public void close() throws IOException {
        wire.close();
    }
}
