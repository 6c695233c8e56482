package io.pepper.distributed.internal.flow;

import io.pepper.distributed.internal.proto.PartMeasure;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/**
 * The stages of a node: takes tensors from other nodes and from callers, runs the parts, and sends each output once to
 * each node that reads it. Thread-safe.
 */
public interface StageHost extends AutoCloseable {
    /**
     * Starts a host.
     *
     * @param options its name, address and limits
     * @param members where other nodes are
     * @param tls the TLS context of the node, whose certificates the host asks for; empty for connections in the clear
     * @return the host, for the caller to close
     * @throws IOException if the address cannot be bound
     */
    static StageHost start(HostOptions options, Members members, Optional<Supplier<SSLContext>> tls)
            throws IOException {
        return FlowHost.start(options, members, tls);
    }

    /**
     * Serves a part from now on. A part of the same deployment, version and number must not be served already.
     *
     * @param part the open part
     * @throws IllegalStateException if it is served already, or the host is closed
     * @throws IllegalArgumentException if a tensor of the part cannot travel
     */
    void serve(ServedPart part);

    /**
     * Stops serving a part: requests that wait for it fail, the running one is cancelled and awaited. After the return
     * the stage may be closed.
     *
     * @param deployment the name of the deployment
     * @param version its version
     * @param part the number of the part
     * @throws TimeoutException if the running call does not end; then the stage must not be closed
     */
    void stop(String deployment, String version, int part) throws TimeoutException;

    /**
     * Answers channels of a name from now on. At most eight channels are open at the same time.
     *
     * @param name the name
     * @param server answers each channel, on a thread of its own
     */
    void serveChannels(String name, ChannelServer server);

    /**
     * Opens a channel to another node, over a connection as those for tensors.
     *
     * @param device the other node's device name
     * @param name the name of the channel
     * @return the channel, for the caller to close
     * @throws IOException if the node cannot be reached within five seconds, or does not answer channels of this name
     */
    PeerChannel openChannel(String device, String name) throws IOException;

    /** Answers channels. */
    interface ChannelServer {
        /**
         * Answers a channel, which is closed after the return.
         *
         * @param channel the channel; the name of the other node is what that node states
         * @throws IOException if the channel breaks
         */
        void serve(PeerChannel channel) throws IOException;
    }

    /**
     * Returns what the served parts of a version did so far.
     *
     * @param deployment the name of the deployment
     * @param version its version
     * @return the counts, in the order of the parts
     */
    List<PartMeasure> measures(String deployment, String version);

    /**
     * Returns the bytes of tensors that the host holds.
     *
     * @return bytes, 0 or more
     */
    long heldBytes();

    /**
     * Returns the address at which the host takes tensors.
     *
     * @return the bound address
     */
    DataAddress address();

    /**
     * Ends all connections, waits for running calls for a limited time, and forgets all requests. Stages stay open.
     *
     * @throws IOException if it cannot be closed
     */
    @Override
    void close() throws IOException;
}
