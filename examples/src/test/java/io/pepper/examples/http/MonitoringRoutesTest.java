package io.pepper.examples.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.pepper.cluster.DeviceState;
import io.pepper.monitor.DeviceReading;
import io.pepper.monitor.MonitoringDocument;
import io.pepper.monitor.MonitoringDocuments;
import io.pepper.monitor.PrometheusDeviceMonitor;
import io.pepper.workload.Prediction;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The original's monitoring documents, asked over HTTP as a client of it asks. */
class MonitoringRoutesTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final AtomicInteger queries = new AtomicInteger();
    private HttpServer prometheus;
    private PepperService service;

    @BeforeEach
    void start() throws IOException {
        prometheus = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        prometheus.createContext("/", exchange -> {
            try (exchange) {
                queries.incrementAndGet();
                String query = URLDecoder.decode(exchange.getRequestURI().getRawQuery(), StandardCharsets.UTF_8);
                byte[] answer = answer(query).getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
            }
        });
        prometheus.start();
        String address = "http://127.0.0.1:" + prometheus.getAddress().getPort();
        service = start(Optional.of(MonitoringDocuments.of(
                PrometheusDeviceMonitor.builder(address)
                        .retries(0, Duration.ofMillis(1))
                        .build(),
                "north")));
    }

    private static PepperService start(Optional<MonitoringDocuments> documents) {
        DeviceReading here = new DeviceReading(DeviceState.of("here"), Map.of(), List.of());
        return PepperService.start(
                ServiceOptions.DEFAULTS,
                () -> Map.of("here", here),
                (work, threads, device) -> new Prediction(1, 1, false),
                documents,
                Optional.empty(),
                new TextGenerators());
    }

    @AfterEach
    void stop() {
        service.close();
        prometheus.stop(0);
    }

    /** A board with 4 GB, of which 1 GB is free, and an agent that describes it. */
    private static String answer(String query) {
        String sample = "";
        if (query.startsWith("query=node_memory_MemTotal_bytes")) {
            sample = "{\"metric\":{\"instance\":\"pi:9100\"},\"value\":[1,\"4e9\"]}";
        } else if (query.startsWith("query=node_memory_MemAvailable_bytes")) {
            sample = "{\"metric\":{\"instance\":\"pi:9100\"},\"value\":[1,\"1e9\"]}";
        } else if (query.equals("query=char_node_ram_total_bytes")) {
            sample = "{\"metric\":{\"instance\":\"pi:5001\",\"char_node_name\":\"pi\"},\"value\":[1,\"4e9\"]}";
        }
        return "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[" + sample + "]}}";
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private JsonNode read(String path) throws IOException, InterruptedException {
        HttpResponse<String> response = get(path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    @Test
    void theNodesAreADocumentOfTheOriginal() throws Exception {
        JsonNode document = read("/monitoring/nodes");
        assertThat(document.get("minicloud_id").asText()).isEqualTo("north");
        assertThat(Instant.parse(document.get("timestamp").asText())).isBeforeOrEqualTo(Instant.now());
        JsonNode memory = document.get("Memory Usage Results").get(0);
        assertThat(memory.get("node").asText()).isEqualTo("pi");
        assertThat(memory.get("mem_usage(percentage)").isTextual()).isTrue();
        assertThat(memory.get("mem_usage(percentage)").asText()).isEqualTo("75");
        assertThat(memory.get("available_memory(bytes)").asText()).isEqualTo("1000000000");
        assertThat(document.get("Cpu Usage Results")).isEmpty();
        assertThat(document.get("notes").toString()).contains("pi: CPU load: Prometheus has none");
    }

    @Test
    void theCharacterizationAndThePodsAreDocumentsToo() throws Exception {
        assertThat(read("/monitoring/characterization")
                        .at("/Memory Characterization/0/node_ram_total_bytes")
                        .asText())
                .isEqualTo("4000000000");
        JsonNode pods = read("/monitoring/pods");
        assertThat(pods.get("Pod CPU Usage Results")).isEmpty();
        assertThat(pods.get("notes").get(0).asText()).contains("does not scrape the kubelets' cAdvisor");
    }

    @Test
    void clientsInTheSameSecondsShareADocument() throws Exception {
        JsonNode first = read("/monitoring/pods");
        int asked = queries.get();
        assertThat(read("/monitoring/pods")).isEqualTo(first);
        assertThat(queries).hasValue(asked);
    }

    @Test
    void aDocumentIsReadAgainOnceItIsOld() throws IOException {
        Instant[] now = {Instant.EPOCH};
        Clock clock = new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return now[0];
            }
        };
        AtomicInteger reads = new AtomicInteger();
        MonitoringRoutes.Kept kept = new MonitoringRoutes.Kept(
                documents -> {
                    reads.incrementAndGet();
                    return new MonitoringDocument(now[0], "", Map.of(), List.of());
                },
                clock);
        MonitoringDocuments none = MonitoringDocuments.of(
                PrometheusDeviceMonitor.builder("http://localhost:1").build(), "");
        kept.read(none);
        now[0] = Instant.EPOCH.plusSeconds(4);
        kept.read(none);
        assertThat(reads).hasValue(1);
        now[0] = Instant.EPOCH.plusSeconds(5);
        kept.read(none);
        assertThat(reads).hasValue(2);
        now[0] = Instant.EPOCH;
        kept.read(none);
        assertThat(reads).as("the clock was set back").hasValue(3);
    }

    @Test
    void aPrometheusThatIsGoneIsABadGateway() throws Exception {
        prometheus.stop(0);
        HttpResponse<String> response = get("/monitoring/nodes");
        assertThat(response.statusCode()).isEqualTo(502);
        assertThat(JSON.readTree(response.body()).get("message").asText())
                .contains("the Prometheus of this service has no usable answer");
    }

    @Test
    void withoutAPrometheusThePathsSayWhatIsMissing() throws Exception {
        try (PepperService alone = start(Optional.empty())) {
            service.close();
            service = alone;
            HttpResponse<String> response = get("/monitoring/nodes");
            assertThat(response.statusCode()).isEqualTo(404);
            assertThat(response.body()).contains("--prometheus");
        }
    }
}
