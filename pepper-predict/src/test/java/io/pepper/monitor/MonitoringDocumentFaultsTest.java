package io.pepper.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers that are empty, broken, hostile or ambiguous: documents have fewer entries then, and say why. */
class MonitoringDocumentFaultsTest {
    private FaultServer server;

    @BeforeEach
    void start() throws IOException {
        server = new FaultServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private MonitoringDocuments documents() {
        return MonitoringDocuments.of(
                PrometheusDeviceMonitor.builder(server.uri())
                        .retries(0, Duration.ofMillis(1))
                        .build(),
                "");
    }

    private static String series(String labels, String value) {
        return "{\"metric\":{" + labels + "},\"value\":[1,\"" + value + "\"]}";
    }

    private static String agent(String name, String uuid) {
        return "\"char_node_name\":\"" + name + "\",\"char_node_uuid\":\"" + uuid + "\",\"instance\":\"" + name
                + ":5001\"";
    }

    @Test
    void withoutPodsTheListsAreEmptyAndANoteSaysWhy() throws IOException {
        server.answer("query=", "");
        MonitoringDocument document = documents().pods();
        assertThat(document.results()).hasSize(5).allSatisfy((title, entries) -> assertThat(entries)
                .isEmpty());
        assertThat(document.notes()).singleElement().asString().contains("does not scrape the kubelets' cAdvisor");
    }

    @Test
    void withoutAgentsANoteSaysSo() throws IOException {
        server.answer("query=", "");
        MonitoringDocument document = documents().characterization();
        assertThat(document.results()).hasSize(7);
        assertThat(document.notes()).singleElement().asString().contains("scrapes no characterization agent");
    }

    @Test
    void twoAgentsWithOneUuidAreNoticed() throws IOException {
        server.answer("char_node_ram_total_bytes", series(agent("a", "u"), "1") + "," + series(agent("b", "u"), "2"))
                .answer("query=", "");
        MonitoringDocument document = documents().characterization();
        assertThat(document.results().get("Memory Characterization"))
                .extracting(entry -> entry.get("node_ram_total_bytes"))
                .containsExactly("1", "2");
        assertThat(document.notes()).anyMatch(note -> note.contains("the nodes a, b have the same UUID u"));
    }

    @Test
    void valuesThatAreNoAmountsAreNotPassedOn() throws IOException {
        server.answer(
                        "char_node_ram_total_bytes",
                        series(agent("a", "u"), "NaN")
                                + "," + series(agent("b", "v"), "-1")
                                + "," + series("\"instance\":\"c:1\"", "5"))
                .answer("char_node_cpu_total_cores", series(agent("d", "w"), "1e300"))
                .answer("query=", "");
        MonitoringDocument document = documents().characterization();
        assertThat(document.results().get("Memory Characterization")).isEmpty();
        assertThat(document.notes())
                .anyMatch(note -> note.contains("a: Memory Characterization: the value is NaN"))
                .anyMatch(note -> note.contains("b: Memory Characterization: the value is -1"))
                .anyMatch(note -> note.contains("d: CPU Characterization: the value is 1.0E300"))
                .anyMatch(note -> note.contains("of c:1 has no char_node_name"));
        assertThat(document.results().get("CPU Characterization")).isEmpty();
    }

    @Test
    void labelsCannotControlATerminalAndAreShort() throws IOException {
        server.answer(
                        "char_node_os",
                        series(agent("a", "u") + ",\"char_node_os_name\":\"\\u001b[2J" + "x".repeat(5000) + "\"", "1"))
                .answer("query=", "");
        String name = documents()
                .characterization()
                .results()
                .get("OS Characterization")
                .get(0)
                .get("node_os_name");
        assertThat(name).doesNotContain("\u001b").hasSizeLessThan(300);
    }

    @Test
    void aListIsBounded() throws IOException {
        String many = IntStream.range(0, 10_001)
                .mapToObj(i -> series(agent("n" + i, "u" + i), "1"))
                .collect(Collectors.joining(","));
        server.answer("char_node_ram_total_bytes", many).answer("query=", "");
        MonitoringDocument document = documents().characterization();
        assertThat(document.results().get("Memory Characterization")).hasSize(10_000);
        assertThat(document.notes()).anyMatch(note -> note.contains("only the first 10000 entries"));
    }

    @Test
    void aQueryThatIsRefusedIsANoteAndTheOthersRemain() throws IOException {
        server.raw("char_node_gpu", "{\"status\":\"error\",\"errorType\":\"execution\",\"error\":\"too many samples\"}")
                .answer("char_node_ram_total_bytes", series(agent("a", "u"), "1"))
                .answer("query=", "");
        MonitoringDocument document = documents().characterization();
        assertThat(document.results().get("Memory Characterization")).hasSize(1);
        assertThat(document.notes())
                .anyMatch(note -> note.contains("GPU Characterization") && note.contains("too many samples"));
    }

    @Test
    void aServerThatRefusesEverythingIsAFailure() {
        server.raw("query=", "{\"status\":\"error\",\"errorType\":\"execution\",\"error\":\"no store\"}");
        assertThatThrownBy(() -> documents().pods())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no store");
        assertThatThrownBy(() -> documents().characterization())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no store");
        assertThatThrownBy(() -> documents().nodes()).isInstanceOf(IOException.class);
    }

    @Test
    void aServerThatIsGoneIsAFailure() {
        server.close();
        assertThatThrownBy(() -> documents().characterization()).isInstanceOf(IOException.class);
    }

    /** Series of network devices whose labels match two nodes are of neither. */
    @Test
    void aValueThatMayBelongToTwoNodesIsAssignedToNeither() throws IOException {
        server.answer(
                        "node_memory_MemTotal_bytes",
                        series("\"instance\":\"a:9100\",\"site\":\"north\"", "8") + ","
                                + series("\"instance\":\"a:9100\",\"site\":\"south\"", "8"))
                .answer(
                        "node_network_receive_bytes_total",
                        series("\"instance\":\"a:9100\"", "5") + ","
                                + series("\"instance\":\"a:9100\",\"site\":\"south\"", "7"))
                .answer("query=", "");
        MonitoringDocument document = documents().nodes();
        List<Map<String, String>> received = document.results().get("Node Receive Bandwidth Results");
        assertThat(received).hasSize(1);
        assertThat(received.get(0).get("receive_bandwidth(avg_bytes)")).isEqualTo("7");
        assertThat(received.get(0).get("node")).contains("south");
    }

    @Test
    void aWindowThatIsNoneIsRefused() {
        assertThatThrownBy(() -> documents().withWindow("1m])) or vector(1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not a duration");
    }
}
