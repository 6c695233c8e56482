package io.pepper.monitor.internal.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pepper.monitor.AgentDeviceMonitor;
import io.pepper.monitor.LinkFeatures;
import io.pepper.monitor.LinkOptions;
import io.pepper.monitor.LinkReading;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Agents that measure links to each other over real connections, and what they refuse. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class LinkFeatureTest {
    private static final LinkOptions SMALL = LinkOptions.DEFAULTS.withLimits(1 << 20, Duration.ofSeconds(5), 0.5);

    @Test
    void aLinkIsMeasuredOnRequestInBothDirections() throws Exception {
        try (LinkServer cloud = LinkServer.start("cloud", LinkOptions.DEFAULTS);
                LinkServer pi = LinkServer.start("pi", SMALL.withPeer("cloud", cloud.uri()))) {
            assertThat(pi.metrics())
                    .as("nothing was measured, and nothing failed")
                    .contains("pepper_link_failures_total{source=\"pi\",target=\"cloud\"} 0.0")
                    .doesNotContain("pepper_link_bandwidth_bytes_per_second{");
            HttpResponse<String> answer = pi.ask("POST", "/link/measure?target=cloud");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            JsonNode json = new ObjectMapper().readTree(answer.body());
            assertThat(json.get("source").asText()).isEqualTo("pi");
            assertThat(json.get("target").asText()).isEqualTo("cloud");
            assertThat(json.get("latencySeconds").asDouble()).isPositive();
            assertThat(json.get("bytesPerSecond").asDouble()).isPositive();
            assertThat(json.get("reverseBytesPerSecond").asDouble()).isPositive();
            assertThat(json.get("transferredBytes").asLong()).isBetween(1L, 1L << 20);
            assertThat(pi.metrics())
                    .contains("pepper_link_bandwidth_bytes_per_second{source=\"pi\",target=\"cloud\"}")
                    .contains("pepper_link_bandwidth_bytes_per_second{source=\"cloud\",target=\"pi\"}")
                    .contains("pepper_link_latency_seconds{source=\"pi\",target=\"cloud\"}")
                    .contains("pepper_link_measured_timestamp_seconds{source=\"cloud\",target=\"pi\"}")
                    .contains("pepper_link_stale{source=\"pi\",target=\"cloud\"} 0.0")
                    .contains("pepper_link_measurements_total{source=\"pi\",target=\"cloud\"} 1.0");
        }
    }

    @Test
    void agentsMeasureEachOtherOnScheduleAndTheMonitorReadsThem() throws Exception {
        int port = freePort();
        URI later = URI.create("http://127.0.0.1:" + port);
        LinkOptions often = SMALL.withInterval(Duration.ofMillis(50));
        try (LinkServer first = LinkServer.start("first", often.withPeer("third", later));
                LinkServer second = LinkServer.start("second", often.withPeer("first", first.uri()));
                LinkServer third = LinkServer.start(
                        "third",
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                        often.withPeer("second", second.uri()).withPeer("first", first.uri()))) {
            AgentDeviceMonitor monitor = AgentDeviceMonitor.builder(List.of(
                            first.uri().toString(),
                            second.uri().toString(),
                            third.uri().toString()))
                    .build();
            List<LinkReading> readings = List.of();
            while (readings.size() < 6 || monitor.links().size() < 6) {
                Thread.sleep(100);
                readings = monitor.readLinks();
            }
            assertThat(readings).allSatisfy(reading -> {
                assertThat(reading.problems()).isEmpty();
                assertThat(reading.state().bytesPerSecond()).isPresent();
                assertThat(reading.state().latencySeconds()).isPresent();
                assertThat(reading.state().readAt()).isPresent();
            });
            assertThat(readings)
                    .extracting(reading ->
                            reading.state().from() + ">" + reading.state().to())
                    .containsExactly(
                            "first>second",
                            "first>third",
                            "second>first",
                            "second>third",
                            "third>first",
                            "third>second");
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket reserved = new ServerSocket(0)) {
            return reserved.getLocalPort();
        }
    }

    @Test
    void aPeerThatIsAwayIsAFailureWithItsReason() throws Exception {
        URI nobody = URI.create("http://127.0.0.1:" + freePort());
        try (LinkServer pi = LinkServer.start("pi", SMALL.withPeer("cloud", nobody))) {
            HttpResponse<String> answer = pi.ask("POST", "/link/measure?target=cloud");
            assertThat(answer.statusCode()).isEqualTo(502);
            assertThat(answer.body())
                    .startsWith("the link from pi to cloud cannot be measured: " + nobody + " cannot be reached: ")
                    .contains("refused");
            assertThat(pi.metrics()).contains("pepper_link_failures_total{source=\"pi\",target=\"cloud\"} 1.0");
            List<LinkReading> readings = AgentDeviceMonitor.builder(
                            List.of(pi.uri().toString()))
                    .build()
                    .readLinks();
            assertThat(readings).singleElement().satisfies(reading -> {
                assertThat(reading.failures()).hasValue(1);
                assertThat(reading.state().isKnown()).isFalse();
                assertThat(reading.problems()).containsExactly("none of 1 measurements of it succeeded");
            });
        }
    }

    @Test
    void aMeasurementGrowsStale() throws Exception {
        try (LinkServer cloud = LinkServer.start("cloud", LinkOptions.DEFAULTS);
                LinkServer pi = LinkServer.start(
                        "pi", SMALL.withPeer("cloud", cloud.uri()).withMaxAge(Duration.ofNanos(1)))) {
            assertThat(pi.ask("POST", "/link/measure?target=cloud").statusCode())
                    .isEqualTo(200);
            assertThat(pi.metrics()).contains("pepper_link_stale{source=\"pi\",target=\"cloud\"} 1.0");
            Thread.sleep(5);
            List<LinkReading> readings = AgentDeviceMonitor.builder(
                            List.of(pi.uri().toString()))
                    .maxLinkAge(Duration.ofMillis(1))
                    .build()
                    .readLinks();
            assertThat(readings).hasSize(2).allSatisfy(reading -> {
                assertThat(reading.stale()).isTrue();
                assertThat(reading.state().isKnown()).isFalse();
                assertThat(reading.problems()).singleElement().asString().contains("which is older than 0 seconds");
            });
        }
    }

    @Test
    void onlyNamedPeersAreMeasuredAndNeverForAWebPage() throws Exception {
        try (LinkServer cloud = LinkServer.start("cloud", LinkOptions.DEFAULTS);
                LinkServer pi = LinkServer.start("pi", SMALL.withPeer("cloud", cloud.uri()))) {
            HttpResponse<String> unknown = pi.ask("POST", "/link/measure?target=http://evil:80");
            assertThat(unknown.statusCode()).isEqualTo(404);
            assertThat(unknown.body()).contains("this agent measures links to [cloud]");
            assertThat(pi.ask("POST", "/link/measure").statusCode()).isEqualTo(404);
            assertThat(pi.ask("GET", "/link/measure?target=cloud").statusCode()).isEqualTo(404);
            HttpResponse<String> page = pi.ask("POST", "/link/measure?target=cloud", "Origin", "http://evil");
            assertThat(page.statusCode()).isEqualTo(403);
            assertThat(pi.metrics()).contains("pepper_link_measurements_total{source=\"pi\",target=\"cloud\"} 0.0");
        }
    }

    @Test
    void transfersNeedATurnAndHaveBounds() throws Exception {
        try (LinkServer cloud = LinkServer.start("cloud", LinkOptions.DEFAULTS)) {
            assertThat(cloud.ask("GET", "/link/bytes?count=5").statusCode()).isEqualTo(409);
            String turn = turn(cloud);
            assertThat(cloud.ask("POST", "/link/turn").statusCode())
                    .as("another turn meanwhile")
                    .isEqualTo(503);
            for (String count : List.of("0", "-1", "", "1e3", "99999999999", "268435457", "0x10")) {
                assertThat(cloud.ask("GET", "/link/bytes?turn=" + turn + "&count=" + count)
                                .statusCode())
                        .as("count %s", count)
                        .isEqualTo(400);
            }
            assertThat(cloud.ask("GET", "/link/bytes?count=5&turn=" + turn).body())
                    .hasSizeBetween(1, 5);
            assertThat(cloud.ask("DELETE", "/link/turn?turn=" + turn).statusCode())
                    .isEqualTo(204);
            assertThat(cloud.ask("GET", "/link/elsewhere").statusCode()).isEqualTo(404);
            assertThat(cloud.ask("GET", "/link/ping").statusCode()).isEqualTo(204);
        }
    }

    private static String turn(LinkServer server) throws Exception {
        return server.ask("POST", "/link/turn")
                .headers()
                .firstValue(LinkHandler.TURN)
                .orElseThrow();
    }

    @Test
    void oneMeasurementRunsAtATime() throws Exception {
        try (LinkServer cloud = LinkServer.start("cloud", LinkOptions.DEFAULTS);
                LinkServer pi = LinkServer.start("pi", SMALL.withPeer("cloud", cloud.uri()))) {
            String turn = turn(cloud); // So that the first measurement waits for it.
            CompletableFuture<Integer> first = CompletableFuture.supplyAsync(() -> {
                try {
                    return pi.ask("POST", "/link/measure?target=cloud").statusCode();
                } catch (Exception failed) {
                    throw new IllegalStateException(failed);
                }
            });
            while (pi.ask("POST", "/link/measure?target=cloud").statusCode() != 503 && !first.isDone()) {
                Thread.onSpinWait();
            }
            assertThat(cloud.ask("DELETE", "/link/turn?turn=" + turn).statusCode())
                    .isEqualTo(204);
            assertThat(first.get()).isIn(200, 503);
        }
    }

    @Test
    void impossibleOptionsAreRefused() {
        LinkOptions links = LinkOptions.DEFAULTS;
        URI uri = URI.create("http://10.0.0.1:9100");
        assertThatThrownBy(() -> LinkFeatures.start("pi", links.withPeer("pi", uri)))
                .hasMessage("the device 'pi' has no link to itself");
        assertThatThrownBy(() -> links.withPeer(" ", uri)).hasMessageContaining("the name of a peer");
        assertThatThrownBy(() -> links.withPeer("a\nb", uri)).hasMessageContaining("no control character");
        assertThatThrownBy(() -> links.withPeer("a", URI.create("ftp://10.0.0.1")))
                .hasMessageContaining("is not http://HOST:PORT");
        assertThatThrownBy(() -> links.withPeer("a", URI.create("http://user:hush@10.0.0.1:9100")))
                .hasMessageContaining("has a user")
                .hasMessageNotContaining("hush");
        assertThatThrownBy(() -> links.withHeader("Authorization", "Bearer hush\r\nX: y"))
                .hasMessageContaining("not a single line")
                .hasMessageNotContaining("hush");
        assertThatThrownBy(() -> links.withInterval(Duration.ZERO)).hasMessageContaining("interval");
        assertThatThrownBy(() -> links.withLimits(1, Duration.ofSeconds(1), 1)).hasMessageContaining("maxBytes");
        assertThatThrownBy(() -> links.withLimits(1 << 20, Duration.ofSeconds(-1), 1))
                .hasMessageContaining("maxTime");
        for (double share : new double[] {0, 1.1, Double.NaN}) {
            assertThatThrownBy(() -> links.withLimits(1 << 20, Duration.ofSeconds(1), share))
                    .hasMessageContaining("maxShare");
        }
        assertThat(links.withHeader("Authorization", "Bearer hush").toString()).doesNotContain("hush");
    }
}
