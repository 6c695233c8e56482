package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code pepper simulate} with a trace. */
class SimulateCommandTest extends CommandTest {
    @Test
    void requestsAfterAFailureAreLost() throws IOException {
        Path cluster = Files.writeString(
                directory.resolve("pair.yaml"),
                """
                devices: {gateway: {}, camera: {timeFactor: 50}}
                defaultLink: {bytesPerSecond: 1e9}
                source: camera
                """);
        Path plan = directory.resolve("simulated");
        assertThat(run("plan", model, "--shape", "x=1x3x48x192", "--cluster", cluster, "--roofline", "--out", plan))
                .isZero();
        Path trace = Files.writeString(
                directory.resolve("trace.yaml"),
                """
                requests: {count: 10, everySeconds: 1}
                failures: {gateway: 4.5}
                """);
        assertThat(run("simulate", plan, "--trace", trace, "--json"))
                .as(err.toString())
                .isZero();
        assertThat(json().path("requests").intValue()).isEqualTo(10);
        assertThat(json().path("lost").intValue()).isEqualTo(5);
        assertThat(json().path("latencySeconds").path("p99").isNull()).isTrue();
        Files.writeString(
                trace,
                """
                requests: {count: 10, everySeconds: 1}
                links:
                  - {from: camera, to: gateway, atSeconds: 4.5, latencySeconds: 0.5}
                """);
        assertThat(run("simulate", plan, "--trace", trace, "--json"))
                .as(err.toString())
                .isZero();
        assertThat(json().path("latencySeconds").path("p99").doubleValue()).isGreaterThan(0.5);
        assertThat(json().path("latencySeconds").path("p50").doubleValue()).isLessThan(0.5);
        Files.writeString(trace, "{arrivals: [0], links: [{from: camera, to: moon, atSeconds: 1, latencySeconds: 1}]}");
        assertThat(run("simulate", plan, "--trace", trace)).isEqualTo(1);
        assertThat(err.toString()).contains(trace + ": there is no device 'moon'");
        assertThat(run("simulate", plan)).isEqualTo(2);
        assertThat(run("simulate", directory.resolve("nothing"), "--every", 1)).isEqualTo(1);
    }
}
