package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pepper.distributed.ClusterClient;
import io.pepper.distributed.ClusterClientOptions;
import io.pepper.distributed.ClusterNode;
import io.pepper.distributed.ClusterNodeOptions;
import io.pepper.examples.DecoderPlan;
import io.pepper.examples.SmallDecoder;
import io.pepper.examples.SmallTokenizer;
import io.pepper.examples.text.TextStream;
import io.pepper.examples.text.Tokenizer;
import io.pepper.model.ProgressListener;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerateTextTest {
    private static final String PROMPT = "Once upon a time";

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path parts = Path.of("");

    @BeforeEach
    void split() throws IOException {
        parts = directory.resolve("parts");
        Path model = SmallDecoder.write(directory.resolve("decoder.onnx"));
        assertThat(run("split", model, "--parts", 3, "--out", parts))
                .as(err.toString())
                .isZero();
        SmallTokenizer.write(directory.resolve(Tokenizer.FILE_NAME));
    }

    private int run(Object... args) {
        return CommandTest.run(out, err, args);
    }

    private JsonNode sequence(Object... args) throws IOException {
        assertThat(run(CommandTest.with(args, "generate"))).as(err.toString()).isZero();
        return new ObjectMapper().readTree(out.toString()).path("sequences").path(0);
    }

    /** As a repository of exported models has them: the tokenizer is one directory above the models. */
    @Test
    void theTokenizerGoesWithThePartsToAnotherDirectory() throws IOException {
        Path hub = directory.resolve("hub");
        Path models = Files.createDirectories(hub.resolve("onnx"));
        Path model = SmallDecoder.write(models.resolve("decoder.onnx"));
        SmallTokenizer.write(hub.resolve(Tokenizer.FILE_NAME));
        Files.writeString(hub.resolve("generation_config.json"), "{\"eos_token_id\": 2}");
        Path away = Files.createDirectories(directory.resolve("away/from/it")).resolve("parts");
        assertThat(run("split", model, "--parts", 2, "--out", away))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("Copied for --text: tokenizer.json, generation_config.json");
        assertThat(away.resolve(Tokenizer.FILE_NAME)).hasSameBinaryContentAs(hub.resolve(Tokenizer.FILE_NAME));
        JsonNode text = sequence(away, "--text", PROMPT, "--max-new", 12, "--json");
        assertThat(text.path("tokens").size()).isPositive();
        assertThat(text.path("promptTokens")).hasToString("[0,3,4,5,6]");

        Files.writeString(away.resolve(Tokenizer.FILE_NAME), "{}"); // That of another model.
        assertThat(run("split", model, "--parts", 3, "--out", away))
                .as(err.toString())
                .isZero();
        assertThat(away.resolve(Tokenizer.FILE_NAME)).hasSameBinaryContentAs(hub.resolve(Tokenizer.FILE_NAME));
    }

    @Test
    void textIsPrintedAndTheSameTokensAreThoseOfItsNumbers() throws IOException {
        JsonNode text = sequence(parts, "--text", PROMPT, "--max-new", 12, "--json");
        assertThat(text.path("promptTokens")).hasToString("[0,3,4,5,6]");
        JsonNode tokens = sequence(parts, "--prompt-tokens", "0,3,4,5,6", "--max-new", 12, "--json");
        assertThat(tokens.path("tokens")).hasSize(12).isEqualTo(text.path("tokens"));
        assertThat(tokens.has("text")).isFalse();
        List<Long> numbers = new ArrayList<>();
        text.path("tokens").forEach(each -> numbers.add(each.asLong()));
        try (Tokenizer tokenizer = Tokenizer.open(directory.resolve(Tokenizer.FILE_NAME))) {
            assertThat(text.path("text").asText())
                    .isNotEmpty()
                    .isEqualTo(TextStream.text(tokenizer, List.of(0L, 3L, 4L, 5L, 6L), numbers));
        }
        assertThat(run("generate", parts, "--text", PROMPT, "--max-new", 12)).isZero();
        assertThat(out.toString()).startsWith(text.path("text").asText() + "\n\nsequence  tokens  ends by");
        Path elsewhere = Files.move(directory.resolve(Tokenizer.FILE_NAME), directory.resolve("words.json"));
        assertThat(sequence(parts, "--prompt-tokens", "0,3,4,5,6", "--tokenizer", elsewhere, "--max-new", 12, "--json")
                        .path("text"))
                .isEqualTo(text.path("text"));
    }

    @Test
    void severalTextsArePrintedOneAfterAnother() throws IOException {
        String first = sequence(parts, "--text", PROMPT, "--max-new", 9, "--json")
                .path("text")
                .asText();
        String second = sequence(parts, "--text", "the cat", "--max-new", 9, "--json")
                .path("text")
                .asText();
        assertThat(run("generate", parts, "--text", PROMPT, "--text", "the cat", "--max-new", 9))
                .isZero();
        assertThat(out.toString()).startsWith(first + "\n" + second + "\n\nsequence");
    }

    @Test
    void stopTokensAreNumbersOrTextsOrThoseOfTheModel() throws IOException {
        JsonNode free =
                sequence(parts, "--text", PROMPT, "--max-new", 8, "--json").path("tokens");
        long third = free.path(2).asLong();
        String word = SmallTokenizer.vocabulary().get((int) third);
        JsonNode stopped = sequence(parts, "--text", PROMPT, "--max-new", 8, "--stop", word, "--json");
        assertThat(stopped.path("reason").asText()).isEqualTo("stop-token");
        assertThat(stopped.path("tokens")).hasSizeLessThanOrEqualTo(3);
        assertThat(stopped.path("tokens")
                        .path(stopped.path("tokens").size() - 1)
                        .asLong())
                .isEqualTo(third);
        Files.writeString(directory.resolve("generation_config.json"), "{\"eos_token_id\": [" + third + "]}");
        assertThat(sequence(parts, "--text", PROMPT, "--max-new", 8, "--json").path("tokens"))
                .isEqualTo(stopped.path("tokens"));
        assertThat(sequence(parts, "--text", PROMPT, "--max-new", 8, "--stop", "99", "--json")
                        .path("tokens"))
                .isEqualTo(free);
        assertThat(sequence(parts, "--prompt-tokens", "0,3,4,5,6", "--max-new", 8, "--json")
                        .path("tokens"))
                .isEqualTo(free);
    }

    @Test
    void wrongUsageIsNamed() throws IOException {
        assertThat(run("generate", parts, "--text", PROMPT, "--stop", "dog")).isEqualTo(2);
        assertThat(err.toString()).contains("--stop 'dog' is no token of", Tokenizer.FILE_NAME);
        assertThat(run("generate", parts, "--stop", "dog")).isEqualTo(2);
        assertThat(err.toString()).contains("--stop 'dog' is no number");
        assertThat(run("generate", parts, "--text", PROMPT, "--prompt-tokens", "1"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("not by both");
        assertThat(run("generate", "name", "--cluster", "localhost:1", "--text", PROMPT))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--text needs --tokenizer FILE with --cluster");
        Path file = directory.resolve(Tokenizer.FILE_NAME);
        Files.writeString(file, "{");
        assertThat(run("generate", parts, "--text", PROMPT)).isEqualTo(1);
        assertThat(err.toString()).contains(file + ": is no tokenizer: ");
        Files.delete(file);
        assertThat(run("generate", parts, "--text", PROMPT)).isEqualTo(2);
        assertThat(err.toString()).contains("there is no tokenizer.json in " + parts + " or beside it");
    }

    @Test
    void textIsGeneratedOnAClusterAndOnEmulatedDevices() throws IOException {
        String expected = sequence(parts, "--text", PROMPT, "--max-new", 9, "--json")
                .path("text")
                .asText();
        Path planned = DecoderPlan.export(directory, directory.resolve("planned"));
        assertThat(run(
                        "generate",
                        planned,
                        "--text",
                        PROMPT,
                        "--max-new",
                        9,
                        "--rehearse",
                        directory.resolve("cluster.yaml"),
                        "--warm-up",
                        "50ms"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).startsWith(expected + "\n\nsequence");
        try (ClusterNode pi = ClusterNode.start(ClusterNodeOptions.of("pi", directory.resolve("pi")));
                ClusterNode desk = ClusterNode.start(
                        ClusterNodeOptions.of("desk", directory.resolve("desk")).withSeeds(List.of(pi.address())))) {
            try (ClusterClient client = ClusterClient.join(ClusterClientOptions.of(List.of(desk.address())))) {
                client.deploy("story", planned, 0, ProgressListener.NONE);
            }
            assertThat(run(
                            "generate",
                            "story",
                            "--cluster",
                            pi.address(),
                            "--text",
                            PROMPT,
                            "--tokenizer",
                            directory.resolve(Tokenizer.FILE_NAME),
                            "--max-new",
                            9))
                    .as(err.toString())
                    .isZero();
            assertThat(out.toString()).startsWith(expected + "\n\nsequence");
        }
    }

    @Test
    void withoutTheLibraryTokensWorkAndTextNamesIt() throws Exception {
        String without = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.contains("djl"))
                .collect(Collectors.joining(File.pathSeparator));
        assertThat(java(without, "--prompt-tokens", "3,1,4"))
                .contains("ends by")
                .contains("exit 0");
        assertThat(java(without, "--text", PROMPT))
                .contains("text needs the library ai.djl.huggingface:tokenizers")
                .contains("exit 1");
    }

    private String java(String classPath, String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath,
                Main.class.getName(),
                "generate",
                parts.toString(),
                "--max-new",
                "4"));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return printed + "exit " + process.waitFor();
    }
}
