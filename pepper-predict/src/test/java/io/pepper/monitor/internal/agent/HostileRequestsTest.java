package io.pepper.monitor.internal.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that the agent refuses or ends, and the scrape after each that it answers. */
class HostileRequestsTest {
    private static final int OK = 200;

    @TempDir
    Path root;

    private AgentSettings impatient() throws IOException {
        return with(FakeNode.settings(root), List.of(), 300);
    }

    private static AgentSettings with(AgentSettings usual, List<MultiCollector> collectors, long millis) {
        return new AgentSettings(
                usual.address(),
                usual.port(),
                usual.name(),
                usual.location(),
                usual.webConfig(),
                usual.uuidFile(),
                usual.hostNames(),
                usual.unprotected(),
                collectors,
                usual.root(),
                millis);
    }

    private static Socket connect(FakeNode node, String text) throws IOException {
        Socket socket = new Socket(
                InetAddress.getLoopbackAddress(), node.agent().address().getPort());
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
        return socket;
    }

    private static String answer(Socket socket) throws IOException {
        try (socket) {
            return new String(socket.getInputStream().readNBytes(1000), StandardCharsets.ISO_8859_1);
        } catch (IOException reset) {
            return "";
        }
    }

    @Test
    void otherMethodsAndPathsAreRefused() throws Exception {
        try (FakeNode node = FakeNode.start(root)) {
            for (String method : List.of("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "NONSENSE")) {
                HttpRequest.BodyPublisher body = HttpRequest.BodyPublishers.ofString("x".repeat(10_000));
                assertThat(node.status(node.request("/metrics").method(method, body)))
                        .as(method)
                        .isEqualTo(405);
            }
            for (String path : List.of("/", "/metricsfoo", "/metrics/", "/../etc/passwd", "/-/healthyx", "//metrics")) {
                assertThat(node.status(node.request(path))).as(path).isEqualTo(404);
            }
            assertThat(node.status(node.request("/-/healthy"))).isEqualTo(OK);
            assertThat(node.status(node.request("/metrics").method("HEAD", HttpRequest.BodyPublishers.noBody())))
                    .isEqualTo(OK);
            assertThat(node.scrape()).contains("node_uname_info");
        }
    }

    @Test
    void pagesOfOthersAndForeignHostNamesAreRefused() throws Exception {
        try (FakeNode node = FakeNode.start(root)) {
            assertThat(answer(connect(node, "GET /metrics HTTP/1.0\r\nHost: evil.example:9100\r\n\r\n")))
                    .startsWith("HTTP/1.1 403")
                    .contains("evil.example");
            assertThat(answer(connect(node, "GET /metrics HTTP/1.0\r\n\r\n"))).startsWith("HTTP/1.1 403");
            assertThat(node.status(node.request("/metrics").header("Origin", "http://127.0.0.2")))
                    .isEqualTo(403);
            assertThat(answer(connect(node, "GET /metrics HTTP/1.0\r\nHost: localhost:9100\r\n\r\n")))
                    .startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void hugeHeadersAndGarbageDoNotEndTheAgent() throws Exception {
        try (FakeNode node = FakeNode.start(impatient())) {
            String long1 = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(2_000_000) + "\r\n\r\n";
            String many = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n" + "a: b\r\n".repeat(100_000) + "\r\n";
            for (String text : List.of(
                    long1,
                    many,
                    "\0\1\2\3".repeat(1000) + "\r\n\r\n",
                    "GET\r\n\r\n",
                    "GET /%zz HTTP/1.1\r\n\r\n",
                    "GET /metrics?name[]=%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
                    "GET /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
                    "GET /metrics HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")) {
                try {
                    assertThat(answer(connect(node, text))).doesNotContain("\tat ");
                } catch (IOException closedWhileSending) {
                    assertThat(text).hasSizeGreaterThan(1000);
                }
                assertThat(node.scrape()).contains("node_uname_info");
            }
        }
    }

    @Test
    void slowClientsLoseTheirConnectionsAndTheAgentAnswersOthers() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        try (FakeNode node = FakeNode.start(impatient())) {
            for (int i = 0; i < 100; i++) {
                sockets.add(connect(node, "GET /metrics HTTP/1.1\r\nHost: loc"));
            }
            assertThat(node.scrape()).contains("node_uname_info");
            assertThat(sockets.get(0).getInputStream().read())
                    .as("the agent has ended the connection")
                    .isEqualTo(-1);
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    @Test
    void manyConnectionsThatSendNothingDoNotHinderAScrape() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        try (FakeNode node = FakeNode.start(impatient())) {
            for (int i = 0; i < 300; i++) {
                sockets.add(connect(node, ""));
            }
            assertThat(node.scrape()).contains("node_uname_info");
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    @Test
    void openMetricsAndTheTextFormatAreChosenByTheClient() throws Exception {
        try (FakeNode node = FakeNode.start(root)) {
            HttpResponse<String> open = FakeNode.CLIENT.send(
                    node.request("/metrics")
                            .header("Accept", "application/openmetrics-text; version=1.0.0")
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(open.headers().firstValue("Content-Type").orElseThrow())
                    .startsWith("application/openmetrics-text");
            assertThat(open.body()).endsWith("# EOF\n").contains("# TYPE node_uname info");
            HttpResponse<String> text =
                    FakeNode.CLIENT.send(node.request("/metrics").build(), HttpResponse.BodyHandlers.ofString());
            assertThat(text.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain");
        }
    }

    @Test
    void aCollectorOfTheApplicationCanNeitherFailNorReplaceTheNodesMetrics() throws Exception {
        MultiCollector good = () -> MetricSnapshots.of(gauge("own_sessions", 3), gauge("node_load1", 99));
        MultiCollector bad = () -> {
            throw new IllegalStateException("broken");
        };
        FakeNode.system(root).file("proc/loadavg", "0.5 0.5 0.5 1/1 1\n");
        try (FakeNode node = FakeNode.start(with(FakeNode.settings(root), List.of(bad, good), 20_000))) {
            assertThat(node.scrape())
                    .contains("own_sessions 3.0")
                    .contains("node_load1 0.5")
                    .doesNotContain("99.0")
                    .doesNotContain("broken");
        }
    }

    private static GaugeSnapshot gauge(String name, double value) {
        return GaugeSnapshot.builder()
                .name(name)
                .dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .value(value)
                        .build())
                .build();
    }

    @Test
    void anAddressThatOthersReachIsRefusedWithoutProtectionUnlessTheUserAllowsIt() throws Exception {
        AgentSettings usual = FakeNode.settings(root);
        assertThatThrownBy(() -> FakeNode.start(at(usual, "0.0.0.0", false)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("other machines would reach the agent at 0.0.0.0 without TLS and users");
        try (FakeNode node = FakeNode.start(at(usual, "0.0.0.0", true))) {
            assertThat(answer(connect(node, "GET /metrics HTTP/1.0\r\nHost: node.example:9100\r\n\r\n")))
                    .startsWith("HTTP/1.1 200");
            assertThat(answer(connect(
                            node,
                            "GET /metrics HTTP/1.0\r\nHost: node.example\r\nOrigin: http://evil.example\r\n\r\n")))
                    .startsWith("HTTP/1.1 403");
        }
        assertThatThrownBy(() -> FakeNode.start(at(usual, "no.such.host.invalid", true)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no such address is known");
    }

    private static AgentSettings at(AgentSettings usual, String address, boolean unprotected) {
        return new AgentSettings(
                address,
                0,
                usual.name(),
                usual.location(),
                Optional.empty(),
                usual.uuidFile(),
                Set.of(),
                unprotected,
                List.of(),
                usual.root(),
                usual.maxMillis());
    }

    @Test
    void aTakenPortIsNamed() throws Exception {
        AgentSettings usual = FakeNode.settings(root);
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            AgentSettings same = new AgentSettings(
                    "127.0.0.1",
                    taken.getLocalPort(),
                    usual.name(),
                    usual.location(),
                    Optional.empty(),
                    usual.uuidFile(),
                    Set.of(),
                    false,
                    List.of(),
                    usual.root(),
                    usual.maxMillis());
            assertThatThrownBy(() -> FakeNode.start(same))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("127.0.0.1:" + taken.getLocalPort() + ": cannot listen there");
        }
    }
}
