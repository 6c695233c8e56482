package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pepper.examples.PackedDecoder;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A text generator with packed weights on the command line, from its inspection to its tokens; and shared tensors. */
class PackedDecoderCommandsTest {
    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private JsonNode run(Object... args) throws IOException {
        assertThat(CommandTest.run(out, err, args)).as(err.toString()).isZero();
        return new ObjectMapper().readTree(out.toString());
    }

    private JsonNode tokens(Path parts) throws IOException {
        return run("generate", parts, "--prompt-tokens", "3,1,40,7", "--max-new", 12, "--json")
                .path("sequences")
                .get(0)
                .path("tokens");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 8})
    void fromAPackedDecoderToItsTokens(int bits) throws IOException {
        Path model = PackedDecoder.write(directory.resolve("packed.onnx"), bits);
        JsonNode found = run("inspect", model, "--json");
        assertThat(found.path("recognized").path("caches")).hasSize(6);
        assertThat(found.path("characteristics").path("unknownOperators")).isEmpty();
        long packed = 3 * (64 * (64 + 32 + 32 + 64) + 3 * 64 * 128) + 64 * 48;
        assertThat(found.path("weightBytes").asLong())
                .as("half a byte for each weight of 4 bits")
                .isBetween(packed * bits / 8, packed * bits / 8 + packed / 8 + 40_000);

        Path parts = directory.resolve("parts");
        JsonNode split = run("split", model, "--parts", 3, "--out", parts, "--json");
        assertThat(split.path("parts")).hasSize(3);
        for (int layer = 0; layer < 3; layer++) {
            assertThat(split.path("parts").get(layer).path("inputs").findValuesAsText("name"))
                    .as("each layer is a part")
                    .contains("past_key_values." + layer + ".key")
                    .filteredOn(name -> name.startsWith("past"))
                    .hasSize(2);
        }
        JsonNode verified = run("verify", model, parts, "--generate", 20, "--json");
        assertThat(verified.path("identical").asBoolean()).isTrue();
        assertThat(verified.path("tokens")).hasSize(20);

        Path whole = directory.resolve("whole");
        run("split", model, "--parts", 1, "--out", whole, "--json");
        assertThat(tokens(parts)).hasSize(12).isEqualTo(tokens(whole));

        Path planned = directory.resolve("planned");
        JsonNode plan = run(
                "plan",
                model,
                "--cluster",
                Files.writeString(
                        directory.resolve("cluster.yaml"),
                        """
                        devices:
                          pi: {predictor: 'starter:raspberry-pi-5'}
                          desk: {predictor: 'starter:rk3588s'}
                        links:
                          - {between: [pi, desk], bytesPerSecond: 12e6, latencySeconds: 0.001}
                        source: pi
                        """),
                "--generate",
                "prompt=4,new=12,context=40",
                "--min-devices",
                2,
                "--out",
                planned,
                "--json");
        assertThat(plan.path("generation").path("secondsPerToken").asDouble()).isPositive();
        assertThat(tokens(planned)).isEqualTo(tokens(parts));
    }

    @Test
    void aResultIsSharedByItsName() throws IOException {
        Path model = PackedDecoder.write(directory.resolve("packed.onnx"), 4);
        JsonNode shared = run("inspect", model, "--share", "x0", "--json").path("shared");
        assertThat(shared.path("carried").toString()).contains("\"x0\"");
        assertThat(shared.path("computedOnce").get(0).toString())
                .isEqualTo("{\"tensor\":\"x0\",\"type\":\"Gather\",\"reason\":\"it follows from tensors that are not"
                        + " shared\"}");
        Path parts = directory.resolve("parts");
        run("split", model, "--share", "x0", "--parts", 3, "--out", parts, "--json");
        assertThat(run("verify", model, parts, "--generate", 12, "--json")
                        .path("identical")
                        .asBoolean())
                .isTrue();
        JsonNode alone = run("inspect", model, "--no-auto-share", "--json").path("shared");
        assertThat(alone.path("carried")).isEmpty();
        assertThat(alone.path("computedOnce")).isEmpty();
        assertThat(CommandTest.run(out, err, "inspect", model, "--share", "x0")).isZero();
        assertThat(out.toString())
                .contains(
                        "'x0' (Gather) is computed once and passed on, since it follows from tensors that are not shared.");
    }
}
