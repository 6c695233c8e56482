package io.pepper.examples.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sites that differ get plans that differ. */
class FleetPlannerTest {
    private static final String HEADER = "site,uplink_bytes_per_second,uplink_latency_seconds,camera_slowdown";

    @TempDir
    Path directory;

    @Test
    void segmentsOnTheCameraDependOnItsUplink() throws IOException {
        Path plans = directory.resolve("plans.csv");
        FleetPlanner.main(new String[] {
            costs().toString(),
            sites("fibre,1e9,0.001,1", "radio,200e3,0.05,1", "slow camera,2e6,0.01,10")
                    .toString(),
            plans.toString()
        });
        assertThat(Files.readAllLines(plans))
                .containsExactly(
                        "site,segments_on_camera,latency_seconds",
                        "fibre,0,0.011602112", // 0.001 + 602112 / 1e9 + 0.01
                        "radio,3,0.130000000", // 0.02 + 0.06 + 0.05
                        "slow camera,1,0.268176000"); // 10 * 0.02 + 0.01 + 100352 / 2e6 + 0.008
    }

    @Test
    void everySiteIsAnsweredInItsPlace() throws IOException {
        String[] lines = new String[5000];
        for (int i = 0; i < lines.length; i++) {
            lines[i] = "s" + i + "," + (1e5 + 1e3 * i) + ",0.01,1";
        }
        List<FleetPlanner.SitePlan> plans = FleetPlanner.plan(costs(), sites(lines));
        assertThat(plans).hasSize(5000);
        assertThat(plans.get(1234).site().name()).isEqualTo("s1234");
        // A faster uplink is never worse.
        for (int i = 1; i < plans.size(); i++) {
            assertThat(plans.get(i).latencySeconds())
                    .isLessThanOrEqualTo(plans.get(i - 1).latencySeconds());
        }
    }

    @Test
    void aBadLineIsNamed() throws IOException {
        Path sites = sites("good,1e6,0,1", "bad,fast,0,1");
        assertThatThrownBy(() -> FleetPlanner.plan(costs(), sites))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("sites.csv: line 3")
                .hasMessageContaining("fast");
    }

    private Path costs() throws IOException {
        return Files.writeString(
                directory.resolve("costs.yaml"),
                """
                cutBytes: [602112, 100352, 50176, 0]
                devices:
                  camera: {seconds: [0.020, 0.060, 0.050]}
                  cloud: {seconds: [0.002, 0.004, 0.004]}
                """);
    }

    private Path sites(String... lines) throws IOException {
        return Files.writeString(directory.resolve("sites.csv"), HEADER + "\n" + String.join("\n", lines) + "\n");
    }
}
