package io.pepper.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cluster.LinkState;
import io.pepper.monitor.internal.link.LinkServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Links that agents measured, as a Prometheus has them, and agents whose names differ from those of their machines. */
class PrometheusLinksTest {
    private FaultServer server;

    @BeforeEach
    void start() throws IOException {
        server = new FaultServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private PrometheusDeviceMonitor.Builder builder() {
        return PrometheusDeviceMonitor.builder(server.uri()).retries(0, Duration.ofMillis(1));
    }

    private static String of(String agent, String from, String to, double value) {
        return "{\"metric\":{\"instance\":\"" + agent + "\",\"source\":\"" + from + "\",\"target\":\"" + to
                + "\"},\"value\":[1700000000.1,\"" + value + "\"]}";
    }

    @Test
    void linksAreReadWithTheirAge() throws IOException {
        server.answer("pepper_link_latency", of("a", "pi", "cloud", 0.01) + "," + of("b", "pi", "cloud", 0.02))
                .answer("pepper_link_bandwidth", of("b", "pi", "cloud", 2e6) + "," + of("a", "pi", "cloud", 1e6))
                .answer("pepper_link_age", of("a", "pi", "cloud", 50) + "," + of("b", "pi", "cloud", 5))
                .answer("pepper_link_failures", of("a", "pi", "cloud", 3) + "," + of("b", "pi", "moon", 4));
        List<LinkReading> readings = builder().node("pi", "camera").build().readLinks();
        assertThat(readings).hasSize(2);
        assertThat(readings.get(0).state().withReadAt(Instant.EPOCH))
                .isEqualTo(LinkState.of("camera", "cloud")
                        .withBytesPerSecond(2e6)
                        .withLatencySeconds(0.02)
                        .withReadAt(Instant.EPOCH));
        assertThat(readings.get(0).failures()).hasValue(3);
        assertThat(readings.get(1).state()).isEqualTo(LinkState.of("camera", "moon"));
        assertThat(builder().maxLinkAge(Duration.ofSeconds(1)).build().links()).isEmpty();
    }

    @Test
    void aPrometheusWithoutAgentsHasNoLinksAndOneThatIsAwayIsAnError() throws IOException {
        assertThat(builder().build().readLinks()).isEmpty();
        server.close();
        assertThatThrownBy(() -> builder().build().readLinks()).isInstanceOf(IOException.class);
        assertThat(builder().build().links()).isEmpty();
    }

    @Test
    void twoAgentsOnOneMachineAreTwoDevicesByTheirNames(@TempDir Path directory) throws Exception {
        String agent = "char_node_device_model{char_node_name=\"%s\",char_node_uuid=\"%1$s\",char_node_class=\"c\","
                + "char_node_device_model_name=\"Board %1$s\"} 1\nchar_node_cpu_energy_watt{char_node_name=\"%1$s\"} %2$d";
        LinkOptions links = LinkOptions.DEFAULTS.withLimits(1 << 20, Duration.ofSeconds(5), 0.5);
        try (FakeBoards boards = new FakeBoards();
                LinkServer far = LinkServer.start("right", LinkOptions.DEFAULTS);
                LinkServer near = LinkServer.start("left", links.withPeer("right", far.uri()))) {
            boards.board("/a", "left", 4, 0.2, 4_000_000_000L, String.format(agent, "left", 3))
                    .board("/b", "right", 4, 0.2, 4_000_000_000L, String.format(agent, "right", 4));
            assertThat(near.ask("POST", "/link/measure?target=right").statusCode())
                    .isEqualTo(200);
            String config = "scrape_configs:\n"
                    + job("left", boards.address(), "/a")
                    + job("right", boards.address(), "/b")
                    + job("links-of-left", near.uri().getAuthority(), "/metrics");
            try (RealPrometheus prometheus = RealPrometheus.start(directory, config)) {
                PrometheusDeviceMonitor monitor = prometheus.monitor().build();
                Map<String, DeviceReading> readings = RealPrometheus.await(
                        monitor,
                        found -> found.size() == 2
                                && found.values().stream()
                                        .allMatch(each -> each.state().model().isPresent()));
                assertThat(readings).containsOnlyKeys("left", "right");
                assertThat(readings.get("left").state().powerWatts()).hasValue(3);
                assertThat(readings.get("right").state().model()).hasValue("Board right");
                assertThat(readings.get("right").labels()).containsEntry("name", "right");
                List<LinkState> measured = monitor.links();
                while (measured.size() < 2) {
                    Thread.sleep(100);
                    measured = monitor.links();
                }
                assertThat(measured)
                        .extracting(link -> link.from() + ">" + link.to())
                        .containsExactly("left>right", "right>left");
                assertThat(measured).allMatch(link -> link.bytesPerSecond().orElse(0) > 0);
                assertThat(prometheus
                                .monitor()
                                .maxLinkAge(Duration.ofMillis(1))
                                .build()
                                .readLinks())
                        .allMatch(LinkReading::stale);
            }
        }
    }

    private static String job(String instance, String address, String path) {
        return """
                 - job_name: %s
                   scrape_interval: 200ms
                   scrape_timeout: 200ms
                   metrics_path: %s
                   static_configs: [{targets: ['%s'], labels: {instance: '10.0.0.%d:9100'}}]
               """
                .formatted(instance, path, address, 1 + instance.length());
    }
}
