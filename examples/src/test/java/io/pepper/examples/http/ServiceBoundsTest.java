package io.pepper.examples.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pepper.cluster.DeviceState;
import io.pepper.monitor.DeviceReading;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Prediction;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the service refuses, byte for byte as a client sends it. */
class ServiceBoundsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final LatencyPredictor SECOND = (work, threads, device) -> new Prediction(1, 1, false);

    private PepperService service;

    @BeforeEach
    void start() {
        service = start(
                ServiceOptions.DEFAULTS.withHostNames(Set.of("planner.example")).withMaxBytes(100_000, 1_000_000));
    }

    private static PepperService start(ServiceOptions options) {
        DeviceReading here = new DeviceReading(DeviceState.of("here").withCpuLoadPercent(0), Map.of(), List.of());
        return PepperService.start(options, () -> Map.of("here", here), SECOND);
    }

    @AfterEach
    void stop() {
        service.close();
    }

    /** Sends bytes, and reads what comes until the server ends the connection. */
    private String exchange(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String get(String path, String... headers) {
        return "GET " + path + " HTTP/1.1\r\nConnection: close\r\n" + String.join("\r\n", headers) + "\r\n\r\n";
    }

    private static int status(String answer) {
        return Integer.parseInt(answer.split(" ", 3)[1]);
    }

    private static JsonNode body(String answer) throws IOException {
        assertThat(answer).containsIgnoringCase("content-type: application/json");
        return JSON.readTree(answer.substring(answer.indexOf('{'), answer.lastIndexOf('}') + 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost", "LocalHost:7002", "127.0.0.1:80", "192.168.1.31", "[::1]:7002", "planner.example:80"
            })
    void hostsThatCannotBeForgedByNameAreAnswered(String host) throws IOException {
        String answer = exchange(get("/health", "Host: " + host));
        assertThat(status(answer)).isEqualTo(200);
        assertThat(body(answer).get("status").asText()).isEqualTo("ready");
    }

    @ParameterizedTest
    @CsvSource({
        "Host: evil.example, 'evil.example'",
        "Host: localhost.evil.example, 'localhost.evil.example'",
        "Host: 127.0.0.1.evil.example:80, '127.0.0.1.evil.example:80'"
    })
    void otherHostNamesAreRefused(String host, String named) throws IOException {
        String answer = exchange(get("/health", host));
        assertThat(status(answer)).isEqualTo(403);
        assertThat(body(answer).get("message").asText()).contains(named, "--host-name");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example",
                "null",
                "http://localhost.evil.example:80",
                "http://203.0.113.5",
                "http://127.0.0.1:3000",
                "http://[2001:db8::1]:7002",
                "http://localhost@203.0.113.5"
            })
    void pagesOfOtherOriginsAreRefused(String origin) throws IOException {
        String answer = exchange(get("/health", "Host: localhost", "Origin: " + origin));
        assertThat(status(answer)).isEqualTo(403);
        assertThat(body(answer).get("message").asText()).contains("does not answer pages of " + origin);
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, http://localhost:3000",
        "127.0.0.1:7002, http://localhost:3000",
        "192.168.1.31:7002, http://192.168.1.31:7002",
        "[::1]:7002, http://[::1]:7002",
        "Planner.Example, https://planner.example"
    })
    void pagesOfThisServiceAndOfThisMachineAreAnswered(String host, String origin) throws IOException {
        assertThat(status(exchange(get("/health", "Host: " + host, "Origin: " + origin))))
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "'GET /nothing HTTP/1.1|Host: localhost|Connection: close||', 404",
        "'DELETE /upload HTTP/1.1|Host: localhost|Connection: close||', 404",
        "'GET /health HTTP/1.1|Connection: close||', 400",
        "'NO HTTP||', 505",
        "'GET /jobs/%2e%2e%2fetc/status HTTP/1.1|Host: localhost|Connection: close||', 404",
        "'GET /jobs/x/status HTTP/1.1|Host: localhost|Connection: close||', 404",
        "'POST /api/profiling HTTP/1.1|Host: localhost|Connection: close|Content-Length: 3||{a:', 400",
        "'POST /api/profiling HTTP/1.1|Host: localhost|Connection: close|Content-Length: 0||', 400",
        "'POST /upload HTTP/1.1|Host: localhost|Connection: close|Content-Type: multipart/form-data; boundary=b|Content-Length: 200000||', 413"
    })
    void everyErrorIsJson(String request, int status) throws IOException {
        String answer = exchange(request.replace("|", "\r\n"));
        assertThat(status(answer)).as(answer).isEqualTo(status);
        assertThat(body(answer).get("message").asText()).isNotBlank();
        assertThat(answer).doesNotContain("Exception", "Jetty", System.getProperty("java.io.tmpdir") + "/");
    }

    @Test
    void headersThatAreTooLargeAreRefusedAsJson() throws IOException {
        String answer = exchange(get("/health", "Host: localhost", "X: " + "x".repeat(20_000)));
        assertThat(status(answer)).isEqualTo(431);
        assertThat(body(answer).get("message").asText()).isNotBlank();
    }

    /** A byte now and then is less than the rate that is asked for: the server ends the connection, long before the body is there. */
    @Test
    void clientsThatSendTooSlowlyAreCutOff() throws IOException, InterruptedException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
            OutputStream out = socket.getOutputStream();
            String head = "POST /api/profiling HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000\r\n\r\n{";
            out.write(head.getBytes(StandardCharsets.US_ASCII));
            out.flush();
            int sent = 0;
            try {
                while (socket.getInputStream().available() == 0) {
                    Thread.sleep(50);
                    out.write(' ');
                    out.flush();
                    sent++;
                }
            } catch (SocketException ended) {
                sent++;
            }
            assertThat(sent).isPositive().isLessThan(49_999);
        }
    }

    @Test
    void theServiceListensOnTheLoopbackAddressUnlessToldOtherwise() {
        assertThat(ServiceOptions.DEFAULTS.address()).isEqualTo("127.0.0.1");
        try (PepperService everywhere = start(ServiceOptions.DEFAULTS.withAddress("0.0.0.0", 0))) {
            assertThat(everywhere.port()).isPositive().isNotEqualTo(service.port());
        }
    }
}
