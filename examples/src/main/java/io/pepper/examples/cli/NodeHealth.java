package io.pepper.examples.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.pepper.distributed.ClusterNode;
import io.pepper.examples.ListenFailures;
import io.pepper.internal.net.TimedExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The answers to probes, such as those of Kubernetes: {@code /livez} while the process answers, {@code /readyz} once the
 * node has joined and all parts that it serves are open. Starts before the node does. Thread-safe.
 */
final class NodeHealth implements AutoCloseable {
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int NOT_ALLOWED = 405;
    private static final int UNAVAILABLE = 503;
    private static final int BACKLOG = 16;
    private static final int MAX_MILLIS = 5_000;

    private final HttpServer server;
    private final TimedExecutor executor = new TimedExecutor("pepper-health", MAX_MILLIS);
    private volatile Optional<ClusterNode> node = Optional.empty();

    private NodeHealth(HttpServer server) {
        this.server = server;
    }

    /** Starts the server. */
    static NodeHealth start(ListenAddress listen) throws IOException {
        HttpServer server;
        try {
            server = HttpServer.create(new InetSocketAddress(listen.address(), listen.port()), BACKLOG);
        } catch (IOException | RuntimeException refused) {
            throw ListenFailures.of(listen.address(), listen.port(), refused);
        }
        NodeHealth health = new NodeHealth(server);
        server.setExecutor(health.executor);
        server.createContext("/", health::answer);
        server.start();
        return health;
    }

    /** Names the node, once it has started. */
    void of(ClusterNode started) {
        node = Optional.of(started);
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!exchange.getRequestMethod().equals("GET")) {
                send(exchange, NOT_ALLOWED, "GET is expected");
                return;
            }
            Optional<String> fault = node.map(ClusterNode::notReady).orElse(Optional.of("the node starts"));
            switch (exchange.getRequestURI().getPath()) {
                case "/livez" -> send(exchange, OK, "alive");
                case "/readyz" -> send(exchange, fault.isPresent() ? UNAVAILABLE : OK, fault.orElse("ready"));
                default -> send(exchange, NOT_FOUND, "see /livez and /readyz");
            }
        }
    }

    private static void send(HttpExchange exchange, int status, String line) throws IOException {
        byte[] body = (line + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
        executor.close();
    }
}
