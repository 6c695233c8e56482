package io.pepper.monitor;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;

/** Answers as Prometheus does, or as it should not. */
final class FaultServer implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, String> answers = new LinkedHashMap<>();
    final List<String> authorizations = Collections.synchronizedList(new ArrayList<>());
    private volatile int status = 200;
    private final AtomicInteger failures = new AtomicInteger();
    final AtomicInteger requests = new AtomicInteger();
    private volatile long delayMillis;
    private volatile boolean stalls;
    private volatile boolean trickles;
    private final Map<String, String> headers = new ConcurrentHashMap<>();
    final List<String> tenants = Collections.synchronizedList(new ArrayList<>());

    private final boolean secure;

    FaultServer() throws IOException {
        this(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0), false);
    }

    private FaultServer(HttpServer server, boolean secure) {
        this.server = server;
        this.secure = secure;
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    /** A server that shows its certificate. */
    static FaultServer secure(SSLContext certificate) throws IOException {
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(certificate));
        return new FaultServer(server, true);
    }

    URI uri() {
        return URI.create((secure ? "https" : "http") + "://127.0.0.1:"
                + server.getAddress().getPort() + "/prom");
    }

    /** A query that contains a text is answered so. */
    FaultServer answer(String part, String result) {
        answers.put(part, "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[" + result + "]}}");
        return this;
    }

    FaultServer raw(String part, String body) {
        answers.put(part, body);
        return this;
    }

    FaultServer status(int code) {
        status = code;
        return this;
    }

    /** The first requests fail with HTTP 503. */
    FaultServer failures(int count) {
        failures.set(count);
        return this;
    }

    FaultServer delay(long millis) {
        delayMillis = millis;
        return this;
    }

    /** Begins to answer, and does not go on. */
    FaultServer stalls() {
        stalls = true;
        return this;
    }

    /** Answers a byte at a time, and takes longer than anyone should wait. */
    FaultServer trickles() {
        trickles = true;
        return this;
    }

    FaultServer header(String name, String value) {
        headers.put(name, value);
        return this;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String query =
                    URLDecoder.decode(String.valueOf(exchange.getRequestURI().getRawQuery()), StandardCharsets.UTF_8);
            requests.incrementAndGet();
            authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            tenants.add(String.valueOf(exchange.getRequestHeaders().getFirst("X-Scope-OrgID")));
            headers.forEach(exchange.getResponseHeaders()::set);
            if (delayMillis > 0) {
                Thread.sleep(delayMillis);
            }
            boolean fails = failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
            String body = answers.entrySet().stream()
                    .filter(answer -> query.contains(answer.getKey()))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElse("{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}");
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(fails ? 503 : status, bytes.length);
            for (int i = 0; trickles && i < bytes.length; i++) {
                exchange.getResponseBody().write(bytes, i, 1);
                exchange.getResponseBody().flush();
                Thread.sleep(1_000);
            }
            if (stalls) {
                exchange.getResponseBody().write(bytes, 0, bytes.length / 2);
                exchange.getResponseBody().flush();
                Thread.sleep(60_000); // Until the server is stopped.
            }
            exchange.getResponseBody().write(bytes);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
