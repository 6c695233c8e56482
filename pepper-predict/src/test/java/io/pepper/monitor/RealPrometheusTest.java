package io.pepper.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.predict.LoadGenerator;
import io.pepper.predict.LoadLevel;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Against a real Prometheus and a real node_exporter on loopback, Debian's packages; the agent's metrics come through
 * node_exporter's textfile collector.
 */
class RealPrometheusTest {
    @TempDir
    static Path directory;

    private static RealPrometheus prometheus;
    private static Process exporter;
    private static String instance = "";

    @BeforeAll
    static void start() throws IOException {
        RealPrometheus.assumeInstalled("prometheus", "prometheus-node-exporter");
        instance = "127.0.0.1:" + RealPrometheus.freePort();
        Files.writeString(
                directory.resolve("agent.prom"),
                """
                char_node_device_model{char_node_name="test-node",char_node_class="edge",char_node_uuid="u-1",\
                char_node_device_model_name="Raspberry Pi 4 Model B"} 1
                char_node_cpu_energy_watt{char_node_name="test-node"} 3.25
                char_node_ram_total_bytes{char_node_name="test-node"} 4e9
                """);
        exporter = new ProcessBuilder(
                        "prometheus-node-exporter",
                        "--web.listen-address=" + instance,
                        "--collector.textfile.directory=" + directory)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("exporter.log").toFile())
                .start();
        prometheus = RealPrometheus.start(
                directory,
                """
                global: {scrape_interval: 1s}
                scrape_configs: [{job_name: node, static_configs: [{targets: ['%s']}]}]
                """
                        .formatted(instance));
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (prometheus != null) {
            prometheus.close();
            exporter.destroy();
            assertThat(exporter.waitFor(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static PrometheusDeviceMonitor monitor(PrometheusQueries queries) {
        return prometheus.monitor().queries(queries).build();
    }

    /** Until all is there of this machine; the agent's node is another. */
    private static DeviceReading wait(DeviceMonitor monitor, Predicate<DeviceReading> there) throws Exception {
        return own(RealPrometheus.await(
                        monitor, readings -> own(readings).filter(there).isPresent()))
                .orElseThrow();
    }

    private static Optional<DeviceReading> own(Map<String, DeviceReading> readings) {
        return readings.values().stream()
                .filter(reading -> !reading.state().device().equals("test-node"))
                .findFirst();
    }

    @Test
    void readsThisMachine() throws Exception {
        PrometheusDeviceMonitor monitor = monitor(PrometheusQueries.over("5s"));
        DeviceReading reading = wait(monitor, r -> r.problems().isEmpty());
        assertThat(reading.state().device())
                .isEqualTo(InetAddress.getLocalHost().getHostName());
        assertThat(reading.state().cores()).hasValue(Runtime.getRuntime().availableProcessors());
        assertThat(reading.state().memoryFreeBytes().orElseThrow()).isBetween(1L << 20, 1L << 45);
        assertThat(reading.state().memoryTotalBytes().orElseThrow())
                .isGreaterThanOrEqualTo(reading.state().memoryFreeBytes().orElseThrow());
        assertThat(reading.state().diskUsagePercent().orElseThrow()).isBetween(0.0, 100.0);
        assertThat(reading.state().powerWatts()).as("the agent's node has it").isEmpty();
        DeviceReading agent = monitor.read().get("test-node");
        assertThat(agent.state().model()).hasValue("Raspberry Pi 4 Model B");
        assertThat(agent.state().powerWatts()).hasValue(3.25);
        assertThat(agent.state().memoryTotalBytes()).hasValue(4_000_000_000L);
        assertThat(agent.state().cpuLoadPercent()).isEmpty();
    }

    @Test
    void joinsTheAgentToTheInstanceItIsToldOf() throws Exception {
        PrometheusDeviceMonitor first = monitor(PrometheusQueries.over("5s"));
        wait(first, r -> r.problems().isEmpty());
        PrometheusDeviceMonitor named = prometheus
                .monitor()
                .queries(PrometheusQueries.over("5s"))
                .node(instance, "test-node")
                .build();
        Map<String, DeviceReading> readings = named.read();
        assertThat(readings).containsOnlyKeys("test-node");
        assertThat(readings.get("test-node").state().model()).hasValue("Raspberry Pi 4 Model B");
        assertThat(readings.get("test-node").state().cpuLoadPercent()).isPresent();
    }

    @Test
    void seesTheLoad() throws Exception {
        PrometheusDeviceMonitor monitor = monitor(PrometheusQueries.over("5s"));
        try (LoadGenerator load = LoadGenerator.start()) {
            load.set(LoadLevel.onAllCores(90));
            DeviceReading busy = wait(monitor, r -> r.state().cpuLoadPercent().orElse(0) > 70);
            assertThat(busy.state().runnableThreads()).isPresent();
        }
    }

    @Test
    void readsWithTheOriginalsQueries() throws Exception {
        DeviceReading reading = wait(
                monitor(PrometheusQueries.PAPER),
                r -> r.state().cpuLoadPercent().isPresent());
        assertThat(reading.state().cpuLoadPercent().orElseThrow())
                .as("eight modes whose shares add up to one: 87.5 % whatever the load, and more while the window fills")
                .isBetween(80.0, 100.0);
        assertThat(reading.state().memoryFreeBytes()).as("not asked for").isEmpty();
    }

    @Test
    void saysThatAQueryIsWrong() {
        PrometheusQueries wrong =
                PrometheusQueries.builder().cpuLoadPercent("rate(").build();
        assertThatThrownBy(() -> monitor(wrong).read()).hasMessageContaining("HTTP 400 bad_data");
    }
}
