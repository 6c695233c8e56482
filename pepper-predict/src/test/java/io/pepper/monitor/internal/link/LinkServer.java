package io.pepper.monitor.internal.link;

import com.sun.net.httpserver.HttpServer;
import io.pepper.monitor.LinkFeatures;
import io.pepper.monitor.LinkOptions;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A plain HTTP server with the links of an agent, at its paths and as metrics. */
public final class LinkServer implements AutoCloseable {
    private final HttpServer server;
    private final LinkFeature feature;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread daemon = new Thread(task, "link-server");
        daemon.setDaemon(true);
        return daemon;
    });

    private LinkServer(HttpServer server, LinkFeature feature) {
        this.server = server;
        this.feature = feature;
        PrometheusRegistry registry = new PrometheusRegistry();
        feature.register(registry);
        feature.handlers().forEach(server::createContext);
        server.createContext("/metrics", exchange -> {
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            PrometheusTextFormatWriter.create().write(text, registry.scrape());
            exchange.sendResponseHeaders(200, text.size());
            text.writeTo(exchange.getResponseBody());
            exchange.close();
        });
        server.setExecutor(threads);
        server.start();
    }

    /** Starts a server on the loopback address. */
    public static LinkServer start(String name, LinkOptions options) throws IOException {
        return start(name, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), options);
    }

    static LinkServer start(String name, InetSocketAddress at, LinkOptions options) throws IOException {
        return new LinkServer(HttpServer.create(at, 0), LinkFeatures.start(name, options));
    }

    /** Returns its address. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    String metrics() throws IOException, InterruptedException {
        return ask("GET", "/metrics").body();
    }

    /** Sends a request without a body. */
    public HttpResponse<String> ask(String method, String path, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(uri() + path)).method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        server.stop(0);
        feature.close();
        threads.shutdownNow();
    }
}
