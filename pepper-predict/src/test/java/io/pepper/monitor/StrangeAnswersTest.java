package io.pepper.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that repeat secrets, contradict themselves or come compressed. */
class StrangeAnswersTest {
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

    private static String sample(String labels, String value) {
        return "{\"metric\":{" + labels + "},\"value\":[1,\"" + value + "\"]}";
    }

    private FaultServer board(String memory, String free) {
        String labels = "\"instance\":\"pi:9100\"";
        return server.answer("MemTotal_bytes or char", sample(labels, memory))
                .answer("MemAvailable", sample(labels, free));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"status\":\"error\",\"errorType\":\"bad\",\"error\":\"you sent Basic bWU6aHVzaC1odXNo\"}",
                "{\"message\":\"the password hush-hush of me is wrong\"}",
                "me:hush-hush may not",
                "<html><title>Sign in, hush-hush</title></html>",
                "{\"status\": hush-hush}",
                "{\"status\":\"error\",\"error\":\"tenant forge-7 is unknown, bWU6aHVzaC1odXNo\"}"
            })
    void secretsRepeatedByTheServerAreHidden(String answer) {
        for (int status : new int[] {200, 302, 400, 401, 403, 404, 500}) {
            server.status(status).header("Location", "https://sso/hush-hush/x").raw("", answer);
            assertThatThrownBy(() -> builder()
                            .basic("me", "hush-hush")
                            .header("X-Scope-OrgID", "forge-7")
                            .build()
                            .read())
                    .isInstanceOf(IOException.class)
                    .message()
                    .doesNotContain("hush-hush", "bWU6aHVzaC1odXNo", "forge-7");
        }
    }

    @Test
    void warningsRepeatNoSecretEither() throws IOException {
        board("4e9", "1e9")
                .raw(
                        "procs_running",
                        "{\"status\":\"success\",\"warnings\":[\"slow for hush-hush\"],"
                                + "\"data\":{\"resultType\":\"vector\",\"result\":[]}}");
        DeviceReading reading =
                builder().bearerToken("hush-hush").build().read().get("pi");
        assertThat(reading.notes()).containsExactly("Prometheus warns: slow for …");
    }

    @ParameterizedTest
    @CsvSource({
        "512e6, 18e9, cannot both be true",
        "4e9, -1, 'free memory: it is negative, -1.0'",
        "-4e9, 1e9, 'memory: it is negative, -4.0E9'",
        "1e300, 1e9, 'memory: 1.0E300 is out of range'",
        "4e9, NaN, free memory: it is NaN",
        "+Inf, 1e9, memory: it is Infinity"
    })
    void numbersThatMakeNoSenseAreNotKnown(String memory, String free, String said) throws IOException {
        board(memory, free);
        DeviceReading reading = builder().build().read().get("pi");
        boolean both = reading.state().memoryTotalBytes().isPresent()
                && reading.state().memoryFreeBytes().isPresent();
        assertThat(both).isFalse();
        assertThat(reading.problems()).anyMatch(problem -> problem.contains(said));
    }

    @Test
    void aNameForOneOfSeveralBoardsSaysWhichThereAre() throws IOException {
        server.answer(
                "MemTotal_bytes or char",
                sample("\"instance\":\"pi\",\"cluster\":\"east\"", "4e9") + ","
                        + sample("\"instance\":\"pi\",\"cluster\":\"west\"", "8e9"));
        Map<String, DeviceReading> readings =
                builder().node("pi", "camera").build().read();
        assertThat(readings.get("camera").problems())
                .containsExactly("pi: is any of 2 boards: name one of pi@east, pi@west");
        assertThat(readings.get("pi@east").identity()).isEqualTo("{cluster=\"east\", instance=\"pi\"}");
    }

    @Test
    void unrequestedCompressionIsReadAndDamageIsReported() throws IOException {
        byte[] zipped = zipped("{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":["
                + sample("\"instance\":\"pi\",\"nodename\":\"pi\"", "1") + "]}}");
        assertThat(readFrom("gzip", zipped)).containsKey("pi");
        assertRefused("gzip", "{}".getBytes(StandardCharsets.UTF_8), "compressed by gzip, and is not or is damaged");
        assertRefused("br", zipped, "compressed by 'br', which was not asked for");
        assertRefused("gzip", zipped("[" + " ".repeat(17 << 20)), "bytes once it is decompressed");
    }

    private static byte[] zipped(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    private static void assertRefused(String encoding, byte[] body, String said) {
        assertThatThrownBy(() -> readFrom(encoding, body))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(said);
    }

    private static Map<String, DeviceReading> readFrom(String encoding, byte[] body) throws IOException {
        HttpServer zipping = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        zipping.createContext("/", exchange -> {
            exchange.getResponseHeaders().add("Content-Encoding", encoding);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        zipping.start();
        try {
            return PrometheusDeviceMonitor.builder(
                            "http://127.0.0.1:" + zipping.getAddress().getPort())
                    .retries(0, Duration.ofMillis(1))
                    .build()
                    .read();
        } finally {
            zipping.stop(0);
        }
    }
}
