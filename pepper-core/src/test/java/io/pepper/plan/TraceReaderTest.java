package io.pepper.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cluster.LinkState;
import io.pepper.document.InvalidFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceReaderTest {
    @Test
    void readsATrace(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(
                directory.resolve("trace.yaml"),
                """
                requests: {count: 3, everySeconds: 0.5}
                loads:
                  - {device: pi, atSeconds: 5, factor: 2}
                failures:
                  cloud: 8
                """);
        assertThat(PlanSimulator.Trace.read(file))
                .isEqualTo(new PlanSimulator.Trace(
                        List.of(0.0, 0.5, 1.0),
                        List.of(new PlanSimulator.Trace.Load("pi", 5, 2)),
                        Map.of("cloud", 8.0),
                        List.of()));
        assertThat(PlanSimulator.Trace.parse("arrivals: [0, 0.1, 7]", "typed"))
                .isEqualTo(new PlanSimulator.Trace(List.of(0.0, 0.1, 7.0), List.of(), Map.of(), List.of()));
    }

    @Test
    void readsChangesOfLinks() throws IOException {
        LinkState there = LinkState.of("pi", "cloud");
        assertThat(PlanSimulator.Trace.parse(
                                """
                                arrivals: [0]
                                links:
                                  - {between: [pi, cloud], atSeconds: 5, bytesPerSecond: 1e6, latencySeconds: 0.05}
                                  - {from: pi, to: cloud, atSeconds: 9, latencySeconds: 0}
                                """,
                                "typed")
                        .links())
                .containsExactly(
                        change(5, there.withBytesPerSecond(1e6).withLatencySeconds(0.05)),
                        change(
                                5,
                                LinkState.of("cloud", "pi")
                                        .withBytesPerSecond(1e6)
                                        .withLatencySeconds(0.05)),
                        change(9, there.withLatencySeconds(0)));
    }

    private static PlanSimulator.Trace.LinkChange change(double at, LinkState link) {
        return new PlanSimulator.Trace.LinkChange(at, link);
    }

    @Test
    void anInvalidChangeOfALinkIsRefusedWithItsLine() {
        assertThatThrownBy(() -> PlanSimulator.Trace.parse(
                        """
                        arrivals: [0]
                        links:
                          - {from: pi, to: cloud, atSeconds: 5, bytesPerSecond: 1e6}
                          - {from: pi, to: cloud, atSeconds: 9, bytesPerSecond: 0}
                        """,
                        "typed"))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageStartingWith(
                        "typed:4: links[1]: the link from 'pi' to 'cloud': its bandwidth cannot be 0.0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "loads: []|a trace has either 'requests' or 'arrivals'",
                "{arrivals: [], requests: {count: 1, everySeconds: 1}}|either 'requests' or 'arrivals'",
                "requests: {count: 1}|requests.everySeconds: is missing",
                "requests: {everySeconds: 1}|requests.count: is missing",
                "requests: {count: 1e9, everySeconds: 1}|a whole number from 0 to 10000000 is expected",
                "requests: {count: 3, everySeconds: -1}|arrivals ascend from 0",
                "arrivals: [2, 1]|arrivals ascend from 0, found 1.0 after 2.0",
                "{arrivals: [1], loads: {}}|loads: a list is expected",
                "{arrivals: [1], loads: [{device: pi, factor: 2}]}|loads[0].atSeconds: is missing",
                "{arrivals: [1], loads: [{device: pi, atSeconds: 1, factor: 0}]}|no load",
                "{arrivals: [1], links: {}}|links: a list is expected",
                "{arrivals: [1], links: [{from: pi, to: cloud, bytesPerSecond: 1}]}|links[0].atSeconds: is missing",
                "{arrivals: [1], links: [{from: pi, atSeconds: 1, bytesPerSecond: 1}]}|either 'between', or 'from' and 'to'",
                "{arrivals: [1], links: [{between: [pi], atSeconds: 1, bytesPerSecond: 1}]}|two devices are expected, found 1",
                "{arrivals: [1], links: [{from: pi, to: pi, atSeconds: 1, bytesPerSecond: 1}]}|device 'pi' is linked to itself",
                "{arrivals: [1], links: [{from: pi, to: cloud, atSeconds: 1}]}|neither a bandwidth nor a latency",
                "{arrivals: [1], links: [{from: pi, to: cloud, atSeconds: -1, bytesPerSecond: 1}]}|cannot change at -1.0 seconds",
                "{arrivals: [1], links: [{from: pi, to: cloud, atSeconds: 1, latencySeconds: -1}]}|its latency cannot be -1.0",
                "{arrivals: [1], links: [{from: pi, to: cloud, atSeconds: 1, factor: 2}]}|links[0].factor: is an unknown field",
                "{arrivals: [1], failures: {pi: soon}}|failures.pi: a number is expected, found 'soon'",
                "{arrivals: [1], failure: {pi: 1}}|failure: is an unknown field",
            })
    void invalidTracesAreRefused(String text, String message) {
        assertThatThrownBy(() -> PlanSimulator.Trace.parse(text, "typed"))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageStartingWith("typed:1: ")
                .hasMessageContaining(message);
    }
}
