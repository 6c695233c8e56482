package io.pepper.distributed.internal.flow;

import io.pepper.distributed.internal.proto.FlowHeader;
import io.pepper.distributed.internal.proto.FlowKind;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/** The connections from a node to the nodes that read its outputs. Thread-safe. */
final class HostLinks {
    private final String own;
    private final Members members;
    private final Optional<Supplier<SSLContext>> tls;
    private final long silenceNanos;
    private final BiConsumer<String, String> lost;
    private final Map<String, FrameConnection> byDevice = new HashMap<>();
    private final PeerClocks clocks = new PeerClocks();

    /**
     * Creates the connections of a node.
     *
     * @param own this node's device name
     * @param members where the others are
     * @param tls the TLS context; empty for none
     * @param silence the time without an answer after which a node counts as lost
     * @param lost hears the device that cannot be reached, and why
     */
    HostLinks(
            String own,
            Members members,
            Optional<Supplier<SSLContext>> tls,
            Duration silence,
            BiConsumer<String, String> lost) {
        this.own = own;
        this.members = members;
        this.tls = tls;
        this.silenceNanos = silence.toNanos();
        this.lost = lost;
    }

    /** Connects to a device, if there is no connection yet. */
    void connect(String device) {
        if (open(device).isEmpty()) {
            lost.accept(device, "is not a reachable member");
        }
    }

    private synchronized Optional<FrameConnection> open(String device) {
        FrameConnection known = byDevice.get(device);
        if (known != null) {
            return Optional.of(known);
        }
        Optional<FrameConnection> made = members.address(device)
                .map(address -> FrameConnection.start(
                        Sockets.connect(address, device, tls),
                        device + " (" + address + ")",
                        own,
                        ByteBuffer::allocateDirect,
                        new Peer(device)));
        made.ifPresent(connection -> {
            byDevice.put(device, connection);
            connection.ping(System.nanoTime(), 0, "");
        });
        return made;
    }

    /** The other side of an outgoing connection, which only answers pings. */
    private final class Peer implements FrameConnection.Handler {
        private final String device;

        Peer(String device) {
            this.device = device;
        }

        @Override
        public boolean wants(FrameConnection connection, FlowHeader header) {
            return false;
        }

        @Override
        public void frame(FrameConnection connection, FlowHeader header, List<ByteBuffer> tensors)
                throws FrameException {
            if (header.getKind() != FlowKind.FLOW_PONG) {
                throw new FrameException(
                        connection + " sends " + header.getKind() + " where only answers to pings are due");
            }
            if (clocks.answered(device, header)) {
                connection.ping(System.nanoTime(), 0, "");
            }
        }

        @Override
        public void closed(FrameConnection connection, String why) {
            if (forget(device, connection)) {
                lost.accept(device, why);
            }
        }
    }

    private synchronized boolean forget(String device, FrameConnection connection) {
        clocks.forget(device);
        return byDevice.remove(device, connection);
    }

    /** Returns the clocks of the nodes. */
    PeerClocks clocks() {
        return clocks;
    }

    /** Sends a frame, whose {@code done} is called once, also if it cannot be sent. */
    void send(String device, FrameEncoder.Encoded frame) {
        Optional<FrameConnection> connection = open(device);
        if (connection.isEmpty()) {
            frame.done().run();
            lost.accept(device, "is not a reachable member");
        } else if (!connection.get().send(frame)) {
            lost.accept(device, "the connection takes no further frames");
        }
    }

    /** Closes the connections to all other devices. */
    void keep(Collection<String> devices) {
        List<FrameConnection> unused;
        synchronized (this) {
            unused = byDevice.entrySet().stream()
                    .filter(link -> !devices.contains(link.getKey()))
                    .map(Map.Entry::getValue)
                    .toList();
            byDevice.keySet().retainAll(devices);
        }
        unused.forEach(connection -> connection.abort("no session needs the connection"));
    }

    /** Ends all connections as if they broke. */
    void breakAll() {
        List<FrameConnection> all;
        synchronized (this) {
            all = List.copyOf(byDevice.values());
        }
        all.forEach(connection -> connection.abort("the connection broke"));
    }

    /** Pings all, and ends connections to devices that do not answer. */
    void tick() {
        List<FrameConnection> all;
        synchronized (this) {
            all = List.copyOf(byDevice.values());
        }
        for (FrameConnection connection : all) {
            if (connection.silentNanos() > silenceNanos) {
                connection.abort(
                        "no answer for " + Duration.ofNanos(silenceNanos).toMillis() + " ms");
            } else {
                connection.ping(System.nanoTime(), 0, "");
            }
        }
    }
}
