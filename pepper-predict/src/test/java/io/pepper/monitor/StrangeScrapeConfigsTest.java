package io.pepper.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pepper.monitor.internal.Deadline;
import io.pepper.monitor.internal.PrometheusClient;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Prometheus that scrapes boards in ways that are strange, and common: two boards never become one, one never becomes two,
 * and what cannot be told apart is refused by name.
 */
class StrangeScrapeConfigsTest {
    @TempDir
    private Path directory;

    private FakeBoards boards;

    @BeforeEach
    void start() throws IOException {
        RealPrometheus.assumeInstalled("prometheus");
        boards = new FakeBoards();
    }

    @AfterEach
    void stop() {
        if (boards != null) {
            boards.close();
        }
    }

    /** A job that scrapes one path; more lines belong to its target. */
    private String job(String name, String path, String more) {
        return """
               - job_name: %s
                 metrics_path: %s
                 static_configs: [{targets: ["%s"]}]
               %s
               """
                .formatted(name, path, boards.address(), more.indent(2).stripTrailing());
    }

    /** A job whose instance, and other labels, are replaced. */
    private String job(String name, String path, Map<String, String> labels) {
        StringBuilder relabel = new StringBuilder("relabel_configs:\n");
        labels.forEach((label, value) -> relabel.append("- {target_label: ")
                .append(label)
                .append(", replacement: \"")
                .append(value)
                .append("\"}\n"));
        return job(name, path, relabel.toString());
    }

    private RealPrometheus prometheus(String... jobs) throws IOException {
        return RealPrometheus.start(
                directory, "global: {scrape_interval: 250ms}\nscrape_configs:\n" + String.join("", jobs));
    }

    private static Predicate<Map<String, DeviceReading>> loads(String... names) {
        return readings -> readings.keySet().equals(Set.of(names))
                && readings.values().stream()
                        .allMatch(reading -> reading.state().cpuLoadPercent().isPresent());
    }

    private static void assertBoard(DeviceReading reading, int cores, double load, long memory) {
        assertThat(reading.state().cores()).hasValue(cores);
        assertThat(reading.state().cpuLoadPercent().orElseThrow()).isCloseTo(load, within(8.0));
        assertThat(reading.state().memoryTotalBytes()).hasValue(memory);
        assertThat(reading.problems()).isEmpty();
        assertThat(reading.ambiguous()).isFalse();
    }

    private void twins() {
        boards.board("/a", "raspberrypi", 4, 0.05, 4_000_000_000L).board("/b", "raspberrypi", 4, 0.9, 1_000_000_000L);
    }

    @Test
    void twoBoardsOfOneNodeNameAreTwo() throws Exception {
        twins();
        try (RealPrometheus prometheus = prometheus(
                job("a", "/a", Map.of("instance", "192.168.1.31:9100")),
                job("b", "/b", Map.of("instance", "192.168.1.32:9100")))) {
            Map<String, DeviceReading> readings =
                    RealPrometheus.await(prometheus.monitor().build(), loads("192.168.1.31", "192.168.1.32"));
            assertBoard(readings.get("192.168.1.31"), 4, 5, 4_000_000_000L);
            assertBoard(readings.get("192.168.1.32"), 4, 90, 1_000_000_000L);
            assertThat(readings.get("192.168.1.31").identity()).isEqualTo("{instance=\"192.168.1.31:9100\"}");
            DeviceReading refused = prometheus
                    .monitor()
                    .devices(List.of("raspberrypi"))
                    .build()
                    .read()
                    .get("raspberrypi");
            assertThat(refused.ambiguous()).isTrue();
            assertThat(refused.isKnown()).isFalse();
            assertThat(refused.problems().get(0))
                    .contains("'raspberrypi' may be any of 2 boards", "192.168.1.31:9100", "192.168.1.32:9100");
            assertThat(prometheus
                            .monitor()
                            .node("192.168.1.32:9100", "raspberrypi")
                            .devices(List.of("raspberrypi"))
                            .build()
                            .read()
                            .get("raspberrypi")
                            .state()
                            .memoryTotalBytes())
                    .hasValue(1_000_000_000L);
        }
    }

    @Test
    void boardsAtTwoSitesThatHaveOneInstanceAreTwo() throws Exception {
        twins();
        try (RealPrometheus prometheus = prometheus(
                job("node", "/a", Map.of("instance", "gateway", "site", "north", "rack", "1")),
                job("node2", "/b", Map.of("instance", "gateway", "site", "south", "rack", "1")))) {
            Map<String, DeviceReading> readings =
                    RealPrometheus.await(prometheus.monitor().build(), loads("gateway@north", "gateway@south"));
            assertBoard(readings.get("gateway@north"), 4, 5, 4_000_000_000L);
            assertBoard(readings.get("gateway@south"), 4, 90, 1_000_000_000L);
            assertThat(prometheus
                            .monitor()
                            .node("gateway@south", "edge")
                            .build()
                            .read())
                    .containsOnlyKeys("gateway@north", "edge");
            assertThat(prometheus
                            .monitor()
                            .node("gateway", "edge")
                            .build()
                            .read()
                            .get("gateway@north")
                            .problems())
                    .anyMatch(problem -> problem.contains("'gateway' is 2 boards, so that none is called 'edge'"));
        }
    }

    /** Equal boards that stand at two places and whose counters agree by chance. */
    @Test
    void placesTellBoardsApartWhateverTheirCountersSay() throws Exception {
        boards.board("/a", "node", 4, 0.3, 4_000_000_000L);
        try (RealPrometheus prometheus = prometheus(
                job("x", "/a", Map.of("instance", "gateway", "cluster", "c1")),
                job("y", "/a", Map.of("instance", "gateway", "cluster", "c2")))) {
            RealPrometheus.await(prometheus.monitor().build(), loads("gateway@c1", "gateway@c2"));
        }
    }

    @Test
    void boardsOfTwoJobsThatDisagreeAreTwo() throws Exception {
        twins();
        try (RealPrometheus prometheus = prometheus(
                job("north", "/a", Map.of("instance", "pi:9100")), job("south", "/b", Map.of("instance", "pi:9100")))) {
            RealPrometheus.await(prometheus.monitor().build(), loads("pi:9100@north", "pi:9100@south"));
        }
    }

    @Test
    void oneBoardInTwoJobsIsOne() throws Exception {
        boards.board("/a", "jetson", 4, 0.3, 4_000_000_000L);
        try (RealPrometheus prometheus = prometheus(
                job("node-exporter", "/a", Map.of("instance", "jetson")),
                job("kubernetes", "/a", Map.of("instance", "jetson", "namespace", "monitoring")))) {
            DeviceMonitor monitor = prometheus.monitor().build();
            DeviceReading reading = RealPrometheus.await(
                            monitor,
                            loads("jetson")
                                    .and(all ->
                                            all.get("jetson").notes().toString().contains("of {job=\"kubernetes\", n")
                                                    && !all.get("jetson")
                                                            .notes()
                                                            .toString()
                                                            .contains("not of {job=\"kubernetes\"")))
                    .get("jetson");
            assertBoard(reading, 4, 30, 4_000_000_000L);
            assertThat(reading.notes())
                    .containsExactly(
                            "is scraped 2 times: the values are of {job=\"kubernetes\", namespace=\"monitoring\"},"
                                    + " not of {job=\"node-exporter\"}");
        }
    }

    @Test
    void oneBoardUnderTwoInstancesIsOneIfItBootedAtOnce() throws Exception {
        boards.board("/a", "jetson", 4, 0.3, 4_000_000_000L, "node_boot_time_seconds 1.7e9");
        boards.board("/b", "jetson", 4, 0.3, 4_000_000_000L);
        try (RealPrometheus prometheus = prometheus(
                job("a", "/a", Map.of("instance", "10.0.0.1:9100")),
                job("b", "/a", Map.of("instance", "10.0.0.1:9101")),
                job("c", "/b", Map.of("instance", "10.0.0.3:9100")))) {
            Map<String, DeviceReading> readings =
                    RealPrometheus.await(prometheus.monitor().build(), loads("10.0.0.1", "10.0.0.3"));
            assertThat(readings.get("10.0.0.1").notes()).hasSize(1);
            assertThat(readings.get("10.0.0.3").notes()).isEmpty();
        }
    }

    @Test
    void seriesOfTwoBoardsUnderOneNameAreRefused() throws Exception {
        boards.board("/a", "north", 4, 0.05, 4_000_000_000L).board("/b", "south", 4, 0.9, 1_000_000_000L);
        String both = "relabel_configs:\n- {target_label: instance, replacement: gateway}\n"
                + "- {source_labels: [__address__], target_label: __metrics_path__, regex: 'localhost.*', replacement: /b}";
        try (RealPrometheus prometheus = prometheus(job("node", "/a", both)
                .replace("targets: [", "targets: [\"" + boards.address().replace("127.0.0.1", "localhost") + "\", "))) {
            Map<String, DeviceReading> readings = RealPrometheus.await(
                    prometheus.monitor().build(),
                    all -> all.containsKey("gateway") && all.get("gateway").ambiguous());
            assertThat(readings.get("gateway").isKnown()).isFalse();
            assertThat(readings.get("gateway").problems().get(0))
                    .isEqualTo("2 boards (north, south) share the labels {instance=\"gateway\", job=\"node\"}, so that"
                            + " Prometheus mixes their series: give each its own instance");
            assertThat(prometheus
                            .monitor()
                            .devices(List.of("north"))
                            .build()
                            .read()
                            .get("north")
                            .ambiguous())
                    .isTrue();
        }
    }

    @Test
    void seriesOfTwoBoardsOfOneNodeNameUnderOneInstanceAreRefused() throws Exception {
        twins();
        String both = "relabel_configs:\n- {target_label: instance, replacement: gateway}\n"
                + "- {source_labels: [__address__], target_label: __metrics_path__, regex: 'localhost.*', replacement: /b}";
        try (RealPrometheus prometheus = prometheus(job("node", "/a", both)
                .replace("targets: [", "targets: [\"" + boards.address().replace("127.0.0.1", "localhost") + "\", "))) {
            Map<String, DeviceReading> readings = RealPrometheus.await(
                    prometheus.monitor().build(),
                    all -> all.containsKey("gateway") && all.get("gateway").ambiguous());
            assertThat(readings.get("gateway").problems().get(0)).contains("its counters went back");
        }
    }

    @Test
    void anAgeIsThatOfNodeExportersOwnSeries() throws Exception {
        boards.board("/a", "edge-7", 4, 0.1, 4_000_000_000L).page("/smart", "smart_disks 1\n");
        String slow = job("smart-disks", "/smart", Map.of("instance", "edge-gw"))
                .replace("metrics_path", "scrape_interval: 10s\n  metrics_path");
        try (RealPrometheus prometheus = prometheus(job("node", "/a", Map.of("instance", "edge-gw")), slow)) {
            awaitSeries(prometheus, "time() - timestamp(up{job=\"smart-disks\"}) > 3");
            awaitSeries(prometheus, "rate(node_cpu_seconds_total[3s])");
            Map<String, DeviceReading> readings =
                    prometheus.monitor().maxAge(Duration.ofSeconds(3)).build().read();
            assertThat(readings).containsOnlyKeys("edge-gw");
            assertBoard(readings.get("edge-gw"), 4, 10, 4_000_000_000L);
            assertThat(prometheus
                            .monitor()
                            .devices(List.of("EDGE-7"))
                            .build()
                            .read()
                            .get("EDGE-7")
                            .notes())
                    .as("the node's own name is enough, in capitals or not")
                    .containsExactly("is {instance=\"edge-gw\"}, otherwise called 'edge-gw'");
        }
    }

    /** Until Prometheus answers a query with something. */
    private static void awaitSeries(RealPrometheus prometheus, String query) throws Exception {
        PrometheusClient client = new PrometheusClient(
                HttpClient.newHttpClient(),
                prometheus.uri(),
                Map.of(),
                new PrometheusClient.Patience(Duration.ofSeconds(5), 20, Duration.ofMillis(50)));
        Deadline end = Deadline.in(Duration.ofSeconds(60), System::nanoTime);
        while (client.query(query, end).samples().isEmpty()) {
            Thread.sleep(100);
        }
    }

    @Test
    void withoutAnInstanceAnotherLabelOrTheNodesOwnNameIsTaken() throws Exception {
        boards.board("/a", "edge-1", 4, 0.1, 4_000_000_000L)
                .board("/b", "edge-2", 8, 0.8, 8_000_000_000L)
                .board("/c", "edge-3", 2, 0.5, 2_000_000_000L);
        String dropped = "metric_relabel_configs: [{action: labeldrop, regex: instance}]\n";
        try (RealPrometheus prometheus = prometheus(
                job("a", "/a", dropped + "relabel_configs: [{target_label: node, replacement: left}]"),
                job("b", "/b", dropped + "relabel_configs: [{target_label: nodename, replacement: right}]"),
                job("c", "/c", dropped))) {
            Map<String, DeviceReading> readings =
                    RealPrometheus.await(prometheus.monitor().build(), loads("left", "right", "edge-3"));
            assertBoard(readings.get("left"), 4, 10, 4_000_000_000L);
            assertBoard(readings.get("right"), 8, 80, 8_000_000_000L);
            assertBoard(readings.get("edge-3"), 2, 50, 2_000_000_000L);
            assertThat(prometheus
                            .monitor()
                            .devices(List.of("edge-1", "edge-2"))
                            .build()
                            .read())
                    .containsOnlyKeys("edge-1", "edge-2", "edge-3");
        }
    }

    @Test
    void aLabelThatTheUserNamesIsTheIdentity() throws Exception {
        twins();
        try (RealPrometheus prometheus = prometheus(
                job("a", "/a", Map.of("instance", "10.0.0.1:9100", "board", "left")),
                job("b", "/b", Map.of("instance", "10.0.0.2:9100", "board", "right")))) {
            RealPrometheus.await(prometheus.monitor().nodeLabel("board").build(), loads("left", "right"));
            RealPrometheus.await(
                    prometheus.monitor().nodeLabel("job").node("a", "first").build(), loads("first", "b"));
            assertThatThrownBy(
                            () -> prometheus.monitor().nodeLabel("rack").build().read())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("has the label 'rack'")
                    .hasMessageContaining("board, instance, job");
        }
    }

    /** Labels of targets that node_exporter's own node_uname_info has, too: Prometheus renames node_exporter's. */
    @Test
    void labelsOfTargetsThatAreNamedAsNodeExportersOwnAreTold() throws Exception {
        twins();
        try (RealPrometheus prometheus = prometheus(
                job("n", "/a", Map.of("instance", "pi", "machine", "m1")),
                job("n2", "/b", Map.of("instance", "pi", "machine", "m2")))) {
            Map<String, DeviceReading> readings =
                    RealPrometheus.await(prometheus.monitor().build(), loads("pi@n", "pi@n2"));
            assertBoard(readings.get("pi@n"), 4, 5, 4_000_000_000L);
        }
    }

    /** As a Prometheus shows boards that another Prometheus scraped for it. */
    @Test
    void federatedBoardsAreKnownByTheirOwnInstance() throws Exception {
        String line = "node_memory_MemTotal_bytes{instance=\"%s\",job=\"node\"} %s\n";
        boards.page("/federate", line.formatted("10.0.0.1:9100", "4e9") + line.formatted("10.0.0.2:9100", "1e9"));
        try (RealPrometheus prometheus = prometheus(job("federate", "/federate", Map.of("instance", "hub")))) {
            Map<String, DeviceReading> readings =
                    RealPrometheus.await(prometheus.monitor().build(), all -> all.size() == 2);
            assertThat(readings.get("10.0.0.1").state().memoryTotalBytes()).hasValue(4_000_000_000L);
            assertThat(readings.get("10.0.0.2").state().memoryTotalBytes()).hasValue(1_000_000_000L);
        }
    }

    @Test
    void theFileSystemOfTheSystemIsTaken() throws Exception {
        boards.board(
                        "/docker",
                        "7f3c2b1a9d0e",
                        4,
                        0.2,
                        4_000_000_000L,
                        FakeBoards.disk("overlay", "overlay", "/", 30e9, 20e9)
                                + FakeBoards.disk("/dev/mmcblk0p2", "ext4", "/rootfs", 30e9, 10e9))
                .board(
                        "/old",
                        "tk1",
                        4,
                        0.2,
                        2_000_000_000L,
                        FakeBoards.disk("rootfs", "rootfs", "/", 30e9, 30e9)
                                + FakeBoards.disk("/dev/mmcblk0p1", "ext4", "/", 30e9, 20e9)
                                + "node_memory_MemFree_bytes 1e8\nnode_memory_Buffers_bytes 2e8\n"
                                + "node_memory_Cached_bytes 5e8\nnode_memory_Shmem_bytes 1e8\n# MemAvailable is missing")
                .board(
                        "/two",
                        "orangepi",
                        8,
                        0.2,
                        8_000_000_000L,
                        FakeBoards.disk("/dev/mmcblk1p2", "ext4", "/", 30e9, 24e9)
                                + FakeBoards.disk("/dev/nvme0n1", "ext4", "/mnt/models", 1e12, 0)
                                + """
                                  node_cpu_scaling_frequency_hertz{cpu="0"} 6e8
                                  node_cpu_scaling_frequency_max_hertz{cpu="0"} 1.8e9
                                  node_cpu_scaling_frequency_hertz{cpu="4"} 6e8
                                  node_cpu_scaling_frequency_max_hertz{cpu="4"} 2.4e9
                                  node_thermal_zone_temp{type="soc-thermal",zone="0"} 91.2
                                  node_thermal_zone_temp{type="gpu-thermal",zone="1"} 60
                                  """);
        try (RealPrometheus prometheus = prometheus(
                job("a", "/docker", Map.of("instance", "10.0.0.1:9100")),
                job("b", "/old", ""),
                job("c", "/two", Map.of("instance", "opi")))) {
            Map<String, DeviceReading> readings =
                    RealPrometheus.await(prometheus.monitor().build(), loads("10.0.0.1", "tk1", "opi"));
            assertThat(readings.get("10.0.0.1").state().diskUsagePercent().orElseThrow())
                    .as("of the host, not of the container; and it is not named by the container's number")
                    .isCloseTo(66.7, within(0.1));
            assertThat(readings.get("tk1").state().diskUsagePercent().orElseThrow())
                    .isCloseTo(33.3, within(0.1));
            assertThat(readings.get("tk1").state().memoryFreeBytes())
                    .as("what an old kernel can free")
                    .hasValue(700_000_000L);
            assertThat(readings.get("opi").state().diskUsagePercent().orElseThrow())
                    .isCloseTo(20, within(0.1));
            assertThat(readings.get("opi").conditions().clockPercent().orElseThrow())
                    .isCloseTo(33.3, within(0.1));
            assertThat(readings.get("opi").conditions().temperatureCelsius()).hasValue(91.2);
        }
    }

    /** A container with half a core and 512 MiB, and one without limits, on a machine of cAdvisor's. */
    @Test
    void aContainerHasTheCoresAndTheMemoryOfItsLimits() throws Exception {
        String of = "{id=\"/docker/1\",name=\"worker\"}";
        String free = "{id=\"/docker/2\",name=\"free\"}";
        String twice = "{container=\"app\",pod=\"%s\",namespace=\"n\"}";
        boards.page(
                "/cadvisor",
                "container_spec_cpu_quota" + of + " 50000\ncontainer_spec_cpu_period" + of + " 100000\n"
                        + "container_spec_memory_limit_bytes" + of + " 536870912\n"
                        + "container_memory_working_set_bytes" + of + " 134217728\n"
                        + "container_cpu_usage_seconds_total{id=\"/docker/1\",name=\"worker\",cpu=\"total\"} 7\n"
                        + "container_spec_memory_limit_bytes" + free + " 0\n"
                        + "container_memory_working_set_bytes" + free + " 1e8\n"
                        + "container_memory_working_set_bytes" + twice.formatted("a") + " 1\n"
                        + "container_memory_working_set_bytes" + twice.formatted("b") + " 1\n"
                        + "machine_cpu_cores 4\nmachine_memory_bytes 8e9\n");
        try (RealPrometheus prometheus = prometheus(job("cadvisor", "/cadvisor", ""))) {
            Map<String, DeviceReading> readings = RealPrometheus.await(
                    prometheus
                            .monitor()
                            .container("worker", "box")
                            .container("free", "open")
                            .container("app", "either")
                            .container("b/app", "second")
                            .container("no\"ne", "nobody")
                            .build(),
                    all -> all.get("box").state().cpuLoadPercent().isPresent());
            DeviceReading box = readings.get("box");
            assertThat(box.state().cores()).hasValue(0.5);
            assertThat(box.conditions().quotaCores()).hasValue(0.5);
            assertThat(box.state().memoryTotalBytes()).hasValue(512L << 20);
            assertThat(box.state().memoryFreeBytes()).hasValue(384L << 20);
            assertThat(box.state().cpuLoadPercent()).hasValue(0);
            assertThat(readings.get("open").state().cores()).hasValue(4);
            assertThat(readings.get("open").state().memoryTotalBytes()).hasValue(8_000_000_000L);
            assertThat(readings.get("open").state().memoryFreeBytes()).isEmpty();
            assertThat(readings.get("either").ambiguous()).isTrue();
            assertThat(readings.get("either").problems().get(0))
                    .contains("'app' is 2 containers", "pod=\"a\"", "POD/CONTAINER");
            assertThat(readings.get("second").ambiguous()).isFalse();
            assertThat(readings.get("second").isKnown()).isTrue();
            assertThat(readings.get("nobody").problems()).containsExactly("cAdvisor reports no container 'no\"ne'");
        }
    }

    @Test
    void anEmptyAnswerSaysWhatIsThereInstead() throws Exception {
        boards.page("/win", "windows_os_info{product=\"Windows 11\"} 1\n").page("/app", "http_requests_total 3\n");
        try (RealPrometheus prometheus = prometheus(
                job("windows", "/win", Map.of("instance", "factory-pc:9182")),
                job("app", "/app", ""),
                job("gone", "/nowhere", ""))) {
            awaitSeries(prometheus, "count(up) == 3");
            awaitSeries(prometheus, "windows_os_info");
            DeviceMonitor monitor = prometheus.monitor().build();
            assertThatThrownBy(monitor::read)
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith(prometheus.uri() + ": Prometheus has no series of node_exporter")
                    .hasMessageContaining("job 'app' (1 targets)")
                    .hasMessageContaining("factory-pc is watched by windows_exporter, which is not supported")
                    .hasMessageContaining("Prometheus started ");
        }
    }

    @Test
    void aBoardThatCannotBeReachedAndOneOfAnotherExporterAreNamed() throws Exception {
        boards.board("/a", "edge-1", 4, 0.1, 4_000_000_000L).page("/win", "windows_os_info{product=\"11\"} 1\n");
        String two = job("node", "/a", "").replace("targets: [", "targets: [\"127.0.0.1:1\", ");
        try (RealPrometheus prometheus = prometheus(two, job("win", "/win", Map.of("instance", "factory-pc:9182")))) {
            Map<String, DeviceReading> readings =
                    RealPrometheus.await(prometheus.monitor().build(), all -> all.size() == 3);
            assertThat(readings.get("127.0.0.1").problems()).containsExactly("127.0.0.1:1: Prometheus cannot reach it");
            assertThat(readings.get("factory-pc").problems())
                    .containsExactly("is watched by windows_exporter, which is not supported; run node_exporter");
            assertThat(readings.get("edge-1").problems()).noneMatch(problem -> problem.contains("reach"));
        }
    }
}
