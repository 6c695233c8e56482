package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pepper.examples.SmallDecoder;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerateCommandTest {
    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path parts = Path.of("");

    @BeforeEach
    void split() throws IOException {
        parts = split(3);
    }

    private Path split(int count) throws IOException {
        Path target = directory.resolve("parts" + count);
        Path model = SmallDecoder.write(directory.resolve("decoder.onnx"));
        assertThat(run("split", model, "--parts", count, "--out", target))
                .as(err.toString())
                .isZero();
        return target;
    }

    private int run(Object... args) {
        return CommandTest.run(out, err, args);
    }

    private JsonNode json() throws IOException {
        return new ObjectMapper().readTree(out.toString());
    }

    @Test
    void tokensDoNotDependOnTheNumberOfParts() throws IOException {
        assertThat(run("generate", parts, "--prompt-tokens", "3,1,4", "--max-new", 10, "--json"))
                .as(err.toString())
                .isZero();
        JsonNode three = json();
        assertThat(run("generate", split(1), "--prompt-tokens", "3,1,4", "--max-new", 10, "--json"))
                .isZero();
        assertThat(three.path("sequences").get(0).path("tokens"))
                .hasSize(10)
                .isEqualTo(json().path("sequences").get(0).path("tokens"));
        assertThat(three.path("sequences").get(0).path("reason").asText()).isEqualTo("length");
        assertThat(three.path("stages")).hasSize(3).allSatisfy(stage -> {
            assertThat(stage.path("calls").asInt()).isEqualTo(10);
            assertThat(stage.path("cacheBytes").asInt()).isEqualTo(16 * 8 * Float.BYTES);
        });
    }

    @Test
    void promptsRunAtTheSameTimeAndPrintTheirTokens() throws IOException {
        Path file = Files.writeString(directory.resolve("prompt"), "5 6\n7\n");
        assertThat(run("generate", parts, "--prompt-tokens", "3,1,4", "--prompt-tokens", file, "--max-new", 5))
                .as(err.toString())
                .isZero();
        assertThat(out.toString().lines().limit(2)).allMatch(line -> line.matches("\\d+(,\\d+){4}"));
        assertThat(out.toString())
                .contains("sequence  tokens  ends by  first token  per second")
                .contains("decoder_part3.onnx")
                .contains(" tokens per second\n");
    }

    /** Whether the two run at the same time, so that one loses its caches, depends on the threads; the tokens do not. */
    @Test
    void aLimitOfCachesChangesNoTokens() throws IOException {
        Object[] both = {
            "generate", parts, "--prompt-tokens", "3,1,4", "--prompt-tokens", "5,6", "--max-new", 20, "--json"
        };
        assertThat(run(both)).as(err.toString()).isZero();
        JsonNode free = json().path("sequences");
        List<Object> limited = new ArrayList<>(List.of(both));
        limited.addAll(List.of("--max-cache", "1500B"));
        assertThat(run(limited.toArray())).as(err.toString()).isZero();
        for (int i = 0; i < 2; i++) {
            assertThat(json().path("sequences").get(i).path("tokens"))
                    .hasSize(20)
                    .isEqualTo(free.get(i).path("tokens"));
        }
    }

    @Test
    void aLimitBelowTheCachesOfOneSequenceIsRefused() {
        assertThat(run("generate", parts, "--prompt-tokens", "3,1,4", "--max-new", 20, "--max-cache", "200B"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("the next 1 tokens would exceed the limit of 200 B");
    }

    @Test
    void verifyComparesStepsOfGeneration() throws IOException {
        Path model = directory.resolve("decoder.onnx");
        assertThat(run("verify", model, parts, "--generate", 12, "--prompt-tokens", "2,7"))
                .as(err.toString())
                .isZero();
        assertThat(out).hasToString("12 steps: all logits are identical\n");
        assertThat(run("verify", model, parts, "--generate", 12, "--json")).isZero();
        assertThat(json().path("tokens")).hasSize(12);
        assertThat(json().path("identical").asBoolean()).isTrue();
        assertThat(json().path("maxAbsDiff").asDouble()).isZero();
    }

    @Test
    void wrongValuesAreNamed() {
        assertThat(run("generate", parts, "--prompt-tokens", "a,b")).isEqualTo(1);
        assertThat(err.toString()).contains("a,b");
        assertThat(run("generate", parts, "--prompt-tokens", "1", "--top-p", "2"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("topP is out of range: 2.0");
    }

    /** Writes the states of an encoder as a NumPy file. */
    private Path states(float first) throws IOException {
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 8), }";
        String padded = header + " ".repeat(117 - header.length()) + "\n";
        ByteBuffer bytes = ByteBuffer.allocate(10 + 118 + 16 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}).putShort((short) 118);
        bytes.put(padded.getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < 16; i++) {
            bytes.putFloat(first + i / 4f);
        }
        return Files.write(directory.resolve("states" + first + ".npy"), bytes.array());
    }

    @Test
    void theStatesOfAnEncoderAreGivenOnce() throws IOException {
        Path model = SmallDecoder.writeWithEncoder(directory.resolve("cross.onnx"));
        Path target = directory.resolve("cross");
        assertThat(run("split", model, "--parts", 3, "--out", target))
                .as(err.toString())
                .isZero();
        assertThat(run("verify", model, target, "--generate", 6))
                .as(err.toString())
                .isZero();
        String option = "encoder_hidden_states=";
        assertThat(run("verify", model, target, "--generate", 6, "--input", option + states(1)))
                .as(err.toString())
                .isZero();
        List<String> found = new ArrayList<>();
        for (float first : new float[] {-9, 9}) {
            assertThat(run("generate", target, "--max-new", 8, "--json", "--input", option + states(first)))
                    .as(err.toString())
                    .isZero();
            found.add(json().path("sequences").get(0).path("tokens").toString());
        }
        assertThat(found.get(0)).isNotEqualTo(found.get(1));
        assertThat(run("generate", target)).isEqualTo(2);
        assertThat(err.toString())
                .contains("the model needs --input encoder_hidden_states=FILE for encoder_hidden_states: float[batch,");
        assertThat(run("generate", parts, "--input", option + states(1))).isEqualTo(2);
        assertThat(err.toString())
                .contains("--input encoder_hidden_states: the inputs that are the same in all steps are []");
        assertThat(run("inspect", model)).isZero();
        assertThat(out.toString()).contains("context encoder_hidden_states");
    }

    @Test
    void theStatesOfAnEncoderAreSavedWithTheSequence() throws IOException {
        Path model = SmallDecoder.writeWithEncoder(directory.resolve("cross.onnx"));
        Path target = directory.resolve("cross");
        assertThat(run("split", model, "--parts", 2, "--out", target))
                .as(err.toString())
                .isZero();
        String input = "encoder_hidden_states=" + states(9);
        Path file = directory.resolve("saved.sequence");
        assertThat(run("generate", target, "--input", input, "--max-new", 9, "--json"))
                .isZero();
        JsonNode all = json().path("sequences").get(0).path("tokens");
        assertThat(run("generate", target, "--input", input, "--max-new", 4, "--save", file))
                .as(err.toString())
                .isZero();
        assertThat(run("generate", target, "--resume", file, "--max-new", 5, "--json"))
                .as(err.toString())
                .isZero();
        JsonNode rest = json().path("sequences").get(0).path("tokens");
        assertThat(json().path("replays").asInt()).isZero();
        for (int i = 0; i < 5; i++) {
            assertThat(rest.get(i)).isEqualTo(all.get(4 + i));
        }
        assertThat(run("generate", target, "--resume", file, "--input", input)).isEqualTo(2);
        assertThat(err.toString()).contains("--input does not go with --resume: the file has these inputs");
    }

    @Test
    void thePipelineOfGenaiIsRefusedForCachesThatItDoesNotMake() throws IOException {
        Path whole = Files.writeString(
                directory.resolve("whole.json"), "{\"model\": {\"eos_token_id\": 2, \"context_length\": 32}}");
        assertThat(run("split", directory.resolve("decoder.onnx"), "--parts", 2, "--out", parts, "--genai", whole))
                .isEqualTo(1);
        assertThat(err.toString())
                .contains("'past_key_values.0.key: float[batch,past,8]' has not the axes batch, heads, tokens, width");
        assertThat(parts.resolve("genai_config.json")).doesNotExist();
    }
}
