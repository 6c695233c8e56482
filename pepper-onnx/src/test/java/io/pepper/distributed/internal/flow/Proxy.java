package io.pepper.distributed.internal.flow;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** A way to a node that can freeze, as if the node were stopped, or break. */
final class Proxy implements AutoCloseable {
    private final ServerSocket server;
    private final DataAddress node;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private volatile CountDownLatch flowing = new CountDownLatch(0);

    Proxy(DataAddress node) throws IOException {
        this.node = node;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    DataAddress address() {
        return new DataAddress(server.getInetAddress().getHostAddress(), server.getLocalPort());
    }

    private interface Work {
        void run() throws Exception;
    }

    private void start(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (Exception ended) {
                        breakAll();
                    }
                },
                "proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() throws IOException {
        while (!server.isClosed()) {
            Socket from = server.accept();
            Socket to = new Socket(node.host(), node.port());
            sockets.add(from);
            sockets.add(to);
            start(() -> pass(from, to));
            start(() -> pass(to, from));
        }
    }

    private void pass(Socket from, Socket to) throws Exception {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        byte[] buffer = new byte[1 << 16];
        int count = in.read(buffer);
        while (count >= 0) {
            flowing.await();
            out.write(buffer, 0, count);
            count = in.read(buffer);
        }
        from.close();
        to.close();
    }

    /** Passes nothing on until {@link #thaw}. */
    void freeze() {
        flowing = new CountDownLatch(1);
    }

    void thaw() {
        flowing.countDown();
    }

    /** Ends all connections. */
    void breakAll() {
        for (Socket socket : sockets) {
            try {
                socket.close();
            } catch (IOException ended) {
                throw new IllegalStateException(ended);
            }
        }
        sockets.clear();
    }

    @Override
    public void close() throws IOException {
        stop();
    }

    /** Ends everything. */
    void stop() throws IOException {
        server.close();
        thaw();
        breakAll();
    }
}
