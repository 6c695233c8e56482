package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pepper.examples.SmallDecoder;
import io.pepper.examples.SmallTokenizer;
import io.pepper.examples.text.Tokenizer;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sequences that one command saves and another one continues. */
class SavedGenerationTest {
    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path parts = Path.of("");
    private Path file = Path.of("");

    @BeforeEach
    void split() throws IOException {
        parts = directory.resolve("parts");
        file = directory.resolve("saved.sequence");
        Path model = SmallDecoder.write(directory.resolve("decoder.onnx"));
        assertThat(run("split", model, "--parts", 3, "--out", parts))
                .as(err.toString())
                .isZero();
    }

    private int run(Object... args) {
        return CommandTest.run(out, err, args);
    }

    private JsonNode json(Object... args) throws IOException {
        List<Object> all = new ArrayList<>(List.of("generate"));
        all.addAll(List.of(args));
        all.add("--json");
        assertThat(run(all.toArray())).as(err.toString()).isZero();
        return new ObjectMapper().readTree(out.toString());
    }

    private static List<Long> tokens(JsonNode json) {
        List<Long> tokens = new ArrayList<>();
        json.path("sequences").get(0).path("tokens").forEach(token -> tokens.add(token.asLong()));
        return tokens;
    }

    @Test
    void aSavedSequenceGoesOnWhereItEnded() throws IOException {
        List<Long> all = tokens(json(parts, "--prompt-tokens", "3,1,4", "--max-new", 12));
        List<Long> found = tokens(json(parts, "--prompt-tokens", "3,1,4", "--max-new", 5, "--save", file));
        assertThat(found).hasSize(5);
        JsonNode second = json(parts, "--resume", file, "--max-new", 4, "--save", file);
        assertThat(second.path("replays").asInt()).isZero();
        found.addAll(tokens(second));
        assertThat(run("generate", parts, "--resume", file, "--max-new", 3, "--save", file))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("\n15 tokens saved to " + file + "\n");
        found.addAll(all.subList(9, 12));
        assertThat(out.toString()).startsWith(String.join(",", text(all.subList(9, 12))) + "\n");
        assertThat(found).isEqualTo(all);
    }

    private static List<String> text(List<Long> tokens) {
        return tokens.stream().map(String::valueOf).toList();
    }

    @Test
    void eachPromptFollowsTheSavedTokens() throws IOException {
        List<Long> begin = tokens(json(parts, "--prompt-tokens", "3,1,4", "--max-new", 2, "--save", file));
        JsonNode found =
                json(parts, "--resume", file, "--prompt-tokens", "5,6", "--prompt-tokens", "7", "--max-new", 6);
        List<Long> whole = new ArrayList<>(List.of(3L, 1L, 4L));
        whole.addAll(begin);
        List<Long> other = new ArrayList<>(whole);
        other.add(7L);
        String prompt = String.join(",", text(other));
        assertThat(found.path("sequences").get(1).path("tokens"))
                .hasSize(6)
                .isEqualTo(json(parts, "--prompt-tokens", prompt, "--max-new", 6)
                        .path("sequences")
                        .get(0)
                        .path("tokens"));
        assertThat(found.path("sequences").get(0).path("tokens")).hasSize(6);
    }

    @Test
    void textFollowsWithoutTheBeginningOfATextInItsMiddle() throws IOException {
        SmallTokenizer.write(directory.resolve(Tokenizer.FILE_NAME));
        JsonNode first = json(parts, "--text", "once upon", "--max-new", 2, "--save", file);
        JsonNode second = json(parts, "--resume", file, "--text", "the cat", "--max-new", 2);
        List<Long> tokens = new ArrayList<>();
        second.path("sequences").get(0).path("promptTokens").forEach(token -> tokens.add(token.asLong()));
        List<Long> before = new ArrayList<>();
        first.path("sequences").get(0).path("promptTokens").forEach(token -> before.add(token.asLong()));
        before.addAll(tokens(first));
        assertThat(tokens.subList(0, before.size())).isEqualTo(before);
        assertThat(before.get(0)).as("the token before every text").isZero();
        assertThat(tokens.subList(before.size(), tokens.size())).isNotEmpty().doesNotContain(0L);
    }

    @Test
    void wrongUseIsNamed() throws IOException {
        assertThat(run("generate", parts, "--prompt-tokens", "1", "--prompt-tokens", "2", "--save", file))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--save takes one prompt, not 2");
        assertThat(run("generate", parts, "--resume", file)).isEqualTo(1);
        assertThat(err.toString()).contains(file.toString());
        json(parts, "--prompt-tokens", "1", "--max-new", 2, "--save", file);
        Path model = SmallDecoder.writeWithEncoder(directory.resolve("cross.onnx"));
        Path other = directory.resolve("other");
        assertThat(run("split", model, "--parts", 2, "--out", other)).isZero();
        assertThat(run("generate", other, "--resume", file)).isEqualTo(1);
        assertThat(err.toString()).contains(file + ": it is a sequence of another model");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        assertThat(run("generate", parts, "--resume", file)).isEqualTo(1);
        assertThat(err.toString()).contains(file + ": it is damaged: its SHA-256 is another one");
    }
}
