package io.pepper.examples.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.pepper.examples.ExamplePlan;
import io.pepper.examples.metrics.PlanMetrics;
import io.pepper.examples.metrics.SessionMeters;
import io.pepper.monitor.NodeExporter;
import io.pepper.monitor.NodeExporterOptions;
import io.pepper.session.SessionListener;
import io.pepper.session.StageException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The files in examples/monitoring: Prometheus takes them, the rules do what their tests say, and all series exist. */
class MonitoringFilesTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path DIRECTORY = Path.of("monitoring");
    private static final Pattern SERIES = Pattern.compile("\\b(?:node|char_node|pepper)_[A-Za-z0-9_]+\\b");

    /** Series of agents on boards with such sensors, which the machine of a build may lack. */
    private static final Set<String> BY_HARDWARE = Set.of(
            "node_thermal_zone_temp",
            "node_hwmon_temp_celsius",
            "node_cpu_scaling_frequency_hertz",
            "node_cpu_scaling_frequency_max_hertz",
            "node_pressure_cpu_waiting_seconds_total",
            "node_pressure_memory_waiting_seconds_total",
            "node_disk_read_time_seconds_total",
            "node_disk_write_time_seconds_total",
            "node_disk_io_time_seconds_total",
            "char_node_cpu_energy_watt",
            "pepper_throttled");

    /** Series of agents that measure links to others. */
    private static final Set<String> BY_LINKS = Set.of(
            "pepper_link_bandwidth_bytes_per_second",
            "pepper_link_latency_seconds",
            "pepper_link_measured_timestamp_seconds");

    @TempDir
    Path directory;

    private static void assumeInstalled(String program) {
        Assumptions.assumeTrue(
                Stream.of(System.getenv("PATH").split(":")).anyMatch(dir -> Files.isExecutable(Path.of(dir, program))),
                "skipped: '" + program + "' is not installed (Debian's package prometheus)");
    }

    private String run(String... command) throws IOException, InterruptedException {
        Path log = directory.resolve("log");
        Process process = new ProcessBuilder(command)
                .directory(DIRECTORY.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        String output = Files.readString(log);
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }

    @Test
    void theRulesDoWhatTheirTestsSay() throws Exception {
        assumeInstalled("promtool");
        assertThat(run("promtool", "test", "rules", "rules/tests.yml")).contains("SUCCESS");
    }

    @Test
    void prometheusTakesTheConfiguration() throws Exception {
        assumeInstalled("promtool");
        assertThat(run("promtool", "check", "config", "prometheus.yml")).contains("SUCCESS");
    }

    @Test
    void eachAlertIsTested() throws IOException {
        Set<String> alerts = new TreeSet<>();
        for (Map<?, ?> rule : rules("rules/alerts.yml")) {
            alerts.add(String.valueOf(rule.get("alert")));
        }
        String tests = Files.readString(DIRECTORY.resolve("rules/tests.yml"));
        assertThat(alerts)
                .contains("NodeDown", "NodeThrottled", "NodeHot", "DiskNearlyFull", "MemoryPressure")
                .contains("LinkSlowerThanPlanned", "PlanStale")
                .allSatisfy(alert -> assertThat(tests).contains("alertname: " + alert));
    }

    private static List<Map<?, ?>> rules(String file) throws IOException {
        List<Map<?, ?>> rules = new ArrayList<>();
        for (Object group : (List<?>) yaml(file).get("groups")) {
            for (Object rule : (List<?>) ((Map<?, ?>) group).get("rules")) {
                rules.add((Map<?, ?>) rule);
            }
        }
        return rules;
    }

    private static Map<?, ?> yaml(String file) throws IOException {
        return (Map<?, ?>)
                new Load(LoadSettings.builder().build()).loadFromString(Files.readString(DIRECTORY.resolve(file)));
    }

    /** Expressions of the panels, with the board that Grafana would put in. */
    private static List<String> expressions() throws IOException {
        List<String> expressions = new ArrayList<>();
        JsonNode dashboard =
                JSON.readTree(DIRECTORY.resolve("grafana-dashboard.json").toFile());
        for (JsonNode panel : dashboard.get("panels")) {
            for (JsonNode target : panel.path("targets")) {
                expressions.add(target.get("expr").asText().replace("$instance", ".*"));
            }
        }
        assertThat(expressions).hasSizeGreaterThan(15).noneMatch(expression -> expression.contains("$"));
        return expressions;
    }

    @Test
    void panelsOfTheDashboardAreToldApart() throws IOException {
        JsonNode dashboard =
                JSON.readTree(DIRECTORY.resolve("grafana-dashboard.json").toFile());
        Set<Integer> ids = new HashSet<>();
        Set<String> titles = new HashSet<>();
        for (JsonNode panel : dashboard.get("panels")) {
            assertThat(ids.add(panel.get("id").asInt())).isTrue();
            assertThat(titles.add(panel.get("title").asText())).isTrue();
            JsonNode place = panel.get("gridPos");
            assertThat(place.get("x").asInt() + place.get("w").asInt()).isLessThanOrEqualTo(24);
        }
        assertThat(titles).contains("Boards", "Links", "Stages");
    }

    @Test
    void aRealPrometheusUnderstandsEachExpressionOfTheDashboard() throws Exception {
        assumeInstalled("prometheus");
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Files.writeString(directory.resolve("prometheus.yml"), "global: {}\n");
        Process prometheus = new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + directory.resolve("prometheus.yml"),
                        "--storage.tsdb.path=" + directory.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("prometheus.log").toFile())
                .start();
        try {
            awaitReady(port);
            for (String expression : expressions()) {
                HttpResponse<String> answer =
                        get(port, "/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8));
                assertThat(answer.statusCode())
                        .as("%s: %s", expression, answer.body())
                        .isEqualTo(200);
            }
            assertThat(get(port, "/api/v1/query?query=rate(").statusCode()).isEqualTo(400);
        } finally {
            prometheus.destroy();
            prometheus.waitFor(20, TimeUnit.SECONDS);
        }
    }

    private static HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static void awaitReady(int port) throws InterruptedException {
        Instant end = Instant.now().plus(Duration.ofSeconds(60));
        while (Instant.now().isBefore(end)) {
            try {
                if (get(port, "/-/ready").statusCode() == 200) {
                    return;
                }
            } catch (IOException notYet) {
                // It still starts.
            }
            Thread.sleep(100);
        }
        throw new AssertionError("Prometheus is not ready");
    }

    @Test
    void rulesAndDashboardUseTheSeriesOfAgentsOnly() throws Exception {
        List<String> all = new ArrayList<>(expressions());
        rules("rules/recording.yml").forEach(rule -> all.add(String.valueOf(rule.get("expr"))));
        rules("rules/alerts.yml").forEach(rule -> all.add(String.valueOf(rule.get("expr"))));
        Set<String> used = new TreeSet<>();
        // Recorded series have colons.
        all.forEach(expression -> SERIES.matcher(expression.replaceAll("pepper:[a-z_:]+", ""))
                .results()
                .forEach(match -> used.add(match.group())));
        assertThat(used).hasSizeGreaterThan(20);
        Set<String> exported = exported();
        exported.addAll(BY_HARDWARE);
        exported.addAll(BY_LINKS);
        assertThat(exported).containsAll(used);
    }

    /** Returns the names of what an agent exports on this machine, with a plan and the meters of a session. */
    private Set<String> exported() throws Exception {
        PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        SessionListener session = SessionMeters.listener(meters);
        session.stageRan("model_part1.onnx", 1, 1);
        session.stageFailed(new StageException(
                StageException.Kind.CLOSED, "model_part1.onnx", "closed", new IllegalStateException()));
        session.answered(1);
        NodeExporterOptions options = NodeExporterOptions.DEFAULTS
                .withAddress("127.0.0.1", 0)
                .withUuidFile(directory.resolve("uuid"))
                .withCollector(PlanMetrics.of(ExamplePlan.export(directory)))
                .withCollector(meters.getPrometheusRegistry()::scrape);
        try (NodeExporter exporter = NodeExporter.start(options)) {
            String text = HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(exporter.metrics()).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
            Set<String> names = new TreeSet<>();
            text.lines()
                    .filter(line -> !line.startsWith("#"))
                    .forEach(line -> names.add(line.replaceFirst("[{ ].*", "")));
            assertThat(text)
                    .contains("pepper_plan_link_bandwidth_bytes_per_second{source=\"camera\",target=\"gateway\"} 1.0E9")
                    .contains("pepper_plan_stage_seconds{device=\"camera\",stage=");
            return names;
        }
    }

    @Test
    void alertsUseRecordedSeriesThatExist() throws IOException {
        Set<String> recorded = new TreeSet<>();
        rules("rules/recording.yml").forEach(rule -> recorded.add(String.valueOf(rule.get("record"))));
        Pattern name = Pattern.compile("pepper:[a-z_:]+");
        rules("rules/alerts.yml").forEach(rule -> name.matcher(String.valueOf(rule.get("expr")))
                .results()
                .forEach(match -> assertThat(recorded).contains(match.group())));
    }
}
