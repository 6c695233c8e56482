package io.pepper.distributed.internal.flow;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens connections, in the clear or with TLS on both sides. Stateless and therefore thread-safe. */
final class Sockets {
    private static final Logger LOG = LoggerFactory.getLogger(Sockets.class);
    private static final int BACKLOG = 256;
    private static final int SOCKET_BUFFER = 4 << 20;
    private static final int CONNECTING_MILLIS = (int) Duration.ofSeconds(3).toMillis();

    private Sockets() {}

    /** Opens a connection; called on the thread that then reads from it. */
    @FunctionalInterface
    interface Opener {
        /**
         * Opens the connection.
         *
         * @return the open connection
         * @throws IOException if the other side cannot be reached, or does not prove its name
         */
        Wire open() throws IOException;
    }

    /** A server. */
    interface Server extends AutoCloseable {
        /** Returns the bound address. */
        InetSocketAddress address();

        /** Takes no further connections. */
        @Override
        void close() throws IOException;
    }

    /**
     * Starts a server.
     *
     * @param host the address to bind
     * @param port the port; 0 for a free one
     * @param tls the TLS context; empty for none
     * @param accept takes over a connection; if it returns false, the connection is closed
     */
    static Server bind(String host, int port, Optional<Supplier<SSLContext>> tls, Predicate<Opener> accept)
            throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER);
            channel.bind(new InetSocketAddress(host, port), BACKLOG);
        } catch (IOException | RuntimeException failed) {
            channel.close();
            throw new IOException("cannot listen on " + host + ":" + port + ": " + failed.getMessage(), failed);
        }
        InetSocketAddress address = (InetSocketAddress) channel.getLocalAddress();
        Thread thread = new Thread(() -> accept(channel, tls, accept), "pepper-accept-" + address.getPort());
        thread.setDaemon(true);
        thread.start();
        return new Server() {
            @Override
            public InetSocketAddress address() {
                return address;
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }

    private static void accept(
            ServerSocketChannel server, Optional<Supplier<SSLContext>> tls, Predicate<Opener> accept) {
        while (server.isOpen()) {
            try {
                SocketChannel made = server.accept();
                if (!accept.test(() -> accepted(made, tls))) {
                    made.close();
                }
            } catch (IOException | RuntimeException failed) {
                if (server.isOpen()) {
                    LOG.warn("a connection cannot be accepted", failed);
                }
            }
        }
    }

    private static Wire accepted(SocketChannel channel, Optional<Supplier<SSLContext>> tls) throws IOException {
        try {
            settle(channel);
            if (tls.isEmpty()) {
                return ChannelWire.of(channel);
            }
            SSLSocket socket = layered(channel.socket(), tls.get().get(), "", 0);
            socket.setUseClientMode(false);
            socket.setNeedClientAuth(true);
            return secured(socket);
        } catch (IOException | RuntimeException failed) {
            channel.close();
            throw failed;
        }
    }

    /** Returns how to connect to a device, whose certificate must have its name. */
    static Opener connect(DataAddress address, String device, Optional<Supplier<SSLContext>> tls) {
        return () -> {
            SocketChannel channel = SocketChannel.open();
            try {
                settle(channel);
                channel.socket().connect(new InetSocketAddress(address.host(), address.port()), CONNECTING_MILLIS);
                if (tls.isEmpty()) {
                    return ChannelWire.of(channel);
                }
                SSLSocket socket = layered(channel.socket(), tls.get().get(), device, address.port());
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
                socket.setUseClientMode(true);
                return secured(socket);
            } catch (IOException | RuntimeException failed) {
                channel.close();
                throw failed;
            }
        };
    }

    private static void settle(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        channel.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER);
        channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER);
    }

    private static SSLSocket layered(Socket socket, SSLContext context, String device, int port) throws IOException {
        if (context.getSocketFactory().createSocket(socket, device, port, true) instanceof SSLSocket made) {
            return made;
        }
        throw new IOException("the TLS context makes no TLS sockets");
    }

    private static Wire secured(SSLSocket socket) throws IOException {
        socket.setSoTimeout(CONNECTING_MILLIS);
        socket.startHandshake();
        socket.setSoTimeout(0);
        return Wire.of(socket);
    }
}
