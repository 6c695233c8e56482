package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Exit codes, help, and errors of the command line as a whole. */
class UsageTest extends CommandTest {
    @Test
    void versionAndHelpArePrinted() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).startsWith("pepper 0.");
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("Exit codes:").contains("inspect");
    }

    @Test
    void wrongUsageEndsWithExitCode2AndWritesNothing() {
        Path parts = directory.resolve("parts");
        assertThat(run()).isEqualTo(2);
        assertThat(run("nonsense")).isEqualTo(2);
        assertThat(run("inspect")).isEqualTo(2);
        assertThat(run("split", model)).isEqualTo(2);
        assertThat(err.toString()).contains("--out");
        assertThat(run("split", model, "--out", parts, "--parts", "many")).isEqualTo(2);
        assertThat(run("split", model, "--out", parts, "--parts", 0)).isEqualTo(2);
        assertThat(run("split", model, "--out", parts, "--min-distance", -1)).isEqualTo(2);
        assertThat(run("split", model, "--out", parts, "--parts", 2, "--min-distance", 3))
                .isEqualTo(2);
        assertThat(run("split", model, "--out", parts, "--balance", "bytes")).isEqualTo(2);
        assertThat(run("split", model, "--out", parts, "--shape", "x")).isEqualTo(2);
        assertThat(run("split", model, "--out", parts, "--shape", "x=1xtwo")).isEqualTo(2);
        assertThat(run("split", model, "--out", parts, "--dim", "n=-1")).isEqualTo(2);
        assertThat(parts).doesNotExist();
    }

    @Test
    void failuresEndWithExitCode1AndOneLine() throws IOException {
        Path parts = directory.resolve("parts");
        assertThat(run("split", model, "--out", parts, "--parts", 100)).isEqualTo(1);
        assertThat(err.toString()).containsPattern("100 parts asked, \\d+ possible");
        assertThat(run("split", model, "--out", parts, "--at", "nowhere")).isEqualTo(1);
        assertThat(err.toString()).contains("nowhere");
        assertThat(parts).doesNotExist();
        assertThat(run("inspect", directory.resolve("missing.onnx"), "--json")).isEqualTo(1);
        assertThat(err.toString()).contains("missing.onnx: no such file").doesNotContain("Exception");
        assertThat(out.toString()).isEmpty();
        assertThat(run("inspect", directory)).isEqualTo(1);
        assertThat(err.toString()).doesNotContain("\tat ");
        Path broken = Files.writeString(directory.resolve("broken.onnx"), "this is no model");
        assertThat(run("split", broken, "--out", parts)).isEqualTo(1);
        assertThat(err.toString()).contains("broken.onnx").doesNotContain("\tat ");
        assertThat(run("split", model, "--out", parts, "--verify", "--shape", "z=1x3"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("z");
        assertThat(run("verify", model, directory.resolve("nothing"))).isEqualTo(1);
    }
}
