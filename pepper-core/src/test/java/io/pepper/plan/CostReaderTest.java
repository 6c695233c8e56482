package io.pepper.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import io.pepper.document.InvalidFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CostReaderTest {
    private static final Cluster CLUSTER = Cluster.builder()
            .device(Device.of("pi"))
            .device(Device.of("cloud"))
            .link("pi", "cloud", Link.of(1e6, 0.005))
            .source("pi")
            .build();

    @Test
    void readsCostsBySegment(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(
                directory.resolve("costs.yaml"),
                """
                cutBytes: [600000, 50000, 4000]
                weightBytes: [100, 200]
                peakBytes: [7, 5]
                devices:
                  cloud: {seconds: [0.002, 0.005]}
                  pi: {seconds: [0.010, .inf], p90Seconds: [0.012, .inf], joules: [0.04, 0.1], runtimeBytes: 1000}
                """);
        CostTable table = CostTable.read(file, CLUSTER);
        assertThat(table.segments()).isEqualTo(2);
        assertThat(table.seconds(0, 1, 0)).isEqualTo(0.010);
        assertThat(table.p90Seconds(0, 1, 0)).isEqualTo(0.012);
        assertThat(table.seconds(1, 2, 0)).isInfinite();
        assertThat(table.seconds(0, 2, 1)).isEqualTo(0.007, within(1e-15));
        assertThat(table.joules(0, 1, 0)).hasValue(0.04);
        assertThat(table.joules(0, 1, 1)).isEmpty();
        assertThat(table.memoryBytes(0, 2, 0)).isEqualTo(1307);
        assertThat(table.flowBytes(1)).isEqualTo(50_000);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "pi: {seconds: [0.5, .inf]}, cloud: {seconds: [1, 2]} | 2 | NaN",
                "pi: {seconds: [0.5, 1], joules: [7, 8]}, cloud: {seconds: [1, 2], joules: [3, 4]} | 7 | 3",
                "pi: {runs: {1: 0.25, 1-2: 1}}, cloud: {runs: {1: 1}} | 1 | NaN",
                "pi: {runs: {1-2: 1}}, cloud: {runs: {1: 1}} | 0 | NaN",
            })
    void missingEnergiesFollowFromTheClustersWatts(String devices, Double pi, Double cloud) throws IOException {
        Cluster cluster = Cluster.builder()
                .device(Device.of("pi").withPower(2, 6))
                .device(Device.of("cloud"))
                .link("pi", "cloud", Link.of(1e6, 0.005))
                .build();
        CostTable table = CostTable.parse("{cutBytes: [1, 1, 1], devices: {" + devices + "}}", "c", cluster);
        assertThat(table.joules(0, 1, 0).orElse(Double.NaN)).isEqualTo(pi);
        assertThat(table.joules(0, 1, 1).orElse(Double.NaN)).isEqualTo(cloud);
    }

    @Test
    void ranksSplitsAsTheTableDoes() throws IOException {
        CostTable table = CostTable.parse(
                """
                cutBytes: [600000, 50000, 9000, 4000]
                devices:
                  pi: {runs: {1: 0.010, 1-2: 0.024, 1-3: 0.080}}
                  cloud: {runs: {1-3: 0.012, 2-3: 0.009, 3: 0.006}}
                """,
                "typed",
                CLUSTER);
        Planner planner = Planner.of(CLUSTER, table);
        List<Placement> splits = planner.splits("pi", "cloud", Objective.LATENCY);
        // All on pi 80; after one 10 + 55 + 9 = 74; after two 24 + 14 + 6 = 44; all in the cloud 605 + 12.
        assertThat(splits.stream().map(split -> split.parts().get(0).to())).containsExactly(2, 1, 3, 3);
        assertThat(splits.stream().map(split -> Math.rint(1e6 * split.latencySeconds()) / 1e3))
                .containsExactly(44.0, 74.0, 80.0, 617.0);
        assertThat(planner.plan(Objective.LATENCY).latencySeconds())
                .isEqualTo(splits.get(0).latencySeconds());
        assertThatThrownBy(() -> planner.splits("pi", "fog", Objective.LATENCY))
                .hasMessage("there is no device 'fog' in the cluster");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "devices: {}|typed:1: cutBytes: is missing",
                "cutBytes: [1]|typed:1: cutBytes: two numbers are the least",
                "cutBytes: [1, 2]|typed:1: devices: is missing",
                "{cutBytes: [1, 2], devices: {fog: {seconds: [1]}}}|devices.fog: is not in the cluster",
                "{cutBytes: [1, 2], devices: {pi: {seconds: [1]}}}|devices.cloud: is missing",
                "{cutBytes: [1, 2], devices: {pi: {seconds: [1, 2]}, cloud: {seconds: [1]}}}"
                        + "|devices.pi.seconds: 2 numbers, where cutBytes makes it 1 segments",
                "{cutBytes: [1, 2], devices: {pi: {seconds: [-1]}, cloud: {seconds: [1]}}}|devices.pi: no times: median -1.0",
                "{cutBytes: [1, -2], devices: {pi: {seconds: [1]}, cloud: {seconds: [1]}}}|there cannot be -2.0 bytes",
                "{cutBytes: [1, 2], devices: {pi: {seconds: [1], watt: 3}, cloud: {seconds: [1]}}}|devices.pi.watt: is an unknown field",
                "{cutBytes: [1, 2], devices: {pi: {runs: {1-2: 3}}, cloud: {runs: {}}}}|runs.1-2: must be a run of segments 1 to 1 with",
                "{cutBytes: [1, 2], devices: {pi: {runs: {x: 3}}, cloud: {runs: {}}}}|runs.x: must be a run of segments 1 to 1 with",
                "{cutBytes: [1, 2], devices: {pi: {runs: {}}, cloud: {seconds: [1]}}}|devices.cloud.runs: is missing",
                "{cutBytes: 3, devices: {}}|cutBytes: a list of numbers is expected, found '3'",
                "{cutBytes: [1, x], devices: {}}|cutBytes: a number is expected, found 'x'",
            })
    void invalidTablesAreRefused(String text, String message) {
        assertThatThrownBy(() -> CostTable.parse(text, "typed", CLUSTER))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(message);
    }
}
