package io.pepper.distributed.internal.flow;

import io.pepper.distributed.internal.proto.FlowHeader;
import io.pepper.distributed.internal.proto.FlowHello;
import io.pepper.distributed.internal.proto.FlowKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The channels between this node and others, by name: those that it answers, and those that it opens. Thread-safe. */
final class HostChannels {
    private static final Logger LOG = LoggerFactory.getLogger(HostChannels.class);
    private static final int MAX_OPEN = 8;
    private static final int BUFFER = 1 << 12;
    private static final long OPENING_MILLIS = 5_000;

    private final String own;
    private final Members members;
    private final Optional<Supplier<SSLContext>> tls;
    private final Map<String, StageHost.ChannelServer> servers = new ConcurrentHashMap<>();
    private final Semaphore open = new Semaphore(MAX_OPEN);

    /**
     * Creates the channels of a node.
     *
     * @param own this node's device name
     * @param members where the others are
     * @param tls the TLS context; empty for none
     */
    HostChannels(String own, Members members, Optional<Supplier<SSLContext>> tls) {
        this.own = own;
        this.members = members;
        this.tls = tls;
    }

    /** Answers channels of a name from now on. */
    void serve(String name, StageHost.ChannelServer server) {
        servers.put(name, server);
    }

    /** Gives a connection to the server of a channel, or refuses. */
    void accept(FrameConnection connection, FlowHeader header) {
        StageHost.ChannelServer server = servers.get(header.getChannel());
        if (server == null) {
            refuse(connection, "offers no '" + header.getChannel() + "'");
        } else if (!open.tryAcquire()) {
            refuse(connection, "has " + MAX_OPEN + " open channels");
        } else {
            FrameEncoder.Encoded answer =
                    FrameEncoder.encode(FlowHeader.newBuilder().setKind(FlowKind.FLOW_CHANNEL));
            connection.handOver(answer, (device, wire) -> {
                try (PeerChannel channel = new PeerChannel(device, wire)) {
                    server.serve(channel);
                } catch (IOException | RuntimeException ended) {
                    LOG.debug("{}: a channel with {} ends", own, device, ended);
                } finally {
                    open.release();
                }
            });
        }
    }

    private void refuse(FrameConnection connection, String why) {
        connection.send(FrameEncoder.encode(FlowHeader.newBuilder()
                .setKind(FlowKind.FLOW_FAILURE)
                .setFailure(HostRequests.failure("CHANNEL", own, why))));
        connection.finish();
    }

    /**
     * Opens a channel to another node.
     *
     * @throws IOException if the node cannot be reached within five seconds, or refuses
     */
    PeerChannel open(String device, String name) throws IOException {
        DataAddress address = members.address(device)
                .orElseThrow(() -> new IOException("'" + device + "' is not a reachable member of the cluster"));
        Wire wire = Sockets.connect(address, device, tls).open();
        CompletableFuture<Void> late = CompletableFuture.runAsync(
                () -> close(wire), CompletableFuture.delayedExecutor(OPENING_MILLIS, TimeUnit.MILLISECONDS));
        try {
            write(
                    wire,
                    FlowHeader.newBuilder()
                            .setKind(FlowKind.FLOW_HELLO)
                            .setHello(FlowHello.newBuilder()
                                    .setVersion(FrameConnection.VERSION)
                                    .setDevice(own)));
            write(wire, FlowHeader.newBuilder().setKind(FlowKind.FLOW_CHANNEL).setChannel(name));
            Answer answer = new Answer();
            answer.read(wire, device);
            late.cancel(false);
            return new PeerChannel(device, wire);
        } catch (IOException | RuntimeException failed) {
            late.cancel(false);
            close(wire);
            throw failed;
        }
    }

    private static void close(Wire wire) {
        try {
            wire.close();
        } catch (IOException failed) {
            LOG.debug("a connection cannot be closed", failed);
        }
    }

    private static void write(Wire wire, FlowHeader.Builder header) throws IOException {
        for (ByteBuffer piece : FrameEncoder.encode(header).pieces()) {
            wire.write(piece.duplicate());
        }
    }

    /** The answer to the request for a channel, after which no further bytes come unasked. */
    private static final class Answer implements FrameDecoder.Receiver {
        private @Nullable FlowHeader header;

        void read(Wire wire, String device) throws IOException {
            FrameDecoder decoder = new FrameDecoder(FrameLimits.DEFAULTS, this);
            ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
            while (header == null) {
                if (wire.read(buffer.clear()) < 0) {
                    throw new IOException("'" + device + "' closes the connection");
                }
                decoder.feed(buffer.flip());
            }
            FlowHeader found = header;
            if (found != null && found.getKind() == FlowKind.FLOW_FAILURE) {
                throw new IOException("'" + device + "' " + found.getFailure().getMessage());
            }
        }

        @Override
        public boolean wants(FlowHeader read) {
            return false;
        }

        @Override
        public void frame(FlowHeader read, List<ByteBuffer> tensors) throws FrameException {
            switch (read.getKind()) {
                case FLOW_HELLO -> {
                    if (read.getHello().getVersion() != FrameConnection.VERSION) {
                        throw new FrameException("the other side has frames of version "
                                + Integer.toUnsignedString(read.getHello().getVersion()));
                    }
                }
                case FLOW_CHANNEL, FLOW_FAILURE -> header = read;
                default -> LOG.trace("{} comes before the channel", read.getKind());
            }
        }
    }
}
