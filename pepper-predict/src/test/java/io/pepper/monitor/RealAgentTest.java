package io.pepper.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import at.favre.lib.crypto.bcrypt.BCrypt;
import io.pepper.monitor.internal.agent.Keys;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Prometheus, Debian's package, that scrapes two agents of this machine: the second has a hostile place. */
class RealAgentTest {
    @TempDir
    static Path directory;

    private static RealPrometheus prometheus;
    private static NodeExporter first;
    private static NodeExporter second;

    @BeforeAll
    static void start() throws IOException {
        RealPrometheus.assumeInstalled("prometheus");
        NodeExporterOptions options =
                NodeExporterOptions.DEFAULTS.withAddress("127.0.0.1", 0).withUuidFile(directory.resolve("uuid"));
        first = NodeExporter.start(options.withName("pi4"));
        second = NodeExporter.start(options.withName("nano \"2\"\\")
                .withLocation(NodeLocation.of(Map.of("city", "a\"b\n\\ \u0000{}é", "latitude", "51.5"))));
        prometheus = RealPrometheus.start(
                directory,
                """
                global: {scrape_interval: 1s}
                scrape_configs: [{job_name: node, static_configs: [{targets: ['127.0.0.1:%d', '127.0.0.1:%d']}]}]
                """
                        .formatted(first.port(), second.port()));
    }

    @AfterAll
    static void stop() {
        if (prometheus != null) {
            prometheus.close();
            second.close();
            first.close();
        }
    }

    private static Map<String, DeviceReading> read(PrometheusQueries queries) throws InterruptedException {
        return RealPrometheus.await(
                prometheus.monitor().queries(queries).build(),
                readings -> readings.containsKey("pi4")
                        && readings.containsKey("nano \"2\"\\")
                        && readings.values().stream()
                                .allMatch(reading -> reading.problems().isEmpty()
                                        && reading.state().cpuLoadPercent().isPresent()));
    }

    @Test
    void twoAgentsAreTwoDevicesWithTheValuesOfThisMachine() throws Exception {
        Map<String, DeviceReading> readings = read(PrometheusQueries.over("5s"));
        assertThat(readings).containsOnlyKeys("pi4", "nano \"2\"\\");
        DeviceReading read = readings.get("pi4");
        DeviceReading local =
                LocalDeviceMonitor.of("here", Duration.ofMillis(10)).read().get("here");
        assertThat(read.state().model()).isEqualTo(local.state().model());
        assertThat(read.state().cores()).hasValue(Runtime.getRuntime().availableProcessors());
        assertThat((double) read.state().memoryTotalBytes().orElseThrow()).isEqualTo(1024.0 * kilobytes("MemTotal"));
        assertThat((double) read.state().memoryFreeBytes().orElseThrow())
                .isCloseTo(1024.0 * kilobytes("MemAvailable"), Percentage.withPercentage(25));
        assertThat(read.state().diskUsagePercent().orElseThrow())
                .isCloseTo(local.state().diskUsagePercent().orElseThrow(), Offset.offset(3.0));
        assertThat(read.state().runnableThreads()).isPresent();
        assertThat(read.labels()).containsEntry("uuid", first.uuid().toString()).containsKey("class");
        assertThat(second.uuid()).as("one node").isEqualTo(first.uuid());
        assertThat(read.state().powerWatts().isPresent())
                .as("only where a sensor measures it")
                .isEqualTo(scrape().contains("char_node_cpu_energy_watt{"));
    }

    private static long kilobytes(String field) throws IOException {
        return Files.readAllLines(Path.of("/proc/meminfo")).stream()
                .filter(line -> line.startsWith(field + ":"))
                .map(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    private static String scrape() throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(first.metrics()).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Test
    void theQueriesOfTheOriginalReadIt() throws Exception {
        DeviceReading read = read(PrometheusQueries.PAPER).get("pi4");
        assertThat(read.state().cpuLoadPercent().orElseThrow())
                .as("eight modes whose shares add up to one: 87.5 % whatever the load, and more while the window fills")
                .isBetween(80.0, 100.0);
        assertThat(read.state().diskUsagePercent()).isPresent();
        assertThat(read.state().model()).isPresent();
    }

    @Test
    void theProcessorTimesAreThoseOfProc() throws Exception {
        long before = idleTicks();
        String text = scrape();
        long after = idleTicks();
        double told = text.lines()
                .filter(line -> line.matches("node_cpu_seconds_total\\{cpu=\"\\d+\",mode=\"idle\"} .*"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
        assertThat(told).isBetween(before / 100.0 - 0.01, after / 100.0 + 0.01);
    }

    private static long idleTicks() throws IOException {
        return Files.readAllLines(Path.of("/proc/stat")).stream()
                .filter(line -> line.matches("cpu\\d+ .*"))
                .mapToLong(line -> Long.parseLong(line.split("\\s+", -1)[4]))
                .sum();
    }

    @Test
    void theExpositionHasNoErrorThatPromtoolFinds() throws Exception {
        RealPrometheus.assumeInstalled("promtool");
        Path metrics = Files.writeString(directory.resolve("metrics.txt"), scrape());
        Process promtool = new ProcessBuilder("promtool", "check", "metrics")
                .redirectInput(metrics.toFile())
                .redirectErrorStream(true)
                .start();
        String found = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        promtool.waitFor();
        assertThat(found).doesNotContain("error while linting").doesNotContain("parsing");
    }

    @Test
    void aPrometheusWithACertificateAndAPasswordReadsAProtectedAgent() throws Exception {
        Path own = Files.createDirectories(directory.resolve("protected"));
        Keys.pair(own, "server", "EC");
        Keys.pair(own, "friend", "EC");
        String hash = BCrypt.with(BCrypt.Version.VERSION_2Y).hashToString(6, "secret".toCharArray());
        Path web = Files.writeString(
                own.resolve("web.yml"),
                """
                tls_server_config:
                  cert_file: server.crt
                  key_file: server.key
                  client_auth_type: RequireAndVerifyClientCert
                  client_ca_file: friend.crt
                basic_auth_users:
                  prometheus: %s
                """
                        .formatted(hash));
        NodeExporterOptions options = NodeExporterOptions.DEFAULTS
                .withAddress("0.0.0.0", 0)
                .withName("safe")
                .withUuidFile(directory.resolve("uuid"))
                .withWebConfig(web);
        try (NodeExporter exporter = NodeExporter.start(options);
                RealPrometheus server = RealPrometheus.start(
                        own,
                        """
                        global: {scrape_interval: 1s}
                        scrape_configs:
                          - job_name: node
                            scheme: https
                            tls_config: {ca_file: server.crt, cert_file: friend.crt, key_file: friend.key}
                            basic_auth: {username: prometheus, password: secret}
                            static_configs: [{targets: ['127.0.0.1:%d']}]
                        """
                                .formatted(exporter.port()))) {
            assertThat(exporter.metrics().getScheme()).isEqualTo("https");
            DeviceMonitor monitor = server.monitor().build();
            Map<String, DeviceReading> readings = RealPrometheus.await(
                    monitor,
                    found -> found.containsKey("safe")
                            && found.get("safe").state().memoryTotalBytes().isPresent());
            assertThat(readings).containsOnlyKeys("safe");
        }
    }

    @Test
    void whatIsMissingIsNotInvented() throws Exception {
        Optional<String> watts = scrape().lines()
                .filter(line -> line.startsWith("char_node_cpu_energy_watt{"))
                .findFirst();
        OptionalDouble value = watts.map(
                        line -> OptionalDouble.of(Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))))
                .orElse(OptionalDouble.empty());
        assertThat(value.orElse(1)).isPositive();
        assertThat(scrape()).doesNotContain("NaN");
    }
}
