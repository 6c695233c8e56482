package io.pepper.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever an agent answers: it costs bounded time and memory, and only its own device. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class HostileAgentsTest {
    private static final String GOOD = "node_uname_info{nodename=\"good\"} 1\nnode_memory_MemTotal_bytes 5\n";

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        answer("/good/metrics", text(GOOD));
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void answer(String path, HttpHandler handler) {
        server.createContext(path, handler);
    }

    private static HttpHandler text(String text) {
        return bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private static HttpHandler bytes(byte... bytes) {
        return exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        };
    }

    private static HttpHandler endless(String line, long waitMillis) {
        return exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, 0);
                OutputStream out = exchange.getResponseBody();
                while (true) {
                    out.write(line.getBytes(StandardCharsets.UTF_8));
                    out.flush();
                    Thread.sleep(waitMillis);
                }
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        };
    }

    private String problem(HttpHandler bad) throws IOException {
        answer("/bad/metrics", bad);
        String address = "127.0.0.1:" + server.getAddress().getPort();
        AgentDeviceMonitor monitor = AgentDeviceMonitor.builder(List.of(address + "/good", address + "/bad"))
                .window(Duration.ofMillis(20))
                .timeout(Duration.ofMillis(500))
                .deadline(Duration.ofSeconds(5))
                .node(address + "/bad", "bad")
                .build();
        Map<String, DeviceReading> readings = monitor.read();
        assertThat(readings).containsOnlyKeys("good", "bad");
        assertThat(readings.get("good").state().memoryTotalBytes()).hasValue(5);
        assertThat(readings.get("bad").isKnown()).isFalse();
        String problem = readings.get("bad").problems().get(0);
        assertThat(problem).startsWith("http://" + address + "/bad: ").hasSizeLessThan(400);
        assertThat(problem.chars()).noneMatch(Character::isISOControl);
        return problem;
    }

    @Test
    void anEndlessAnswerIsCutOff() throws IOException {
        assertThat(problem(endless("# " + "x".repeat(60_000) + "\n", 0))).contains("more than 4194304 bytes");
    }

    @Test
    void aSlowAnswerIsCutOff() throws IOException {
        assertThat(problem(endless("a 1\n", 20))).contains("the answer did not end in time");
    }

    @Test
    void aCompressedBombIsCutOff() throws IOException {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bomb)) {
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 100; i++) {
                out.write(zeros);
            }
        }
        assertThat(problem(exchange -> {
                    exchange.getResponseHeaders().set("Content-Encoding", "gzip");
                    bytes(bomb.toByteArray()).handle(exchange);
                }))
                .contains("more than 4194304 bytes once it is decompressed");
    }

    @Test
    void aWebPageIsNoMetrics() throws IOException {
        assertThat(problem(text("<html><title>Sign in</title>\u001b[2J</html>")))
                .contains("line 1 of the metrics has no name of a metric at '<html><title>Sign in'");
    }

    @Test
    void oneDamagedLineSpoilsTheScrape() throws IOException {
        assertThat(problem(text(GOOD.replace("good", "bad") + "node_memory_MemTotal_bytes 6\n")))
                .contains(
                        "line 3 of the metrics has a series of node_memory_MemTotal_bytes that another line has, too");
    }

    @Test
    void refusalsAreExplainedAndRedirectsNotFollowed() throws IOException {
        assertThat(problem(exchange -> {
                    exchange.getResponseHeaders().set("Location", "/good/metrics");
                    exchange.sendResponseHeaders(302, -1);
                    exchange.close();
                }))
                .contains("redirected (HTTP 302), which is not followed");
    }

    @Test
    void aSecretIsInNoMessage() {
        answer("/mirror/metrics", exchange -> {
            String sent = exchange.getRequestHeaders().getFirst("Authorization");
            text(sent + " \n").handle(exchange);
        });
        AgentDeviceMonitor monitor = AgentDeviceMonitor.builder(
                        List.of("127.0.0.1:" + server.getAddress().getPort() + "/mirror"))
                .bearerToken("hush-hush")
                .window(Duration.ofMillis(20))
                .build();
        assertThatThrownBy(monitor::read)
                .hasMessageContaining("line 1 of the metrics")
                .hasMessageNotContaining("hush");
    }

    @Test
    void thousandsOfSeriesOfOneMetricAreReadInTime() throws IOException {
        StringBuilder disks = new StringBuilder();
        for (int i = 0; i < 5_000; i++) {
            disks.append("node_filesystem_avail_bytes{mountpoint=\"/m")
                    .append(i)
                    .append("\"} 1\n");
            disks.append("node_filesystem_size_bytes{mountpoint=\"/m").append(i).append("\"} 1\n");
        }
        answer("/many/metrics", text(GOOD + disks));
        AgentDeviceMonitor monitor = AgentDeviceMonitor.builder(
                        List.of("127.0.0.1:" + server.getAddress().getPort() + "/many"))
                .window(Duration.ofMillis(20))
                .build();
        assertThat(monitor.read().get("good").state().memoryTotalBytes()).hasValue(5);
    }
}
