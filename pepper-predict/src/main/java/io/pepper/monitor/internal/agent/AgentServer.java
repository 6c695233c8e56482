package io.pepper.monitor.internal.agent;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.pepper.internal.net.Certificates;
import io.pepper.internal.net.TimedExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** The server of an agent: the JDK's, with a deadline for each exchange. Thread-safe. */
public final class AgentServer implements AutoCloseable {
    /** The time after which an exchange is ended, in seconds. */
    public static final int MAX_SECONDS = 20;

    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int NOT_ALLOWED = 405;
    private static final int BACKLOG = 64;

    private final HttpServer server;
    private final TimedExecutor executor;

    private AgentServer(HttpServer server, TimedExecutor executor) {
        this.server = server;
        this.executor = executor;
    }

    /**
     * Starts the server.
     *
     * @param at the address; port 0 for any free one
     * @param tls the certificates; empty for HTTP
     * @param access the check of callers, for all paths
     * @param metrics answers {@code /metrics}
     * @param more further handlers by the start of their paths
     * @param maxMillis the time after which an exchange is ended, in milliseconds
     * @throws IOException if it cannot listen at the address, or a file of certificates is wrong
     */
    static AgentServer start(
            InetSocketAddress at,
            Optional<WebConfig.Tls> tls,
            Filter access,
            HttpHandler metrics,
            Map<String, HttpHandler> more,
            long maxMillis)
            throws IOException {
        HttpServer server = tls.isPresent() ? secured(at, tls.get()) : HttpServer.create(at, BACKLOG);
        TimedExecutor executor = new TimedExecutor("pepper-agent", maxMillis);
        server.setExecutor(executor);
        server.createContext("/", exchange -> AccessFilter.answer(exchange, NOT_FOUND, "see /metrics"))
                .getFilters()
                .add(access);
        server.createContext("/metrics", reading("/metrics", metrics))
                .getFilters()
                .add(access);
        HttpHandler healthy = exchange -> AccessFilter.answer(exchange, OK, "healthy");
        server.createContext("/-/healthy", reading("/-/healthy", healthy))
                .getFilters()
                .add(access);
        more.forEach((path, handler) ->
                server.createContext(path, handler).getFilters().add(access));
        server.start();
        return new AgentServer(server, executor);
    }

    private static HttpServer secured(InetSocketAddress at, WebConfig.Tls tls) throws IOException {
        SSLContext context = Certificates.server(new Certificates.Pair(tls.certificate(), tls.key()), tls.clients());
        HttpsServer server = HttpsServer.create(at, BACKLOG);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters chosen = getSSLContext().getDefaultSSLParameters();
                chosen.setProtocols(tls.protocols().toArray(String[]::new));
                chosen.setNeedClientAuth(tls.clients().isPresent());
                parameters.setSSLParameters(chosen);
            }
        });
        return server;
    }

    /** Returns a handler of one path, for GET and HEAD alone: the JDK's server calls it for all paths that start so. */
    private static HttpHandler reading(String path, HttpHandler handler) {
        return exchange -> {
            if (!exchange.getRequestURI().getPath().equals(path)) {
                AccessFilter.answer(exchange, NOT_FOUND, "see /metrics");
            } else if (exchange.getRequestMethod().equals("HEAD")) {
                AccessFilter.answer(exchange, OK, "");
            } else if (!exchange.getRequestMethod().equals("GET")) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                AccessFilter.answer(exchange, NOT_ALLOWED, "GET is expected");
            } else {
                handler.handle(exchange);
            }
        };
    }

    InetSocketAddress address() {
        return server.getAddress();
    }

    @Override
    public void close() {
        server.stop(0);
        executor.close();
    }
}
