package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code pepper verify} of parts that were changed. */
class VerifyCommandTest extends CommandTest {
    @Test
    void partsThatDifferEndWithExitCode3() throws IOException {
        Path parts = directory.resolve("parts");
        assertThat(run("split", model, "--out", parts, "--parts", 2)).isZero();
        Path part = parts.resolve("classifier_part1.onnx");
        byte[] bytes = Files.readAllBytes(part);
        for (int i = bytes.length / 2; i < bytes.length / 2 + 64; i += 4) {
            bytes[i] ^= 0x3f;
        }
        Files.write(part, bytes);
        int code = run("verify", model, parts, "--json");
        assertThat(code).as("%s %s", out, err).isEqualTo(3);
        assertThat(json().get("identical").booleanValue()).isFalse();
        assertThat(json().get("warnings").toString()).contains("is not the file in the manifest");
        assertThat(run("verify", model, parts)).isEqualTo(3);
        assertThat(out.toString()).contains("NOT verified");
    }
}
