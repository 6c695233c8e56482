package io.pepper.examples.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.pepper.internal.text.Quantities;
import io.pepper.model.ProgressListener;
import io.pepper.onnx.internal.isolate.IsolatedService;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tokenizer library, in a child process: a file that its native code cannot bear ends only the child. */
final class TokenizerService implements IsolatedService<TokenizerService.Question, TokenizerService.Told> {
    private static final long MAX_BYTES = 256L << 20;

    /** Without these, the library cuts a prompt at 512 tokens, and fills up short ones. */
    private static final Map<String, String> OPTIONS =
            Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "true");

    private @Nullable HuggingFaceTokenizer open;
    private @Nullable TokenizerFile file;

    /** The kinds of questions. */
    enum Task {
        OPEN("reading the file"),
        ENCODE("turning text into tokens"),
        DECODE("turning tokens into text"),
        FIND("looking for a token");

        private final String words;

        Task(String words) {
            this.words = words;
        }
    }

    /**
     * A question.
     *
     * @param task its kind
     * @param file the {@code tokenizer.json}
     * @param text the text to encode, or the token to find
     * @param tokens the tokens to decode
     */
    record Question(Task task, Path file, String text, List<Long> tokens) {}

    /**
     * An answer.
     *
     * @param tokens the tokens of a text; the number of a token that was found
     * @param text the text of tokens
     * @param rewrites whether the text of tokens changes when another one comes; with {@link Task#OPEN}
     */
    record Told(List<Long> tokens, String text, boolean rewrites) {}

    @Override
    public Class<Question> question() {
        return Question.class;
    }

    @Override
    public Told answer(Question question, ProgressListener progress) throws IOException {
        progress.progress(question.task().words, 0, 1);
        HuggingFaceTokenizer tokenizer = tokenizer(question.file());
        try {
            return switch (question.task()) {
                case OPEN -> new Told(List.of(), "", file(question.file()).rewrites());
                case ENCODE -> new Told(list(tokenizer.encode(question.text()).getIds()), "", false);
                case DECODE -> new Told(List.of(), tokenizer.decode(array(question.tokens()), true), false);
                case FIND -> {
                    Long found = file(question.file()).tokens().get(question.text());
                    yield new Told(found == null ? List.of() : List.of(found), "", false);
                }
            };
        } catch (RuntimeException refused) {
            throw new IOException(
                    question.file() + ": " + question.task().words + " failed: " + refused.getMessage(), refused);
        }
    }

    private HuggingFaceTokenizer tokenizer(Path file) throws IOException {
        HuggingFaceTokenizer tokenizer = open;
        if (tokenizer == null) {
            tokenizer = open(file);
            open = tokenizer;
        }
        return tokenizer;
    }

    private static HuggingFaceTokenizer open(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException(file + ": is no tokenizer: it has " + Quantities.bytes(Files.size(file))
                    + ", more than the limit of " + Quantities.bytes(MAX_BYTES));
        }
        try (InputStream in = Files.newInputStream(file)) {
            return HuggingFaceTokenizer.newInstance(in, OPTIONS);
        } catch (RuntimeException refused) {
            throw new IOException(file + ": is no tokenizer: " + refused.getMessage(), refused);
        }
    }

    private TokenizerFile file(Path path) throws IOException {
        TokenizerFile read = file;
        if (read == null) {
            read = TokenizerFile.read(path);
            file = read;
        }
        return read;
    }

    private static List<Long> list(long... tokens) {
        return Arrays.stream(tokens).boxed().toList();
    }

    private static long[] array(List<Long> tokens) {
        return tokens.stream().mapToLong(Long::longValue).toArray();
    }
}
