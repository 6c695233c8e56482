package io.pepper.monitor;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Exporters of boards that do not exist, each under a path of its own; their counters follow the clock. */
final class FakeBoards implements AutoCloseable {
    private static final double NANO = 1e-9;

    private final HttpServer server;
    private final Map<String, Supplier<String>> pages = new ConcurrentHashMap<>();
    private final long begin = System.nanoTime();

    FakeBoards() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                Supplier<String> page = pages.get(exchange.getRequestURI().getPath());
                byte[] bytes = page == null ? new byte[0] : page.get().getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4");
                exchange.sendResponseHeaders(page == null ? 404 : 200, bytes.length == 0 ? -1 : bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        });
        server.start();
    }

    /** The address of all of them. */
    String address() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /** A page as it is. */
    FakeBoards page(String path, String text) {
        pages.put(path, () -> text);
        return this;
    }

    /** A board with a root file system of which a third is used, and with other lines. */
    FakeBoards board(String path, String nodeName, int cores, double busy, long memoryBytes, String... more) {
        String rest = String.join("\n", more);
        String disk = rest.contains("node_filesystem") ? "" : disk("/dev/root", "ext4", "/", 30e9, 20e9);
        pages.put(
                path,
                () -> processor(cores, busy)
                        + disk
                        + rest
                        + """

                node_uname_info{domainname="(none)",machine="aarch64",nodename="%s",release="6.1",sysname="Linux",version="#1"} 1
                node_memory_MemTotal_bytes %d
                node_procs_running 2
                """
                                .formatted(nodeName, memoryBytes)
                        + (rest.contains("MemAvailable")
                                ? ""
                                : "node_memory_MemAvailable_bytes " + memoryBytes / 2 + "\n"));
        return this;
    }

    /** What another path has, and further lines that are made anew for each scrape. */
    FakeBoards with(String path, String of, Supplier<String> more) {
        pages.put(path, () -> Objects.requireNonNull(pages.get(of)).get() + more.get());
        return this;
    }

    /** The seconds that all counters of time follow. */
    double seconds() {
        return 1000 + (System.nanoTime() - begin) * NANO;
    }

    /** What another path has, with times that are so far from now. */
    FakeBoards shifted(String path, String of, Duration by) {
        pages.put(path, () -> {
            String time = " " + Instant.now().plus(by).toEpochMilli() + "\n";
            return Objects.requireNonNull(pages.get(of))
                    .get()
                    .lines()
                    .filter(line -> !line.isBlank())
                    .map(line -> line + time)
                    .collect(Collectors.joining());
        });
        return this;
    }

    static String disk(String device, String kind, String mounted, double size, double available) {
        return """
               node_filesystem_size_bytes{device="%1$s",fstype="%2$s",mountpoint="%3$s"} %4$.0f
               node_filesystem_avail_bytes{device="%1$s",fstype="%2$s",mountpoint="%3$s"} %5$.0f
               """
                .formatted(device, kind, mounted, size, available);
    }

    private String processor(int cores, double busy) {
        double seconds = seconds();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < cores; i++) {
            text.append(String.format(
                    Locale.ROOT,
                    "node_cpu_seconds_total{cpu=\"%1$d\",mode=\"idle\"} %2$.3f%nnode_cpu_seconds_total{cpu=\"%1$d\",mode=\"user\"} %3$.3f%n",
                    i,
                    seconds * (1 - busy),
                    seconds * busy));
        }
        return text.toString();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
