package io.pepper.examples.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.net.SocketException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;

/**
 * A watch on the connection of a request, of which the server reads nothing while the request is answered. A client that
 * closes the connection, or its side of it, is gone. Not thread-safe.
 */
final class ClientWatch implements AutoCloseable {
    private final SocketChannel channel;
    private final Selector selector;

    private ClientWatch(SocketChannel channel) throws IOException {
        this.channel = channel;
        this.selector = Selector.open();
        channel.register(selector, SelectionKey.OP_READ);
    }

    /**
     * Watches the client of a request.
     *
     * @throws IOException if its connection is closed
     */
    static ClientWatch of(Context request) throws IOException {
        EndPoint end = ServletContextRequest.getServletContextRequest(request.req())
                .getConnectionMetaData()
                .getConnection()
                .getEndPoint();
        if (end.getTransport() instanceof SocketChannel channel) {
            return new ClientWatch(channel);
        }
        throw new IOException("the connection is no socket: " + end.getTransport());
    }

    /** Returns whether the client is gone. A further request that it sent already is still there to be read. */
    boolean isGone() throws IOException {
        selector.selectedKeys().clear();
        if (!channel.isOpen()) {
            return true;
        }
        try {
            return selector.selectNow() > 0 && channel.socket().getInputStream().available() == 0;
        } catch (SocketException reset) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        selector.close();
    }
}
