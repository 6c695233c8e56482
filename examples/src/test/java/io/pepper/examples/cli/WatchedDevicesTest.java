package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.DeviceState;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What plan and run make of the devices that a Prometheus watches, and devices of an empty answer. */
class WatchedDevicesTest {
    private HttpServer server;
    private final Map<String, String> answers = new LinkedHashMap<>();

    @Command
    private static final class Holder {
        @Mixin
        private PrometheusOptions prometheus = new PrometheusOptions();
    }

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                String query = URLDecoder.decode(
                        String.valueOf(exchange.getRequestURI().getRawQuery()), StandardCharsets.UTF_8);
                String result = answers.entrySet().stream()
                        .filter(answer -> query.contains(answer.getKey()))
                        .map(Map.Entry::getValue)
                        .findFirst()
                        .orElse("");
                byte[] body = ("{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[" + result
                                + "]}}")
                        .getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private static String sample(String instance, String more, String value) {
        return "{\"metric\":{\"instance\":\"" + instance + "\"" + more + "},\"value\":[0,\"" + value + "\"]}";
    }

    /** Two boards that call themselves pi, and one that calls itself gateway. */
    private void three() {
        answers.put(
                "node_uname_info",
                sample("10.0.0.1:9100", ",\"nodename\":\"pi\"", "1") + ","
                        + sample("10.0.0.2:9100", ",\"nodename\":\"pi\"", "1") + ","
                        + sample("10.0.0.3:9100", ",\"nodename\":\"gateway\"", "1"));
        answers.put(
                "rate(",
                sample("10.0.0.1:9100", "", "10") + "," + sample("10.0.0.2:9100", "", "20") + ","
                        + sample("10.0.0.3:9100", "", "30"));
    }

    private Map<String, DeviceState> read(List<String> notes, List<String> devices, String... options)
            throws IOException {
        Cluster.Builder cluster = Cluster.builder();
        devices.forEach(name -> cluster.device(Device.of(name)));
        Holder holder = new Holder();
        List<String> words = new ArrayList<>(List.of("--prometheus", url()));
        words.addAll(List.of(options));
        new CommandLine(holder).parseArgs(words.toArray(String[]::new));
        return WatchedDevices.read(holder.prometheus, cluster.build(), notes);
    }

    @Test
    void namesDevicesThatAreNotWatchedAndNodesThatAreNoDevice() throws IOException {
        three();
        List<String> notes = new ArrayList<>();
        Map<String, DeviceState> states = read(notes, List.of("GATEWAY", "10.0.0.1", "camera"));
        assertThat(states.get("GATEWAY").cpuLoadPercent()).hasValue(30);
        assertThat(states.get("10.0.0.1").cpuLoadPercent()).hasValue(10);
        assertThat(states).doesNotContainKey("camera");
        assertThat(notes)
                .contains(
                        "Prometheus knows no device 'camera': assumed to be idle",
                        "Prometheus also watches nodes outside of the cluster: 10.0.0.2",
                        "GATEWAY: is {instance=\"10.0.0.3:9100\"}, otherwise called 'gateway'");
    }

    @Test
    void refusesADeviceThatMayBeEitherOfTwoBoards() throws IOException {
        three();
        assertThatThrownBy(() -> read(new ArrayList<>(), List.of("pi")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("device 'pi': 'pi' may be any of 2 boards: 10.0.0.1")
                .hasMessageContaining("--node INSTANCE=pi");
        List<String> notes = new ArrayList<>();
        assertThat(read(notes, List.of("pi"), "--node", "10.0.0.2:9100=pi")
                        .get("pi")
                        .cpuLoadPercent())
                .hasValue(20);
    }

    @Test
    void saysThatALoadIsNotKnown() throws IOException {
        answers.put("MemTotal_bytes or", sample("camera:9100", "", "1e9"));
        List<String> notes = new ArrayList<>();
        read(notes, List.of("camera"));
        assertThat(notes)
                .contains("camera: its load is unknown: assumed to be idle")
                .anyMatch(note -> note.startsWith("camera: CPU load: Prometheus has none"));
    }

    @Test
    void anEmptyAnswerEndsWithACode() {
        StringWriter err = new StringWriter();
        int code = Main.run(
                new PrintWriter(new StringWriter()), new PrintWriter(err, true), "devices", "--prometheus", url());
        assertThat(code).isEqualTo(1);
        assertThat(err.toString()).contains(url() + ": Prometheus has no series of node_exporter");
    }

    @Test
    void aPasswordInTheAddressIsInNoMessage() {
        for (String typed : List.of("http://me:hush@127.0.0.1:1", "me:hush@127.0.0.1:1", "http://me:hu%zz@hush")) {
            StringWriter said = new StringWriter();
            PrintWriter out = new PrintWriter(said, true);
            assertThat(Main.run(out, out, "devices", "--prometheus", typed)).isEqualTo(1);
            assertThat(said.toString())
                    .contains("pepper: ")
                    .doesNotContain("hush@")
                    .doesNotContain("me:");
        }
    }
}
