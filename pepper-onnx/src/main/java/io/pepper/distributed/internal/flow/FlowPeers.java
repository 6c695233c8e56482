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
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** The connections of a session to nodes, whether each answers, and how its clock differs. Thread-safe. */
final class FlowPeers {
    private final String session;
    private final Members members;
    private final Optional<Supplier<SSLContext>> tls;
    private final long silenceNanos;
    private final BufferPool pool;
    private final Listener listener;
    private final Map<String, FrameConnection> connections = new HashMap<>();
    private final PeerClocks clocks = new PeerClocks();
    private long pingedNanos = System.nanoTime();

    /** Hears what nodes say. */
    interface Listener {
        /** Returns whether the tensors of a frame are wanted. */
        boolean wants(FlowHeader header);

        /** Receives a frame. */
        void frame(String device, FlowHeader header, List<ByteBuffer> tensors);

        /** Reports that the connection to a node has ended. */
        void gone(String device, String why);
    }

    /**
     * Creates the connections of a session.
     *
     * @param session its random name
     * @param members where the nodes are
     * @param tls the TLS context; empty for none
     * @param silence the time without an answer after which a node counts as lost
     * @param pool the memory of answers
     * @param listener hears what nodes say
     */
    FlowPeers(
            String session,
            Members members,
            Optional<Supplier<SSLContext>> tls,
            Duration silence,
            BufferPool pool,
            Listener listener) {
        this.session = session;
        this.members = members;
        this.tls = tls;
        this.silenceNanos = silence.toNanos();
        this.pool = pool;
        this.listener = listener;
    }

    /** Returns the connection to a node, which is opened if there is none; null if the node is not reachable. */
    synchronized @Nullable FrameConnection open(String device) {
        FrameConnection known = connections.get(device);
        if (known != null) {
            return known;
        }
        Optional<DataAddress> address = members.address(device);
        if (address.isEmpty()) {
            return null;
        }
        FrameConnection made = FrameConnection.start(
                Sockets.connect(address.get(), device, tls),
                device + " (" + address.get() + ")",
                "",
                pool::take,
                new Node(device));
        connections.put(device, made);
        made.ping(System.nanoTime(), 0, session);
        return made;
    }

    /** A node. */
    private final class Node implements FrameConnection.Handler {
        private final String device;

        Node(String device) {
            this.device = device;
        }

        @Override
        public boolean wants(FrameConnection connection, FlowHeader header) {
            return header.getKind() == FlowKind.FLOW_TENSORS && listener.wants(header);
        }

        @Override
        public void frame(FrameConnection connection, FlowHeader header, List<ByteBuffer> tensors) {
            if (header.getKind() == FlowKind.FLOW_PONG) {
                measure(device, header);
            } else {
                listener.frame(device, header, tensors);
            }
        }

        @Override
        public void closed(FrameConnection connection, String why) {
            if (forget(device, connection)) {
                listener.gone(device, why);
            }
        }
    }

    private synchronized boolean forget(String device, FrameConnection connection) {
        return connections.remove(device, connection);
    }

    private synchronized void measure(String device, FlowHeader pong) {
        FrameConnection connection = connections.get(device);
        if (clocks.answered(device, pong) && connection != null) {
            connection.ping(System.nanoTime(), 0, session);
        }
    }

    /** Returns the clocks of the nodes. */
    PeerClocks clocks() {
        return clocks;
    }

    /** Sends a frame; returns whether there was a connection. */
    boolean send(String device, FrameEncoder.Encoded frame) {
        FrameConnection connection;
        synchronized (this) {
            connection = connections.get(device);
        }
        return connection != null && connection.send(frame);
    }

    /** Sends a frame to all nodes. */
    void sendAll(FrameEncoder.Encoded frame) {
        List<FrameConnection> all;
        synchronized (this) {
            all = List.copyOf(connections.values());
        }
        all.forEach(connection -> connection.send(frame));
    }

    /** Ends a connection that is of no use. */
    void drop(String device, String why) {
        FrameConnection connection;
        synchronized (this) {
            connection = connections.remove(device);
            clocks.forget(device);
        }
        if (connection != null) {
            connection.abort(why);
        }
    }

    /** Ends the connections to all other nodes after a last frame. */
    void keep(Collection<String> devices, FrameEncoder.Encoded last) {
        List<FrameConnection> others;
        synchronized (this) {
            others = connections.entrySet().stream()
                    .filter(known -> !devices.contains(known.getKey()))
                    .map(Map.Entry::getValue)
                    .toList();
            connections.keySet().retainAll(devices);
            clocks.keep(devices);
        }
        for (FrameConnection connection : others) {
            connection.send(last);
            connection.finish();
        }
    }

    /** Pings all nodes now and then, and reports those that do not answer. */
    void tick(long oldestRequest) {
        long now = System.nanoTime();
        Map<String, FrameConnection> all;
        boolean due;
        synchronized (this) {
            all = Map.copyOf(connections);
            due = now - pingedNanos > silenceNanos / 5;
            pingedNanos = due ? now : pingedNanos;
        }
        all.forEach((device, connection) -> {
            if (connection.silentNanos() > silenceNanos) {
                String why = "no answer for " + Duration.ofNanos(silenceNanos).toMillis() + " ms";
                drop(device, why);
                listener.gone(device, why);
            } else if (due) {
                connection.ping(System.nanoTime(), oldestRequest, session);
            }
        });
    }
}
