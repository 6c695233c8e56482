package io.pepper.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The original's documents from a real Prometheus, which scrapes two boards, an agent of one of them, and a kubelet. */
class MonitoringDocumentsTest {
    private static final String BASE = "char_node_name=\"pi\",char_node_class=\"edge\",char_node_uuid=\"u-1\"";

    private static final String AGENT =
            """
            char_node_device_model{%1$s,char_node_device_model_name="Raspberry Pi 4 Model B"} 1
            char_node_cpu_total_cores{%1$s,char_node_brand="Cortex-A72",char_node_arch="aarch64",char_node_bits="64"} 4
            char_node_ram_total_bytes{%1$s} 4e9
            char_node_disk_total_size{%1$s} 3.2e10
            char_node_battery{%1$s,char_node_plugged_battery="True"} 87.5
            char_node_location{%1$s,char_node_city="Turku",char_node_country="FI",char_node_continent="Europe",\
            char_node_latitude="60.45",char_node_longitude="22.26"} 1
            char_node_os{%1$s,char_node_os_name="",char_node_os_version=""} 0
            char_node_gpu{%1$s,char_node_gpu_model="VideoCore VI",char_node_gpu_type="integrated",char_node_gpu_id="0"} 1
            char_node_cpu_energy_watt{%1$s} 3.25
            """
                    .formatted(BASE);

    @TempDir
    static Path directory;

    private static FakeBoards boards;
    private static RealPrometheus prometheus;

    @BeforeAll
    static void start() throws IOException {
        RealPrometheus.assumeInstalled("prometheus");
        boards = new FakeBoards()
                .board("/plain", "pi", 4, 0.25, 4_000_000_000L)
                .board("/jetson", "jetson", 6, 0.5, 8_000_000_000L)
                .page("/agent", AGENT)
                .page("/nothing", "");
        boards.with("/pi", "/plain", MonitoringDocumentsTest::disksAndNetwork);
        boards.with("/kubelet", "/nothing", MonitoringDocumentsTest::pods);
        prometheus = RealPrometheus.start(
                directory,
                """
                global: {scrape_interval: 1s}
                scrape_configs:
                - job_name: node
                  static_configs:
                  - {targets: ['%1$s'], labels: {__metrics_path__: /pi, instance: 'pi:9100'}}
                  - {targets: ['%1$s'], labels: {__metrics_path__: /jetson, instance: 'jetson:9100'}}
                - job_name: agent
                  static_configs:
                  - {targets: ['%1$s'], labels: {__metrics_path__: /agent, instance: '10.0.0.4:5001'}}
                - job_name: kubelet
                  static_configs:
                  - {targets: ['%1$s'], labels: {__metrics_path__: /kubelet, instance: '10.0.0.4:10250', node: pi}}
                """
                        .formatted(boards.address()));
    }

    @AfterAll
    static void stop() {
        if (prometheus != null) {
            prometheus.close();
            boards.close();
        }
    }

    private static String disksAndNetwork() {
        double seconds = boards.seconds();
        return String.format(
                Locale.ROOT,
                """
                node_disk_read_time_seconds_total{device="mmcblk0"} %1$.3f
                node_disk_read_time_seconds_total{device="loop0"} %1$.3f
                node_disk_write_time_seconds_total{device="mmcblk0"} %2$.3f
                node_disk_io_time_seconds_total{device="mmcblk0"} %2$.3f
                node_network_transmit_bytes_total{device="eth0"} %3$.0f
                node_network_transmit_bytes_total{device="wlan0"} %3$.0f
                node_network_transmit_bytes_total{device="lo"} %4$.0f
                node_network_receive_bytes_total{device="eth0"} %4$.0f
                """,
                0.25 * seconds,
                0.5 * seconds,
                1e5 * seconds,
                1e6 * seconds);
    }

    private static String pods() {
        double seconds = boards.seconds();
        String pod = "namespace=\"shop\",pod=\"detector-1\"";
        return String.format(
                Locale.ROOT,
                """
                container_cpu_usage_seconds_total{%1$s,container="part"} %2$.3f
                container_cpu_usage_seconds_total{%1$s,container="helper"} %2$.3f
                container_cpu_usage_seconds_total{%1$s,container=""} 999999
                container_cpu_usage_seconds_total{id="/system.slice"} 999999
                container_memory_working_set_bytes{%1$s,container="part"} 5e7
                container_threads{%1$s,container="part"} 12
                container_network_receive_bytes_total{%1$s,interface="eth0"} %3$.0f
                container_network_transmit_bytes_total{%1$s,interface="eth0"} %3$.0f
                """,
                pod,
                seconds,
                2e5 * seconds);
    }

    private static MonitoringDocuments documents() {
        return MonitoringDocuments.of(prometheus.monitor().build(), "north").withWindow("10s");
    }

    private interface Query {
        MonitoringDocument read() throws IOException;
    }

    /** Until a document is as it should be once the windows of rates are full. */
    private static MonitoringDocument await(Query query, Predicate<MonitoringDocument> there)
            throws InterruptedException {
        Instant end = Instant.now().plus(Duration.ofSeconds(60));
        Object last = "nothing";
        while (Instant.now().isBefore(end)) {
            try {
                MonitoringDocument document = query.read();
                last = document;
                if (there.test(document)) {
                    return document;
                }
            } catch (IOException notYet) {
                last = notYet;
            }
            Thread.sleep(200);
        }
        throw new AssertionError(last);
    }

    private static boolean isSettled(MonitoringDocument nodes) {
        return !of(nodes, "Cpu Usage Results", "pi").isEmpty()
                && of(nodes, "Disk Read Latency Results", "pi").stream()
                        .anyMatch(entry -> Double.parseDouble(entry.get("disk_read_latency(percentage)")) > 22)
                && of(nodes, "Node Receive Bandwidth Results", "pi").stream()
                        .anyMatch(entry -> Double.parseDouble(entry.get("receive_bandwidth(avg_bytes)")) > 9e5);
    }

    private static List<Map<String, String>> of(MonitoringDocument document, String title, String node) {
        return document.results().get(title).stream()
                .filter(entry -> node.equals(entry.get("node")))
                .toList();
    }

    private static void assertNumber(Map<String, String> entry, String field, double value) {
        assertThat(Double.parseDouble(entry.get(field))).as(field).isCloseTo(value, within(0.15 * value));
    }

    @Test
    void theNodesHaveTheOriginalsFields() throws Exception {
        MonitoringDocument document = await(documents()::nodes, MonitoringDocumentsTest::isSettled);
        assertThat(document.fields().keySet())
                .containsExactly(
                        "timestamp",
                        "minicloud_id",
                        "Cpu Usage Results",
                        "Memory Usage Results",
                        "Disk Read Latency Results",
                        "Disk Write Latency Results",
                        "Filesystem Usage Results",
                        "Disk Size Results",
                        "Disk Free Space Results",
                        "Disk IO Usage Results",
                        "Node Transmit Bandwidth Results",
                        "Node Receive Bandwidth Results",
                        "notes");
        assertThat(document.fields()).containsEntry("minicloud_id", "north");
        assertThat(document.notes())
                .as("this Prometheus is young")
                .anyMatch(note -> note.startsWith("rates are too low until their window of 10s is full"));
        Map<String, String> cpu = of(document, "Cpu Usage Results", "pi").get(0);
        assertThat(cpu.keySet()).containsExactly("node", "cpu_usage(percentage)", "uuid");
        assertThat(cpu).containsEntry("uuid", "u-1");
        assertNumber(cpu, "cpu_usage(percentage)", 25);
        assertThat(of(document, "Memory Usage Results", "pi"))
                .containsExactly(Map.of(
                        "node", "pi",
                        "mem_usage(percentage)", "50",
                        "available_memory(bytes)", "2000000000",
                        "uuid", "u-1"));
        assertThat(of(document, "Filesystem Usage Results", "pi").get(0).keySet())
                .containsExactly("node", "filesystem_usage(percentage)", "uuid");
    }

    @Test
    void theDisksAndNetworksOfANodeAreItsOwn() throws Exception {
        MonitoringDocument document = await(documents()::nodes, MonitoringDocumentsTest::isSettled);
        assertThat(of(document, "Disk Read Latency Results", "jetson"))
                .as("it has no such series")
                .isEmpty();
        List<Map<String, String>> read = of(document, "Disk Read Latency Results", "pi");
        assertThat(read).as("a loop device is no disk").hasSize(1);
        assertThat(read.get(0).keySet()).containsExactly("node", "device", "disk_read_latency(percentage)", "uuid");
        assertThat(read.get(0)).containsEntry("device", "mmcblk0");
        assertNumber(read.get(0), "disk_read_latency(percentage)", 25);
        assertNumber(of(document, "Disk Write Latency Results", "pi").get(0), "disk_write_latency(percentage)", 50);
        assertNumber(of(document, "Disk IO Usage Results", "pi").get(0), "disk_io_time_spent(seconds)", 0.5);
        assertNumber(
                of(document, "Node Transmit Bandwidth Results", "pi").get(0), "transmit_bandwidth(avg_bytes)", 2e5);
        assertNumber(of(document, "Node Receive Bandwidth Results", "pi").get(0), "receive_bandwidth(avg_bytes)", 1e6);
        assertThat(of(document, "Disk Size Results", "jetson"))
                .containsExactly(Map.of("node", "jetson", "disk_total_size(bytes)", "30000000000", "uuid", ""));
        assertThat(of(document, "Disk Free Space Results", "pi"))
                .containsExactly(Map.of("node", "pi", "disk_free_space(bytes)", "20000000000", "uuid", "u-1"));
    }

    @Test
    void theCharacterizationHasTheOriginalsFields() throws Exception {
        MonitoringDocument document = await(documents()::characterization, all -> all.results().entrySet().stream()
                .noneMatch(list -> list.getValue().isEmpty() && !list.getKey().startsWith("OS")));
        Map<String, String> cpu = document.results().get("CPU Characterization").get(0);
        assertThat(cpu)
                .isEqualTo(Map.of(
                        "node_type", "edge",
                        "node_name", "pi",
                        "node_uuid", "u-1",
                        "node_ip", "10.0.0.4",
                        "node_cpu_arch", "aarch64",
                        "node_cpu_bits", "64",
                        "node_cpu_brand", "Cortex-A72",
                        "node_cpu_cores", "4"));
        assertThat(only(document, "Memory Characterization")).containsEntry("node_ram_total_bytes", "4000000000");
        assertThat(only(document, "Disk Characterization")).containsEntry("node_disk_total_size", "32000000000");
        assertThat(only(document, "Battery Characterization"))
                .containsEntry("node_battery_plugged", "True")
                .containsEntry("node_battery_percent", "87.5");
        assertThat(only(document, "Location Characterization"))
                .containsEntry("node_city", "Turku")
                .containsEntry("node_country", "FI")
                .containsEntry("node_continent", "Europe")
                .containsEntry("node_latitude", "60.45")
                .containsEntry("node_longitude", "22.26");
        assertThat(only(document, "GPU Characterization"))
                .containsEntry("node_gpu_model", "VideoCore VI")
                .containsEntry("node_gpu_type", "integrated")
                .containsEntry("node_gpu_id", "0")
                .containsEntry("quantity", "1");
        assertThat(document.results().get("OS Characterization")).isEmpty();
        assertThat(document.notes()).anyMatch(note -> note.contains("pi: OS Characterization: the agent knows none"));
    }

    private static Map<String, String> only(MonitoringDocument document, String title) {
        assertThat(document.results().get(title)).hasSize(1);
        return document.results().get(title).get(0);
    }

    @Test
    void thePodsAreSumsOfTheirContainers() throws Exception {
        MonitoringDocument document =
                await(documents()::pods, all -> all.results().get("Pod Receive Bandwidth Results").stream()
                        .anyMatch(entry -> Double.parseDouble(entry.get("max_receive_bandwidth(bytes)")) > 1.8e5));
        Map<String, String> cpu = only(document, "Pod CPU Usage Results");
        assertThat(cpu)
                .containsEntry("node", "pi")
                .containsEntry("namespace", "shop")
                .containsEntry("pod", "detector-1");
        assertThat(Double.parseDouble(cpu.get("max_pod_cpu_usage(seconds)")))
                .as("two containers, without the group of the pod")
                .isBetween(2000.0, 3000.0);
        assertThat(only(document, "Pod Memory Usage Results")).containsEntry("max_pod_memory_usage(bytes)", "50000000");
        assertThat(only(document, "Pod Threads Results")).containsEntry("max_pod_threads", "12");
        assertNumber(only(document, "Pod Receive Bandwidth Results"), "max_receive_bandwidth(bytes)", 2e5);
        assertNumber(only(document, "Pod Transmit Bandwidth Results"), "max_transmit_bandwidth(bytes)", 2e5);
    }

    /** The three queries of the original's profiler find the same node. */
    @Test
    void theOriginalsQueriesReadTheSameBoards() throws Exception {
        Map<String, DeviceReading> readings = RealPrometheus.await(
                prometheus.monitor().queries(PrometheusQueries.PAPER).build(),
                all -> all.containsKey("pi")
                        && all.get("pi").state().model().isPresent()
                        && all.get("pi").state().cpuLoadPercent().isPresent());
        assertThat(readings.get("pi").state().model()).hasValue("Raspberry Pi 4 Model B");
        assertThat(readings.get("pi").state().cpuLoadPercent().orElseThrow())
                .as("two modes, whose shares add up to one: 50 % whatever the load, and more while the window fills")
                .isBetween(45.0, 100.0);
        assertThat(readings.get("pi").state().diskUsagePercent().orElseThrow()).isCloseTo(33.3, within(0.1));
        assertThat(readings.get("pi").labels()).containsEntry("uuid", "u-1").containsEntry("class", "edge");
    }
}
