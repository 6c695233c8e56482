package io.pepper.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pepper.cluster.Conditions;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.GpuState;
import io.pepper.cluster.Platform;
import io.pepper.document.InvalidFileException;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The texts by which nodes of a cluster tell their state and their links. */
class NodeTextsTest {
    private static DeviceReading full() {
        DeviceState state = DeviceState.builder("pi4")
                .readAt(Instant.parse("2026-11-30T20:00:00Z"))
                .platform(Platform.of("Raspberry Pi 4").withInstructionSet("aarch64"))
                .cores(3.5)
                .cpuLoadPercent(40)
                .runnableThreads(2)
                .memoryFreeBytes(1L << 30)
                .memoryTotalBytes(4L << 30)
                .diskUsagePercent(12)
                .powerWatts(4.5)
                .gpu(new GpuState(OptionalDouble.of(7), OptionalLong.of(1), OptionalLong.of(2)))
                .build();
        Conditions conditions = new Conditions(
                OptionalDouble.of(2),
                OptionalDouble.of(1),
                OptionalDouble.of(90),
                OptionalDouble.of(61),
                OptionalDouble.of(3),
                OptionalDouble.empty(),
                OptionalDouble.of(5));
        return new DeviceReading(
                state, Map.of("class", "edge"), List.of("no sensor"), conditions, "", List.of("warm"), false);
    }

    @Test
    void aStateComesBackAsItWasWritten() throws IOException {
        assertThat(ReadingText.read("pi4", ReadingText.write(full()))).isEqualTo(full());
        DeviceReading empty = new DeviceReading(DeviceState.of("pi4"), Map.of(), List.of());
        assertThat(ReadingText.read("pi4", ReadingText.write(empty))).isEqualTo(empty);
    }

    @Test
    void aStateBelongsToTheNodeThatWasAskedAndIsBounded() throws IOException {
        assertThat(ReadingText.read("nano", ReadingText.write(full())).state().device())
                .isEqualTo("nano");
        List<String> many =
                IntStream.range(0, 5_000).mapToObj(i -> "problem\n" + i).toList();
        DeviceReading loud = new DeviceReading(DeviceState.of("pi4"), Map.of(), many);
        DeviceReading read = ReadingText.read("pi4", ReadingText.write(loud));
        assertThat(read.problems()).hasSize(50).allSatisfy(line -> assertThat(line)
                .doesNotContain("\n"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"cpuLoadPercent\": 101} | CPU load",
                "{\"cpuLoadPercent\": \"high\"} | cpuLoadPercent",
                "{\"readAt\": \"noon\"} | readAt",
                "{\"memoryFreeBytes\": 1.5} | memoryFreeBytes",
                "{\"gpuLoadPercent\": -1} | GPU load",
                "{\"quotaCores\": 0} | quotaCores",
                "[] | fields are expected"
            })
    void aWrongStateIsRefusedWithItsNodeAndField(String text, String named) {
        assertThatThrownBy(() -> ReadingText.read("pi4", text))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("the state of 'pi4'")
                .hasMessageContaining(named);
    }

    @Test
    void theWorkOfTheNodeItselfIsNoLoad() {
        DeviceReading without = NodeStateCapability.withoutOwn(full(), 0.7);
        assertThat(without.state().cpuLoadPercent().getAsDouble()).isCloseTo(20, within(1e-9));
        assertThat(without.state().runnableThreads().getAsDouble()).isCloseTo(1.3, within(1e-9));
        assertThat(without.notes()).contains("the node itself takes 20 % of the processors, which its load leaves out");
        DeviceReading busy = NodeStateCapability.withoutOwn(full(), 3.5);
        assertThat(busy.state().cpuLoadPercent()).hasValue(0);
        assertThat(busy.state().runnableThreads()).hasValue(0);
    }

    @Test
    void linksAreReadOnlyAsFarAsTheyWereAskedFor() throws IOException {
        List<LinkText.Measured> links = LinkText.read(
                "pi4",
                List.of("pi5", "nano"),
                """
                {"links": [{"to": "pi5", "failures": 1, "ageSeconds": 2, "latencySeconds": 0.5, "bytesPerSecond": 10,
                    "reverseBytesPerSecond": 20}, {"to": "nano", "problem": "it is away"}, {"to": "moon"}]}
                """);
        assertThat(links).extracting(LinkText.Measured::to).containsExactly("pi5", "nano");
        assertThat(links.get(0).reverseBytesPerSecond()).hasValue(20);
        assertThat(links.get(1).problem()).isEqualTo("it is away");
        assertThat(links.get(1).latencySeconds()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"links\": [{\"to\": \"pi5\", \"latencySeconds\": -1}]} | latencySeconds",
                "{\"links\": [{\"to\": \"pi5\", \"latencySeconds\": 1}]} | bytesPerSecond",
                "{\"links\": [{\"failures\": 1}]} | to",
                "{} | links"
            })
    void wrongLinksAreRefusedWithTheirNodeAndField(String text, String named) {
        assertThatThrownBy(() -> LinkText.read("pi4", List.of("pi5"), text))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("the links of 'pi4'")
                .hasMessageContaining(named);
    }
}
