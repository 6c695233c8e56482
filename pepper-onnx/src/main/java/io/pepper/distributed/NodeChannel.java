package io.pepper.distributed;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A stream of bytes in both directions between two nodes, for a {@link NodeCapability} of both. It has a connection of its
 * own, as those for tensors: with certificates, if the cluster has them. One thread reads and another one writes; any
 * thread closes.
 */
public interface NodeChannel extends AutoCloseable {
    /**
     * Returns the name of the other node.
     *
     * @return the node that a task asked for; for a served channel, the name that the other side states
     */
    String device();

    /**
     * Reads some bytes, and waits for the first one. They come from another machine: check them.
     *
     * @param target the buffer, with room
     * @return the number of bytes; -1 at the end
     * @throws IOException if the connection breaks, or is closed
     */
    int read(ByteBuffer target) throws IOException;

    /**
     * Writes bytes, and waits while the other side does not read.
     *
     * @param bytes the bytes, all of which are written
     * @throws IOException if the connection breaks, or is closed
     */
    void write(ByteBuffer bytes) throws IOException;

    /**
     * Ends the connection at once.
     *
     * @throws IOException if it cannot be closed
     */
    @Override
    void close() throws IOException;
}
