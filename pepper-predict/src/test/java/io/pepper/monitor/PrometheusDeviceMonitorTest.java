package io.pepper.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cluster.DeviceState;
import io.pepper.cluster.GpuState;
import io.pepper.workload.Prediction;
import io.pepper.workload.Workload;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server that answers as Prometheus does, or as it should not. */
class PrometheusDeviceMonitorTest {
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
        return PrometheusDeviceMonitor.builder(server.uri())
                .retries(2, Duration.ofMillis(10))
                .timeout(Duration.ofSeconds(2));
    }

    private static String sample(String labels, String value) {
        return "{\"metric\":{" + labels + "},\"value\":[1700000000.1,\"" + value + "\"]}";
    }

    private static String of(String instance, String value) {
        return sample("\"instance\":\"" + instance + "\"", value);
    }

    /** Three nodes, each query in another order, so that joining by position would mix them up. */
    private void three() {
        server.answer(
                        "node_uname_info",
                        sample("\"instance\":\"10.0.0.1:9100\",\"nodename\":\"pi-1\"", "1") + ","
                                + sample("\"instance\":\"10.0.0.2:9100\",\"nodename\":\"pi-2\"", "1"))
                .answer(
                        "rate(",
                        of("10.0.0.1:9100", "11") + "," + of("10.0.0.2:9100", "22") + "," + of("nano:9100", "33"))
                .answer(
                        "node_filesystem",
                        of("nano:9100", "3") + "," + of("10.0.0.2:9100", "2") + "," + of("10.0.0.1:9100", "1"))
                .answer("node_procs_running", of("10.0.0.2:9100", "2.5") + "," + of("10.0.0.1:9100", "1.5"))
                .answer("MemAvailable", of("10.0.0.2:9100", "2e9") + "," + of("10.0.0.1:9100", "1e9"))
                .answer(
                        "MemTotal_bytes or",
                        of("10.0.0.1:9100", "4e9") + "," + sample("\"char_node_name\":\"pi-2\"", "8e9"))
                .answer("count without", of("10.0.0.1:9100", "4") + "," + of("10.0.0.2:9100", "6"))
                .answer("energy_watt", sample("\"char_node_name\":\"pi-2\"", "5.5"))
                .answer(
                        "char_node_device_model",
                        sample(
                                "\"char_node_name\":\"pi-2\",\"char_node_device_model_name\":\"Raspberry Pi 4\","
                                        + "\"char_node_class\":\"edge\",\"char_node_uuid\":\"u2\"",
                                "1"))
                .answer("timestamp(", of("10.0.0.1:9100", "3"));
    }

    @Test
    void joinsByNode() throws IOException {
        three();
        Map<String, DeviceReading> readings = builder().build().read();
        assertThat(readings).containsOnlyKeys("nano", "pi-1", "pi-2");
        DeviceState two = readings.get("pi-2").state();
        assertThat(two.cpuLoadPercent()).hasValue(22);
        assertThat(two.diskUsagePercent()).hasValue(2);
        assertThat(two.runnableThreads()).hasValue(2.5);
        assertThat(two.memoryFreeBytes()).hasValue(2_000_000_000L);
        assertThat(two.memoryTotalBytes()).as("the agent tells it").hasValue(8_000_000_000L);
        assertThat(two.cores()).hasValue(6);
        assertThat(two.powerWatts()).hasValue(5.5);
        assertThat(two.model()).hasValue("Raspberry Pi 4");
        assertThat(two.readAt()).isPresent();
        assertThat(readings.get("pi-2").problems()).isEmpty();
        assertThat(readings.get("pi-2").labels())
                .isEqualTo(Map.of("instance", "10.0.0.2:9100", "class", "edge", "uuid", "u2", "name", "pi-2"));
        assertThat(readings.get("pi-1").state().cpuLoadPercent()).hasValue(11);
        assertThat(readings.get("nano").state().diskUsagePercent()).hasValue(3);
        assertThat(readings.get("nano").state().memoryFreeBytes()).isEmpty();
        assertThat(readings.get("nano").problems())
                .containsExactly(
                        "runnable threads: Prometheus has none",
                        "free memory: Prometheus has none",
                        "memory: Prometheus has none",
                        "cores: Prometheus has none");
    }

    @Test
    void graphicsProcessorsAreReadWhereTheNodeReportsThem() throws IOException {
        three();
        server.answer("node_drm_gpu_busy_percent", of("10.0.0.2:9100", "64"))
                .answer("vram_used_bytes", of("10.0.0.2:9100", "3e9"))
                .answer("(node_drm_memory_vram_size_bytes)", of("10.0.0.2:9100", "4e9"));
        Map<String, DeviceReading> readings = builder().build().read();
        GpuState gpu = readings.get("pi-2").state().gpu();
        assertThat(gpu.loadPercent()).hasValue(64);
        assertThat(gpu.memoryFreeBytes()).hasValue(3_000_000_000L);
        assertThat(gpu.memoryTotalBytes()).hasValue(4_000_000_000L);
        assertThat(readings.get("pi-1").state().gpu()).isEqualTo(GpuState.UNKNOWN);
        assertThat(readings.get("pi-1").problems()).as("most nodes have none").isEmpty();
    }

    @Test
    void givenNamesOfDevicesAreUsed() throws IOException {
        three();
        assertThat(builder().node("10.0.0.1:9100", "gateway").build().read())
                .containsOnlyKeys("nano", "gateway", "pi-2");
    }

    @Test
    void missingValuesStayUnknown() throws IOException {
        three();
        server.answer(
                        "rate(",
                        of("10.0.0.1:9100", "NaN") + "," + of("10.0.0.2:9100", "+Inf") + "," + of("nano:9100", "250"))
                .answer("MemAvailable", of("10.0.0.1:9100", "-5") + "," + of("10.0.0.2:9100", "many"));
        Map<String, DeviceReading> readings = builder().build().read();
        readings.values().forEach(reading -> {
            assertThat(reading.state().cpuLoadPercent()).isEmpty();
            assertThat(reading.state().memoryFreeBytes()).isEmpty();
        });
        assertThat(readings.get("pi-1").problems())
                .contains("CPU load: it is NaN", "free memory: it is negative, -5.0");
        assertThat(readings.get("pi-2").problems()).contains("CPU load: it is Infinity", "free memory: it is NaN");
        assertThat(readings.get("nano").problems()).contains("CPU load: 250.0 % is out of range");
    }

    @Test
    void toleratesRatesThatMissTheEndsByALittle() throws IOException {
        server.answer("rate(", of("a:1", "-0.3") + "," + of("b:1", "100.4"));
        Map<String, DeviceReading> readings = builder().build().read();
        assertThat(readings.get("a").state().cpuLoadPercent()).hasValue(0);
        assertThat(readings.get("b").state().cpuLoadPercent()).hasValue(100);
    }

    @Test
    void oldValuesAreNotTaken() throws IOException {
        three();
        server.answer("timestamp(", of("10.0.0.2:9100", "300"));
        DeviceReading old = builder().build().read().get("pi-2");
        assertThat(old.state()).isEqualTo(DeviceState.of("pi-2"));
        assertThat(old.problems()).containsExactly("the last scrape is 300 seconds old");
        assertThat(builder()
                        .maxAge(Duration.ofMinutes(10))
                        .build()
                        .read()
                        .get("pi-2")
                        .problems())
                .isEmpty();
    }

    @Test
    void failedRequestsAreRepeatedIfThatMayHelp() throws IOException {
        three();
        server.failures(2);
        assertThat(builder().build().read().get("pi-1").problems()).isEmpty();
    }

    @Test
    void saysWhatFailed() throws IOException {
        three();
        server.raw("node_filesystem", "<html>502</html>");
        DeviceReading reading = builder().build().read().get("pi-1");
        assertThat(reading.state().cpuLoadPercent()).hasValue(11);
        assertThat(reading.state().diskUsagePercent()).isEmpty();
        assertThat(reading.problems())
                .hasSize(2)
                .anyMatch(problem -> problem.startsWith("disk usage: " + server.uri() + ": HTTP 200, and a web page"));
    }

    @Test
    void failsIfNothingCanBeRead() {
        server.status(500);
        assertThatThrownBy(() -> builder().build().read())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("HTTP 500, after 3 attempts");
        server.status(401).raw("", "{\"status\":\"error\",\"errorType\":\"auth\",\"error\":\"who are you?\"}");
        assertThatThrownBy(() -> builder().build().read())
                .hasMessageContaining("asks for a password or a token (HTTP 401): auth who are you?");
        server.status(200).raw("", "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[]}}");
        assertThatThrownBy(() -> builder().build().read()).hasMessageContaining("the answer is not a vector");
        server.raw("", "[".repeat(100_000));
        assertThatThrownBy(() -> builder().build().read()).hasMessageContaining("not a JSON object");
    }

    @Test
    void failsIfNobodyAnswers() {
        URI nobody = URI.create("http://127.0.0.1:1");
        assertThatThrownBy(() -> PrometheusDeviceMonitor.builder(nobody)
                        .retries(1, Duration.ofMillis(1))
                        .build()
                        .read())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("http://127.0.0.1:1")
                .hasMessageContaining("after 2 attempts");
    }

    @Test
    void doesNotWaitForEver() {
        server.delay(3_000);
        assertThatThrownBy(() -> builder()
                        .timeout(Duration.ofMillis(100))
                        .retries(0, Duration.ZERO)
                        .queries(PrometheusQueries.PAPER)
                        .build()
                        .read())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("timed out");
    }

    /** The client's own time-out ends with the headers. */
    @Test
    void doesNotWaitForTheRestOfAnAnswerForEver() {
        server.stalls();
        PrometheusDeviceMonitor monitor = builder()
                .timeout(Duration.ofMillis(200))
                .retries(1, Duration.ofMillis(1))
                .build();
        assertThatThrownBy(monitor::read)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the answer did not end in time, after 2 attempts");
    }

    @Test
    void canBeStoppedWithinAnAnswer() {
        server.stalls();
        Thread reader = Thread.currentThread();
        Thread stopper = new Thread(() -> {
            while (server.requests.get() == 0) {
                Thread.onSpinWait();
            }
            reader.interrupt();
        });
        stopper.start();
        assertThatThrownBy(
                        () -> builder().timeout(Duration.ofMinutes(1)).build().read())
                .isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void silentServersGetNoFurtherRequests() {
        server.delay(2_000);
        assertThatThrownBy(() -> builder()
                        .timeout(Duration.ofMillis(50))
                        .retries(1, Duration.ofMillis(1))
                        .build()
                        .read())
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(server.uri().toString());
        assertThat(server.requests).hasValueLessThanOrEqualTo(2);
    }

    @Test
    void saysWhichNodesAreDown() throws IOException {
        three();
        server.answer("up == 0", of("10.0.0.3:9100", "0"));
        Map<String, DeviceReading> readings = builder()
                .node("10.0.0.3:9100", "pi-3")
                .node("10.0.0.4:9100", "pi-4")
                .build()
                .read();
        assertThat(readings).containsOnlyKeys("nano", "pi-1", "pi-2", "pi-3", "pi-4");
        assertThat(readings.get("pi-3").state()).isEqualTo(DeviceState.of("pi-3"));
        assertThat(readings.get("pi-3").problems()).containsExactly("10.0.0.3:9100: Prometheus cannot reach it");
        assertThat(readings.get("pi-4").problems()).containsExactly("10.0.0.4:9100: Prometheus has no values of it");
    }

    @Test
    void believesTheAgentWhereTheNodeItselfTellsNothing() throws IOException {
        String agent = "\"instance\":\"10.0.0.9:80\",\"char_node_name\":";
        server.answer("node_uname_info", sample("\"instance\":\"10.0.0.1:9100\",\"nodename\":\"pi-1\"", "1"))
                .answer(
                        "count without",
                        sample(agent + "\"pi-1\"", "99") + "," + of("10.0.0.1:9100", "4") + ","
                                + sample(agent + "\"nano\"", "6"));
        Map<String, DeviceReading> readings = builder().build().read();
        assertThat(readings.get("pi-1").state().cores()).hasValue(4);
        assertThat(readings.get("nano").state().cores()).hasValue(6);
    }

    @Test
    void canBeStopped() {
        server.delay(3_000);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> builder().build().read()).isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void authenticates() throws IOException {
        three();
        builder().bearerToken("secret").queries(PrometheusQueries.PAPER).build().read();
        assertThat(server.authorizations).isNotEmpty().allMatch("Bearer secret"::equals);
        server.authorizations.clear();
        builder().basic("user", "pass").queries(PrometheusQueries.PAPER).build().read();
        assertThat(server.authorizations).isNotEmpty().allMatch("Basic dXNlcjpwYXNz"::equals);
    }

    /** Queries of one's own may leave out the labels that tell boards apart. */
    @Test
    void aNumberThatMayBeOfTwoBoardsIsOfNone() throws IOException {
        String north = "\"instance\":\"gw:9100\",\"job\":\"n\",\"site\":\"north\"";
        String south = "\"instance\":\"gw:9100\",\"job\":\"n\",\"site\":\"south\"";
        server.answer(
                        "node_uname_info",
                        sample(north + ",\"nodename\":\"pi\"", "1") + "," + sample(south + ",\"nodename\":\"pi\"", "1"))
                .answer("rate(", of("gw:9100", "33"))
                .answer("MemTotal_bytes or", sample(north, "1e9") + "," + sample(south, "2e9"))
                .answer("count without", sample(north, "4"));
        Map<String, DeviceReading> readings = builder().build().read();
        assertThat(readings).containsOnlyKeys("gw:9100@north", "gw:9100@south");
        readings.values().forEach(reading -> {
            assertThat(reading.state().cpuLoadPercent()).isEmpty();
            assertThat(reading.problems())
                    .contains(
                            "CPU load: Prometheus' answer {instance=\"gw:9100\"} may be of any of gw:9100@north, gw:9100@south");
        });
        assertThat(readings.get("gw:9100@south").state().memoryTotalBytes()).hasValue(2_000_000_000L);
    }

    @Test
    void valuesThatDisagreeAreNotTaken() throws IOException {
        server.answer("MemTotal_bytes or", of("a:1", "1e9"))
                .answer(
                        "node_filesystem",
                        sample("\"instance\":\"a:1\",\"mountpoint\":\"/\",\"device\":\"x\"", "10") + ","
                                + sample("\"instance\":\"a:1\",\"mountpoint\":\"/\",\"device\":\"y\"", "90"));
        DeviceReading reading = builder().build().read().get("a");
        assertThat(reading.state().diskUsagePercent()).isEmpty();
        assertThat(reading.problems())
                .contains(
                        "disk usage: Prometheus has 2 that disagree, for instance of {device=\"x\"} and of {device=\"y\"}");
    }

    @Test
    void twoInstancesCannotHaveOneName() {
        assertThatThrownBy(() -> builder().node("a:1", "pi").node("b:1", "PI"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'a:1' and 'b:1' would both be called 'PI'");
    }

    @Test
    void aNameThatIsGivenIsTakenFromWhoeverElseWouldHaveIt() throws IOException {
        three();
        Map<String, DeviceReading> readings =
                builder().node("10.0.0.1:9100", "pi-2").build().read();
        assertThat(readings.get("pi-2").state().cpuLoadPercent()).hasValue(11);
        assertThat(readings.get("10.0.0.2").state().cpuLoadPercent()).hasValue(22);
    }

    @Test
    void saysWhatPrometheusWarnsOf() throws IOException {
        three();
        server.raw(
                "node_procs_running",
                "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]},"
                        + "\"warnings\":[\"store \\u001b[2J down\"]}");
        assertThat(builder().build().read().get("pi-1").notes())
                .containsExactly("Prometheus warns: store \\u001b[2J down");
    }

    @Test
    void aWindowIsASpanOfTime() {
        for (String wrong : new String[] {"", "30", "0s", "30s]) or vector(1", "5 m", "1e9s"}) {
            assertThatThrownBy(() -> PrometheusQueries.over(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is not a duration");
        }
        assertThat(PrometheusQueries.over("1m30s").cpuLoadPercent()).contains("[1m30s]");
    }

    @Test
    void ranksDevices() throws IOException {
        three();
        Workload work = Workload.builder().build();
        DeviceRanking ranking = DeviceRanking.of(work, 1, builder().build(), (piece, threads, device) -> {
            if (device.model().isPresent()) {
                throw new IllegalArgumentException(
                        "no predictor for " + device.model().get());
            }
            double seconds = 1 - device.cpuLoadPercent().orElseThrow() / 100;
            return new Prediction(seconds, seconds, false);
        });
        assertThat(ranking.fastest().orElseThrow().reading().state().device()).isEqualTo("nano");
        assertThat(ranking.devices()).hasSize(2);
        assertThat(ranking.problems().get("pi-2")).containsExactly("no prediction: no predictor for Raspberry Pi 4");
    }
}
