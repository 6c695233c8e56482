package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code pepper cluster}: from agents to a cluster file to a plan, and what it does not write. */
class ClusterCommandTest extends CommandTest {
    private final Map<String, IntFunction<String>> pages = new ConcurrentHashMap<>();
    private final AtomicInteger scrapes = new AtomicInteger();
    private HttpServer server;
    private Path file = Path.of("");

    @BeforeEach
    void start() throws IOException {
        file = directory.resolve("cluster.yaml");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                IntFunction<String> page = pages.get(exchange.getRequestURI().getPath());
                byte[] text = page == null
                        ? new byte[0]
                        : page.apply(scrapes.incrementAndGet()).getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(page == null ? 404 : 200, text.length == 0 ? -1 : text.length);
                exchange.getResponseBody().write(text);
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private String address(String path) {
        return "127.0.0.1:" + server.getAddress().getPort() + path;
    }

    /** An agent of four cores that are idle but for a share. */
    private void agent(String path, String name, String model, double busy, String more) {
        String labels = "{char_node_class=\"Computer\",char_node_name=\"" + name + "\",char_node_uuid=\"" + name + "\"";
        pages.put(
                path + "/metrics",
                scrape ->
                        """
                        node_cpu_seconds_total{cpu="0",mode="idle"} %1$s
                        node_cpu_seconds_total{cpu="0",mode="user"} %2$s
                        node_cpu_seconds_total{cpu="1",mode="idle"} 5
                        node_memory_MemTotal_bytes 4e9
                        node_memory_MemAvailable_bytes 3e9
                        node_uname_info{machine="aarch64",nodename="raspberrypi"} 1
                        char_node_device_model%3$s,char_node_device_model_name="%4$s"} %5$d
                        %6$s
                        """
                                .formatted(
                                        scrape * (1 - busy),
                                        scrape * busy,
                                        labels,
                                        model,
                                        model.isEmpty() ? 0 : 1,
                                        more.replace("LABELS", labels + "}")));
    }

    private static String link(String from, String to, double rate, double age) {
        String labels = "{source=\"" + from + "\",target=\"" + to + "\"} ";
        return "pepper_link_bandwidth_bytes_per_second" + labels + rate + "\npepper_link_latency_seconds" + labels
                + "0.0143217\npepper_link_age_seconds" + labels + age + "\n";
    }

    private int cluster(Object... more) {
        String agents = String.join(
                ",",
                pages.keySet().stream()
                        .map(path -> address(path.replace("/metrics", "")))
                        .sorted()
                        .toList());
        return run(with(more, "cluster", "--agents", agents, "--window", "50ms", "--out", file));
    }

    @Test
    void fromAgentsToAPlan() throws IOException {
        agent(
                "/a",
                "pi4",
                "Raspberry Pi 4 Model B Rev 1.4",
                0.02,
                "char_node_cpu_energy_wattLABELS 2.7\n" + link("pi4", "pi5", 12_345_678, 20)
                        + link("pi5", "pi4", 11e6, 20));
        agent("/b", "pi5", "Raspberry Pi 5 Model B Rev 1.0", 0.5, "char_node_cpu_energy_wattLABELS 7.5");
        assertThat(cluster()).as(err.toString()).isZero();
        assertThat(out.toString()).startsWith("wrote 2 devices and 2 measured links to " + file);
        Cluster cluster = Cluster.read(file);
        assertThat(cluster.devices()).extracting(Device::name).containsExactly("pi4", "pi5");
        Device pi4 = cluster.devices().get(0);
        assertThat(pi4.kind()).hasValue("Raspberry Pi 4 Model B Rev 1.4");
        assertThat(pi4.platform().instructionSet()).hasValue("aarch64");
        assertThat(pi4.memoryBytes()).hasValue(4_000_000_000L);
        assertThat(pi4.cores()).hasValue(2);
        assertThat(pi4.idleWatts()).as("two per cent of load").hasValue(2.7);
        assertThat(pi4.busyWatts()).isEmpty();
        assertThat(pi4.predictor()).hasValueSatisfying(name -> assertThat(name).startsWith("starter:Raspberry Pi 4"));
        assertThat(cluster.devices().get(1).idleWatts()).isEmpty();
        assertThat(cluster.link(0, 1)).hasValue(Link.of(12_350_000, 0.01432));
        assertThat(cluster.link(1, 0)).hasValue(Link.of(11e6, 0.01432));
        assertThat(Files.readString(file))
                .contains("    # power: 7.5 W were measured at 50 % of CPU load\n")
                .contains("    # busyWatts: unknown (")
                .contains("# measured 20 s before\n");
        assertThat(runSized("plan", "--cluster", file, "--json"))
                .as("each device names a predictor of the library: %s", err)
                .isZero();
        assertThat(json().path("stages")).isNotEmpty();
    }

    @Test
    void aPredictorOfTheSameInstructionSetIsProposedInACommentThatTheUserMayTakeUp() throws IOException {
        agent("/a", "desk", "AMD EPYC", 0.02, "");
        pages.computeIfPresent(
                "/a/metrics", (path, page) -> scrape -> page.apply(scrape).replace("aarch64", "x86_64"));
        assertThat(cluster()).as(err.toString()).isZero();
        assertThat(Cluster.read(file).devices().get(0).predictor()).isEmpty();
        String proposed = "    # predictor: \"starter:x86-64\" # of one machine with this instruction set";
        assertThat(Files.readString(file)).contains(proposed);
        assertThat(runSized("plan", "--cluster", file)).isEqualTo(2);
        assertThat(err.toString()).contains("a source of times is missing");
        assertThat(runSized("plan", "--cluster", file, "--predictor", "starter:all"))
                .isEqualTo(1);
        Files.writeString(file, Files.readString(file).replace("    # predictor:", "    predictor:"));
        assertThat(runSized("plan", "--cluster", file, "--predictor", "starter:all", "--json"))
                .as(err.toString())
                .isZero();
        assertThat(json().path("caveats").toString())
                .as("another kind of machine")
                .contains("x86-64");
    }

    @Test
    void theUnknownIsACommentAndNeverAFigure() throws IOException {
        agent("/a", "one", "", 0.5, link("one", "two", 1e6, 7_000) + link("one", "moon", 1e6, 1));
        agent("/b", "two", "", 0.5, "");
        pages.put("/c/metrics", scrape -> "<html>");
        assertThat(cluster()).as(err.toString()).isZero();
        Cluster cluster = Cluster.read(file);
        assertThat(cluster.devices()).hasSize(2).allSatisfy(device -> {
            assertThat(device.kind()).isEmpty();
            assertThat(device.predictor()).isEmpty();
            assertThat(device.idleWatts()).isEmpty();
        });
        assertThat(cluster.link(0, 1)).isEmpty();
        assertThat(Files.readString(file))
                .contains("    # kind: unknown (such as Raspberry Pi 4 Model B)\n")
                .contains("    # timeFactor: unknown (")
                .contains("  # 127.0.0.1 is left out: http://" + address("/c") + ": line 1 of the metrics")
                .contains("# link from one to two: it was measured 7000 seconds ago, which is older than 600 seconds\n")
                .contains("# link from one to moon: both are not devices of this file\n")
                .contains("# 2 links were not measured")
                .contains("  # - {from: one, to: two, bytesPerSecond: ?, latencySeconds: ?}\n")
                .contains("# source: the device where the inputs of the model arise");
        assertThat(run("devices", "--agents", address("/a"), "--window", "50ms", "--json"))
                .isZero();
        assertThat(json().path("links").get(1).path("stale").asBoolean()).isTrue();
        assertThat(run("devices", "--agents", address("/a"), "--window", "50ms", "--link-age", "3h"))
                .isZero();
        assertThat(out.toString()).containsPattern("one +moon +977 KiB/s +14.3 ms +1 s");
    }

    @Test
    void devicesAreGroupedByALabel() throws IOException {
        agent("/a", "one", "", 0.5, "");
        agent("/b", "two", "", 0.5, "");
        assertThat(cluster("--group-by", "uuid", "--json")).as(err.toString()).isZero();
        assertThat(json().path("devices").intValue()).isEqualTo(2);
        assertThat(json().path("links").intValue()).isZero();
        assertThat(Files.readString(file)).contains("  # uuid: one (1)\n  one:\n", "  # uuid: two (1)\n  two:\n");
        assertThat(cluster("--group-by", "site", "--force")).isZero();
        assertThat(out.toString()).contains("note: no device has the label 'site' to group by");
    }

    @Test
    void strangeNamesStayNames() throws IOException {
        for (String name : List.of("true", "pi: {evil", "a\"b\\\\c", "tür#1", "x\ty")) {
            agent("/a", name.replace("\"", "\\\"").replace("\t", ""), "Board \\\"1\\\"\\n  evil: {}", 0.5, "");
            assertThat(cluster("--force")).as(name + err).isZero();
            assertThat(Cluster.read(file).devices()).singleElement().satisfies(device -> {
                assertThat(device.name()).isEqualTo(name.replace("\\\\", "\\").replace("\t", ""));
                assertThat(device.kind()).hasValue("Board \"1\"\n  evil: {}");
            });
        }
    }

    @Test
    void theFileIsWrittenWholeOrNotAtAll() throws IOException {
        agent("/a", "one", "", 0.5, "");
        Files.writeString(file, "mine");
        assertThat(cluster()).isEqualTo(1);
        assertThat(err.toString()).contains(file + ": exists; --force replaces it");
        pages.put("/a/metrics", scrape -> "garbage");
        assertThat(cluster("--force")).isEqualTo(1);
        assertThat(err.toString()).contains("line 1 of the metrics");
        assertThat(file).hasContent("mine");
        assertThat(run("cluster", "--out", file)).isEqualTo(2);
        assertThat(run("cluster", "--out", file, "--force", "--agents", "a:1", "--prometheus", "http://b"))
                .isEqualTo(1);
        assertThat(run("cluster", "--out", file, "--force", "--agents", "a:1", "--node-label", "x"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("--node-label and --container are for --prometheus alone");
    }

    @Test
    void aPlanTakesMeasuredLinks() throws IOException {
        agent("/a", "camera", "", 0, link("camera", "gateway", 1e3, 20));
        agent("/b", "gateway", "", 0, "");
        Path cluster = Files.writeString(
                directory.resolve("pair.yaml"),
                """
                devices: {gateway: {}, camera: {timeFactor: 50}}
                defaultLink: {bytesPerSecond: 1e9}
                source: camera
                """);
        assertThat(runSized("plan", "--cluster", cluster, "--roofline", "--json"))
                .isZero();
        assertThat(json().path("stages").findValuesAsText("device")).contains("gateway");
        assertThat(runSized(
                        "plan",
                        "--cluster",
                        cluster,
                        "--roofline",
                        "--json",
                        "--window",
                        "50ms",
                        "--agents",
                        address("/a") + "," + address("/b")))
                .as(err.toString())
                .isZero();
        assertThat(json().path("stages").findValuesAsText("device")).containsOnly("camera");
        assertThat(json().path("notes").toString())
                .contains(
                        "link from camera to gateway: 1000 B/s and 14.3 ms as measured, instead of 954 MiB/s and 0 s");
    }
}
