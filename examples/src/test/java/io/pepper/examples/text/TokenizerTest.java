package io.pepper.examples.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.examples.SmallTokenizer;
import io.pepper.model.IsolatedRunException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenizerTest {
    @TempDir
    private Path directory;

    private Path file = Path.of("");

    @BeforeEach
    void write() throws IOException {
        file = SmallTokenizer.write(directory.resolve(Tokenizer.FILE_NAME));
    }

    @Test
    void textBecomesTokensAndTokensText() throws IOException {
        try (Tokenizer tokenizer = Tokenizer.open(file)) {
            assertThat(tokenizer.encode("Once upon a time</s>")).containsExactly(0L, 3L, 4L, 5L, 6L, 1L);
            assertThat(tokenizer.encode("")).containsExactly(0L);
            assertThat(tokenizer.encode("Once \uD800 \0")).startsWith(0L, 3L);
            assertThat(tokenizer.decode(List.of(0L, 3L, 4L, 17L, 18L, 19L, 1L))).isEqualTo("Once upon\u20AC");
            assertThat(tokenizer.decode(List.of())).isEmpty();
            assertThat(tokenizer.decode(List.of(3L, 24L, 1L << 40))).isEqualTo("Once");
            assertThat(tokenizer.find("</s>")).isEqualTo(OptionalLong.of(1));
            assertThat(tokenizer.find("\u2581cat")).isEqualTo(OptionalLong.of(10));
            assertThat(tokenizer.find("dog")).isEmpty();
        }
    }

    /** The library would cut a text at 512 tokens unless it is told otherwise. */
    @Test
    void longTextIsNotCut() throws IOException {
        try (Tokenizer tokenizer = Tokenizer.open(SmallTokenizer.write(
                file,
                "truncation",
                "{\"direction\":\"Right\",\"max_length\":8,\"strategy\":\"LongestFirst\",\"stride\":0}"))) {
            assertThat(tokenizer.encode(" cat".repeat(3000))).hasSizeGreaterThanOrEqualTo(3000);
        }
    }

    /** Tokens that are no whole characters may mark a character before them, which was given already. */
    @Test
    void aStreamGivesTheTextOfAllTokens() throws IOException {
        Random random = new Random(5);
        int whole = 0;
        try (Tokenizer tokenizer = Tokenizer.open(file)) {
            for (int i = 0; i < 80; i++) {
                List<Long> tokens = randomTokens(random, i % 2 == 0 ? 17 : 26);
                TextStream stream = new TextStream(tokenizer, List.of());
                StringBuilder text = new StringBuilder();
                for (long token : tokens) {
                    text.append(stream.add(token));
                }
                text.append(stream.end());
                String all = tokenizer.decode(tokens);
                assertThat(stream.text()).isEqualTo(text.toString());
                if (all.contains("\uFFFD")) {
                    assertThat(words(text.toString())).as("%s", tokens).isEqualTo(words(all));
                } else {
                    assertThat(text).as("%s", tokens).hasToString(all);
                    whole++;
                }
            }
        }
        assertThat(whole).isBetween(40, 79);
    }

    private static List<Long> randomTokens(Random random, int most) {
        List<Long> tokens = new ArrayList<>();
        int length = random.nextInt(25);
        while (tokens.size() < length) {
            switch (random.nextInt(4)) {
                case 0 -> tokens.addAll(List.of(17L, 18L, 19L));
                case 1 -> tokens.addAll(List.of(20L, 21L, 22L, 23L));
                default -> tokens.add((long) random.nextInt(most));
            }
        }
        return tokens;
    }

    private static String words(String text) {
        return text.replaceAll("[\uFFFD\u20AC\uD83D\uDE00]", "");
    }

    @Test
    void anIncompleteCharacterWaitsForItsEnd() throws IOException {
        try (Tokenizer tokenizer = Tokenizer.open(file)) {
            TextStream stream = new TextStream(tokenizer, List.of());
            List<String> texts = new ArrayList<>();
            for (long token : List.of(3, 20, 21, 22, 23, 4, 17)) {
                texts.add(stream.add(token));
            }
            assertThat(texts).containsExactly("Once", "", "", "", "\uD83D\uDE00", " upon", "");
            assertThat(stream.end()).isEqualTo("\uFFFD");
        }
    }

    /** The decoder drops the space at the beginning of a text, but not between a prompt and its continuation. */
    @Test
    void theBeginningOfATextDependsOnThePrompt() throws IOException {
        try (Tokenizer tokenizer = Tokenizer.open(file)) {
            List<Long> prompt = tokenizer.encode("the cat sat on the mat");
            TextStream behind = new TextStream(tokenizer, prompt);
            assertThat(behind.add(4) + behind.add(15) + behind.end()).isEqualTo(" uponing");
            assertThat(TextStream.text(tokenizer, prompt, List.of(4L, 15L))).isEqualTo(" uponing");
            TextStream alone = new TextStream(tokenizer, List.of(SmallTokenizer.BEGIN));
            assertThat(alone.add(4) + alone.end()).isEqualTo("upon");
        }
    }

    @Test
    void aDecoderThatChangesEarlierTextGivesItAtTheEnd() throws IOException {
        String decoder = "{\"type\":\"WordPiece\",\"prefix\":\"##\",\"cleanup\":true}";
        try (Tokenizer tokenizer = Tokenizer.open(SmallTokenizer.write(file, "decoder", decoder))) {
            TextStream stream = new TextStream(tokenizer, List.of());
            assertThat(stream.add(5) + stream.add(16)).isEmpty();
            assertThat(stream.end())
                    .isEqualTo(tokenizer.decode(List.of(5L, 16L)))
                    .endsWith(".");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[1,2",
                "null",
                "{}",
                "''",
                "{\"model\": {\"type\": \"Nothing\"}}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [\"a b\"]}}"
            })
    void whatIsNoTokenizerIsRefusedByName(String content) throws IOException {
        Files.writeString(file, content);
        assertThatIOException()
                .isThrownBy(() -> Tokenizer.open(file).close())
                .withMessageStartingWith(file + ": is no tokenizer: ");
    }

    @Test
    void aMissingOrHugeFileOrADirectoryIsRefusedByName() throws IOException {
        Path missing = directory.resolve("missing");
        assertThatThrownBy(() -> Tokenizer.open(missing).close())
                .isInstanceOf(NoSuchFileException.class)
                .hasMessage(missing.toString());
        assertThatThrownBy(() -> Tokenizer.open(directory).close()).hasMessage(directory.toString());
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(300L << 20);
        }
        assertThatIOException()
                .isThrownBy(() -> Tokenizer.open(file).close())
                .withMessageStartingWith(file + ": is no tokenizer: it has ");
    }

    /** The native code ends its process for each of these, the first one when it opens the file. */
    @Test
    void aFileThatEndsTheLibrarysProcessIsRefusedByName() throws IOException {
        SmallTokenizer.write(file, "normalizer", "{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"AAAA\"}");
        assertThatIOException()
                .isThrownBy(() -> Tokenizer.open(file).close())
                .withMessageContainingAll(file.toString(), "the tokenizer library ended with", "reading the file");
        SmallTokenizer.write(file, "pre_tokenizer", "{\"type\":\"FixedLength\",\"length\":0}");
        try (Tokenizer tokenizer = Tokenizer.open(file)) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> tokenizer.encode("Once"))
                        .isInstanceOf(IsolatedRunException.class)
                        .hasMessageContainingAll(file.toString(), "turning text into tokens");
                assertThat(tokenizer.decode(List.of(3L, 4L))).isEqualTo("Once upon");
            }
        }
    }

    @Test
    void aThreadThatIsInterruptedStopsAndTheNextCallWorks() throws IOException {
        try (Tokenizer tokenizer = Tokenizer.open(file)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> tokenizer.encode("Once")).isInstanceOf(InterruptedIOException.class);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(tokenizer.encode("Once")).containsExactly(0L, 3L);
        }
    }

    @Test
    void nothingStaysInTheHomeOrInTheTemporaryDirectory() throws IOException {
        Path home = Path.of(System.getProperty("user.home"), ".djl.ai");
        boolean there = Files.exists(home);
        Path natives;
        try (Tokenizer tokenizer = Tokenizer.open(file)) {
            natives = tokenizer.natives();
            assertThat(natives.resolve("tokenizers")).isNotEmptyDirectory();
        }
        assertThat(natives).doesNotExist();
        assertThat(Files.exists(home)).isEqualTo(there);
        Path chosen = directory.resolve("cache");
        System.setProperty("ENGINE_CACHE_DIR", chosen.toString());
        try (Tokenizer tokenizer = Tokenizer.open(file)) {
            assertThat(tokenizer.encode("Once")).hasSize(2);
        } finally {
            System.clearProperty("ENGINE_CACHE_DIR");
        }
        assertThat(chosen.resolve("tokenizers")).isNotEmptyDirectory();
    }

    @Test
    void aMissingLibraryIsNamed() {
        assertThatIOException()
                .isThrownBy(() -> Tokenizer.requireLibrary(ClassLoader.getPlatformClassLoader()))
                .withMessageContaining("ai.djl.huggingface:tokenizers");
    }

    @Test
    void theFileOfADirectoryIsInItOrBesideIt() throws IOException {
        Path parts = Files.createDirectory(directory.resolve("parts"));
        assertThat(Tokenizer.beside(parts)).contains(file.toAbsolutePath());
        Path own = SmallTokenizer.write(parts.resolve(Tokenizer.FILE_NAME));
        assertThat(Tokenizer.beside(parts)).contains(own.toAbsolutePath());
        assertThat(Tokenizer.beside(directory.resolve("else/where"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"{}|", "{\"eos_token_id\": null}|", "{\"eos_token_id\": 7}|7", "{\"eos_token_id\": [7, 1]}|1 7"})
    void theTokensAtWhichTextEndsAreInTheModelsConfiguration(String content, String tokens) throws IOException {
        assertThat(EndTokens.beside(file)).isEmpty();
        Files.writeString(directory.resolve("generation_config.json"), content);
        List<Long> expected = tokens == null
                ? List.of()
                : Stream.of(tokens.split(" ", -1)).map(Long::valueOf).toList();
        assertThat(EndTokens.beside(file)).containsExactlyElementsOf(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"{\"eos_token_id\": \"x\"}", "{\"eos_token_id\": [-1]}", "{\"eos_token_id\": 1.5}", "{"})
    void anInvalidConfigurationIsRefusedByName(String content) throws IOException {
        Path configuration = Files.writeString(directory.resolve("generation_config.json"), content);
        assertThatIOException().isThrownBy(() -> EndTokens.beside(file)).withMessageStartingWith(configuration + ": ");
    }
}
