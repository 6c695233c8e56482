package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Options that name devices of the cluster, beside a table of costs. */
class NamedDevicesTest {
    private final StringWriter err = new StringWriter();

    @TempDir
    Path directory;

    private int plan(String... options) throws IOException {
        Path cluster = Files.writeString(
                directory.resolve("two.yaml"),
                """
                devices: {pi: {}, cloud: {}}
                defaultLink: {bytesPerSecond: 1e6, latencySeconds: 0.005}
                """);
        Path table = Files.writeString(
                directory.resolve("costs.yaml"),
                """
                cutBytes: [600000, 50000, 9000, 4000]
                devices:
                  pi: {runs: {1: 0.010, 1-2: 0.024, 1-3: 0.080}}
                  cloud: {runs: {1-3: 0.012, 2-3: 0.009, 3: 0.006}}
                """);
        String[] all = new String[5 + options.length];
        all[0] = "plan";
        all[1] = "--cluster";
        all[2] = cluster.toString();
        all[3] = "--table";
        all[4] = table.toString();
        System.arraycopy(options, 0, all, 5, options.length);
        return Main.run(new PrintWriter(new StringWriter(), true), new PrintWriter(err, true), all);
    }

    @ParameterizedTest
    @CsvSource({
        "--load, zzz=3, there is no device 'zzz' in the cluster",
        "--load, PI=3, there is no device 'PI' in the cluster",
        "--load, pi=-3, -3",
        "--pin, 1=zzz, zzz",
        "--keep-off, 1=zzz, zzz"
    })
    void aDeviceOrLoadThatCannotBeIsRefusedByName(String option, String value, String said) throws IOException {
        assertThat(plan(option, value)).isNotZero();
        assertThat(err.toString()).contains(said);
    }

    @Test
    void aLoadOfADeviceThatIsThereIsAccepted() throws IOException {
        assertThat(plan("--load", "pi=30")).as(err.toString()).isZero();
    }
}
