package io.pepper.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Link;
import io.pepper.cluster.LinkState;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nodes and links that are read from agents without a Prometheus. */
class AgentDeviceMonitorTest {
    private static final String AGENT = "char_node_class=\"Computer\",char_node_name=\"%s\",char_node_uuid=\"u-%1$s\"";

    private FakeBoards boards;

    @BeforeEach
    void start() throws IOException {
        boards = new FakeBoards();
    }

    @AfterEach
    void stop() {
        boards.close();
    }

    private AgentDeviceMonitor.Builder builder(String... paths) {
        return AgentDeviceMonitor.builder(
                        Stream.of(paths).map(path -> boards.address() + path).toList())
                .window(Duration.ofMillis(100))
                .timeout(Duration.ofSeconds(5));
    }

    /** The metrics of an agent beside those of a node_exporter. */
    private static String[] agent(String name, String model, double watts) {
        String labels = String.format(AGENT, name);
        return new String[] {
            "char_node_device_model{" + labels + ",char_node_device_model_name=\"" + model + "\"} 1",
            "char_node_ram_total_bytes{" + labels + "} 7e9",
            "char_node_cpu_total_cores{" + labels + ",char_node_arch=\"aarch64\"} 16",
            "char_node_cpu_energy_watt{" + labels + "} " + watts,
            "node_cpu_scaling_frequency_hertz{cpu=\"0\"} 1.2e9",
            "node_cpu_scaling_frequency_max_hertz{cpu=\"0\"} 1.5e9",
            "node_thermal_zone_temp{type=\"cpu-thermal\",zone=\"0\"} 61.5",
            "node_pressure_cpu_waiting_seconds_total 5"
        };
    }

    private static String link(String metric, String from, String to, double value) {
        return "pepper_link_" + metric + "{source=\"" + from + "\",target=\"" + to + "\"} " + value;
    }

    private static String links(String from, String to, double rate, double latency, double age) {
        return link("bandwidth_bytes_per_second", from, to, rate) + "\n" + link("latency_seconds", from, to, latency)
                + "\n" + link("age_seconds", from, to, age) + "\n";
    }

    @Test
    void anAgentIsReadAsThroughAPrometheus() throws IOException {
        boards.board("/a/metrics", "raspberrypi", 4, 0.25, 4_000_000_000L, agent("pi4", "Raspberry Pi 4 Model B", 3.5));
        Map<String, DeviceReading> readings = builder("/a").build().read();
        assertThat(readings).containsOnlyKeys("pi4");
        DeviceReading reading = readings.get("pi4");
        DeviceState state = reading.state();
        assertThat(reading.problems()).isEmpty();
        assertThat(state.cpuLoadPercent().getAsDouble()).isEqualTo(25, within(2.0));
        assertThat(state.cores()).as("the node's own number, not the agent's").hasValue(4);
        assertThat(state.memoryTotalBytes()).hasValue(4_000_000_000L);
        assertThat(state.memoryFreeBytes()).hasValue(2_000_000_000L);
        assertThat(state.runnableThreads()).hasValue(2);
        assertThat(state.diskUsagePercent().getAsDouble()).isEqualTo(100.0 / 3, within(0.1));
        assertThat(state.powerWatts()).hasValue(3.5);
        assertThat(state.model()).hasValue("Raspberry Pi 4 Model B");
        assertThat(state.platform().instructionSet()).hasValue("aarch64");
        assertThat(state.readAt()).isPresent();
        assertThat(reading.conditions().clockPercent()).isEqualTo(OptionalDouble.of(80));
        assertThat(reading.conditions().temperatureCelsius()).hasValue(61.5);
        assertThat(reading.conditions().cpuPressurePercent()).hasValue(0);
        assertThat(reading.labels()).containsEntry("class", "Computer").containsEntry("uuid", "u-pi4");
        assertThat(reading.identity()).isEqualTo("{instance=\"" + boards.address() + "/a\"}");
    }

    @Test
    void graphicsProcessorsAreRead() throws IOException {
        boards.board(
                "/a/metrics",
                "one",
                4,
                0.1,
                4_000_000_000L,
                "node_drm_gpu_busy_percent{card=\"card0\"} 20",
                "node_drm_gpu_busy_percent{card=\"card1\"} 70",
                "node_drm_memory_vram_size_bytes{card=\"card0\"} 4e9",
                "node_drm_memory_vram_size_bytes{card=\"card1\"} 4e9",
                "node_drm_memory_vram_used_bytes{card=\"card0\"} 1e9",
                "node_drm_memory_vram_used_bytes{card=\"card1\"} 2e9");
        DeviceState state = builder("/a").build().read().get("one").state();
        assertThat(state.gpu().loadPercent()).hasValue(70);
        assertThat(state.gpu().memoryTotalBytes()).hasValue(8_000_000_000L);
        assertThat(state.gpu().memoryFreeBytes()).hasValue(5_000_000_000L);
    }

    @Test
    void agentsWithTheSameHostNameAreToldApartByTheirOwnNames() throws IOException {
        boards.board("/a/metrics", "raspberrypi", 4, 0.1, 4_000_000_000L, agent("left", "Raspberry Pi 4", 3))
                .board("/b/metrics", "raspberrypi", 4, 0.1, 4_000_000_000L, agent("right", "Raspberry Pi 4", 4))
                .board("/c/metrics", "plain", 2, 0.1, 1_000_000_000L);
        Map<String, DeviceReading> readings = builder("/a", "/b", "/c").build().read();
        assertThat(readings).containsOnlyKeys("left", "right", "plain");
        assertThat(readings.get("left").state().powerWatts()).hasValue(3);
        assertThat(readings.get("right").state().powerWatts()).hasValue(4);
        assertThat(readings.get("plain").state().powerWatts()).isEmpty();
    }

    @Test
    void theUserAndTheClusterNameDevices() throws IOException {
        boards.board("/a/metrics", "one", 4, 0.1, 4_000_000_000L).board("/b/metrics", "two", 4, 0.1, 4_000_000_000L);
        assertThat(builder("/a", "/b")
                        .node(boards.address() + "/a", "camera")
                        .devices(List.of("TWO"))
                        .build()
                        .read())
                .containsOnlyKeys("camera", "TWO");
    }

    @Test
    void aNodeExporterAloneHasNoPowerAndAnAgentAloneHasNoLoad() throws IOException {
        boards.page("/a/metrics", String.join("\n", agent("alone", "Jetson Nano", 2)) + "\n");
        DeviceReading reading = builder("/a").build().read().get("alone");
        assertThat(reading.state().cores()).hasValue(16);
        assertThat(reading.state().memoryTotalBytes()).hasValue(7_000_000_000L);
        assertThat(reading.state().model()).hasValue("Jetson Nano");
        assertThat(reading.problems()).contains("CPU load: the agent has none", "free memory: the agent has none");
    }

    @Test
    void anUnknownModelIsNoModel() throws IOException {
        boards.board(
                "/a/metrics",
                "one",
                4,
                0.1,
                4_000_000_000L,
                "char_node_device_model{" + String.format(AGENT, "one")
                        + ",char_node_device_model_name=\"unknown\"} 0");
        assertThat(builder("/a").build().read().get("one").state().model()).isEmpty();
    }

    @Test
    void anAgentThatIsAwayIsADeviceWithItsReason() throws IOException {
        boards.board("/a/metrics", "one", 4, 0.1, 4_000_000_000L);
        Map<String, DeviceReading> readings = builder("/a", "/gone")
                .node(boards.address() + "/gone", "cloud")
                .build()
                .read();
        assertThat(readings).containsOnlyKeys("one", "cloud");
        assertThat(readings.get("cloud").isKnown()).isFalse();
        assertThat(readings.get("cloud").problems())
                .containsExactly(
                        "http://" + boards.address() + "/gone: has no /metrics (HTTP 404): it may be another program");
        assertThatThrownBy(() -> builder("/gone", "/away").build().read())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("/gone: has no /metrics")
                .hasMessageContaining("/away: has no /metrics");
        assertThatThrownBy(() -> builder("/gone").build().readLinks()).hasMessageContaining("/gone: has no /metrics");
        assertThat(builder("/gone").build().links()).isEmpty();
    }

    @Test
    void valuesThatCannotBeAreProblems() throws IOException {
        boards.board(
                "/a/metrics",
                "one",
                2,
                0.5,
                4_000_000_000L,
                "node_memory_MemAvailable_bytes -5",
                "node_filesystem_avail_bytes{mountpoint=\"/\"} NaN",
                "node_filesystem_size_bytes{mountpoint=\"/\"} 5",
                "char_node_cpu_energy_watt{" + String.format(AGENT, "one") + "} -1");
        DeviceReading reading = builder("/a").build().read().get("one");
        assertThat(reading.state().memoryFreeBytes()).isEmpty();
        assertThat(reading.state().diskUsagePercent()).isEmpty();
        assertThat(reading.state().powerWatts()).isEmpty();
        assertThat(reading.state().cores()).hasValue(2);
        assertThat(reading.problems())
                .contains("free memory: it is negative, -5.0", "disk usage: it is NaN", "power: it is negative, -1.0");
    }

    @Test
    void anAgentCannotSpeakForAnotherOne() throws IOException {
        boards.board("/a/metrics", "honest", 4, 0.1, 4_000_000_000L)
                .page(
                        "/b/metrics",
                        """
                        node_uname_info{nodename="liar",instance="%1$s/a",exported_instance="%1$s/a",job="x"} 1
                        node_memory_MemTotal_bytes{instance="%1$s/a"} 5
                        node_memory_MemAvailable_bytes{instance="%1$s/a"} 5
                        """
                                .formatted(boards.address()));
        Map<String, DeviceReading> readings = builder("/a", "/b").build().read();
        assertThat(readings).containsOnlyKeys("honest", "liar");
        assertThat(readings.get("honest").state().memoryTotalBytes()).hasValue(4_000_000_000L);
        assertThat(readings.get("liar").state().memoryTotalBytes()).hasValue(5);
    }

    @Test
    void theNewestMeasurementOfALinkCounts() throws IOException {
        boards.page("/a/metrics", links("pi", "cloud", 1e6, 0.010, 90) + links("cloud", "pi", 2e6, 0.010, 90))
                .page("/b/metrics", links("pi", "cloud", 3e6, 0.020, 30));
        List<LinkReading> readings = builder("/a", "/b").build().readLinks();
        assertThat(readings).hasSize(2);
        assertThat(readings.get(1).state().withReadAt(java.time.Instant.EPOCH))
                .isEqualTo(LinkState.of("pi", "cloud")
                        .withBytesPerSecond(3e6)
                        .withLatencySeconds(0.020)
                        .withReadAt(java.time.Instant.EPOCH));
        assertThat(readings.get(1).ageSeconds()).hasValue(30);
        Cluster cluster = Cluster.builder()
                .device(Device.of("pi"))
                .device(Device.of("cloud"))
                .defaultLink(Link.of(1, 1))
                .build();
        assertThat(cluster.withLinkStates(builder("/a", "/b").build().links()).link(0, 1))
                .hasValue(Link.of(3e6, 0.020));
    }

    @Test
    void linksHaveAnAgeAndPossibleValues() throws IOException {
        boards.page(
                "/a/metrics",
                links("a", "b", 1e6, 0.01, 601)
                        + link("latency_seconds", "a", "c", 0.01) + "\n"
                        + links("a", "d", -5, Double.NaN, 1)
                        + links("a", "e", 0, 0, 1)
                        + links("a", "a", 1, 1, 1)
                        + "pepper_link_latency_seconds{source=\"a\"} 1\n"
                        + "pepper_link_measured_timestamp_seconds{source=\"a\",target=\"c\"} 5\n"
                        + link("failures_total", "a", "f", 7) + "\n");
        List<LinkReading> readings = builder("/a").build().readLinks();
        assertThat(readings).extracting(reading -> reading.state().to()).containsExactly("b", "c", "d", "e", "f");
        assertThat(readings.get(0).stale()).isTrue();
        assertThat(readings.get(0).problems())
                .containsExactly("it was measured 601 seconds ago, which is older than 600 seconds");
        assertThat(readings.get(1).problems()).containsExactly("the age of its measurement is unknown");
        assertThat(readings.get(2).problems())
                .containsExactly(
                        "the link from 'a' to 'd': its latency cannot be NaN",
                        "the link from 'a' to 'd': its bandwidth cannot be -5.0");
        assertThat(readings.get(3).state().latencySeconds()).hasValue(0);
        assertThat(readings.get(3).state().bytesPerSecond()).isEmpty();
        assertThat(readings.get(4).problems()).containsExactly("none of 7 measurements of it succeeded");
        assertThat(readings.stream().filter(reading -> reading.state().isKnown()))
                .hasSize(1);
    }

    @Test
    void theTimeOfAMeasurementServesAsItsAgeForAnAgentThatTellsNone() throws IOException {
        double now = System.currentTimeMillis() / 1e3;
        boards.page(
                "/a/metrics",
                link("latency_seconds", "a", "b", 0.01) + "\n" + link("measured_timestamp_seconds", "a", "b", now - 60)
                        + "\n" + link("latency_seconds", "b", "a", 0.01) + "\n"
                        + link("measured_timestamp_seconds", "b", "a", now - 7_000) + "\n");
        List<LinkReading> readings = builder("/a").build().readLinks();
        assertThat(readings.get(0).state().latencySeconds()).hasValue(0.01);
        assertThat(readings.get(1).stale()).isTrue();
    }

    @Test
    void addressesAreChecked() {
        assertThatThrownBy(() -> AgentDeviceMonitor.builder(List.of())).hasMessageContaining("no agent");
        assertThatThrownBy(() -> AgentDeviceMonitor.builder(List.of("http://me:hush@a:9100")))
                .hasMessageContaining("has no user")
                .hasMessageNotContaining("hush");
        assertThatThrownBy(() -> AgentDeviceMonitor.builder(List.of("ftp://a:9100")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder("/a").window(Duration.ZERO)).hasMessageContaining("not above 0");
        AgentDeviceMonitor.builder(List.of("a:9100", "https://b", "http://c:9100/metrics", "[::1]:9100"));
    }
}
