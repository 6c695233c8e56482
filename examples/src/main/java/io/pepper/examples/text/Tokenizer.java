package io.pepper.examples.text;

import io.pepper.examples.text.TokenizerService.Question;
import io.pepper.examples.text.TokenizerService.Task;
import io.pepper.examples.text.TokenizerService.Told;
import io.pepper.model.IsolatedRunException;
import io.pepper.model.Isolation;
import io.pepper.model.ProgressListener;
import io.pepper.onnx.internal.isolate.IsolatedProcess;
import io.pepper.session.TemporaryDirectory;
import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The tokenizer of a text generator, which turns text into tokens and back: a {@code tokenizer.json} of Hugging Face,
 * read by the optional library {@code ai.djl.huggingface:tokenizers}.
 *
 * <p>The library's native code ends the process when it meets some faults of a file. So it runs in a child process with
 * limits of time and memory, which also never uses the network. Its native library is extracted to a temporary directory
 * for the life of this object, or to the directory that the library's own property or variable {@code ENGINE_CACHE_DIR}
 * or {@code DJL_CACHE_DIR} names. A child that ended is started again by the next call. Thread-safe; one call runs at a
 * time.
 */
public final class Tokenizer implements AutoCloseable {
    /** The usual name of the file. */
    public static final String FILE_NAME = "tokenizer.json";

    private static final String LIBRARY = "ai.djl.huggingface.tokenizers.HuggingFaceTokenizer";
    private static final List<String> CACHES = List.of("ENGINE_CACHE_DIR", "DJL_CACHE_DIR");
    private static final Isolation LIMITS =
            Isolation.DEFAULTS.withDeadline(Duration.ofSeconds(30)).withMemoryBytes(2L << 30);

    private final Path file;
    private final TemporaryDirectory natives;
    private final Isolation limits;
    private final boolean rewrites;
    private @Nullable IsolatedProcess<Question, Told> child;
    private boolean closed;

    private Tokenizer(Path file, TemporaryDirectory natives) throws IOException {
        this.file = file.toAbsolutePath();
        this.natives = natives;
        this.limits = limits(natives.path());
        this.rewrites = ask(Task.OPEN, "", List.of()).rewrites();
    }

    /**
     * Opens a tokenizer.
     *
     * @param file a {@code tokenizer.json}
     * @return the tokenizer, for the caller to close
     * @throws IOException if the file is missing or is no tokenizer, or the library is not on the class path; the message
     *     names it
     */
    public static Tokenizer open(Path file) throws IOException {
        requireLibrary(Tokenizer.class.getClassLoader());
        if (!Files.isRegularFile(file)) {
            throw new NoSuchFileException(file.toString());
        }
        TemporaryDirectory natives = TemporaryDirectory.create("tokenizer-");
        try {
            return new Tokenizer(file, natives);
        } catch (IOException | RuntimeException refused) {
            natives.close();
            throw refused;
        }
    }

    /** Refuses a class path without the library. */
    static void requireLibrary(@Nullable ClassLoader loader) throws IOException {
        try {
            Class.forName(LIBRARY, false, loader);
        } catch (ClassNotFoundException missing) {
            throw new IOException(
                    "text needs the library ai.djl.huggingface:tokenizers, which is not on the class path; without it,"
                            + " tokens are numbers",
                    missing);
        }
    }

    /**
     * Returns the {@code tokenizer.json} of a directory of parts: in the directory, or else beside it.
     *
     * @param parts the directory of the parts
     * @return the file; empty if there is none
     */
    public static Optional<Path> beside(Path parts) {
        Path absolute = parts.toAbsolutePath().normalize();
        return Stream.of(absolute.resolve(FILE_NAME), absolute.resolveSibling(FILE_NAME))
                .filter(Files::isRegularFile)
                .findFirst();
    }

    private static Isolation limits(Path natives) {
        Isolation limits = LIMITS.withClassPath(
                Arrays.stream(System.getProperty("java.class.path", "").split(File.pathSeparator, -1))
                        .filter(entry -> !entry.isEmpty())
                        .map(Path::of)
                        .toList());
        // On machines of one cloud, the library reports its use to its makers, unless told otherwise.
        limits = limits.withJvmOptions("-DOPT_OUT_TRACKING=true", "-Dai.djl.offline=true");
        boolean chosen = false;
        for (String name : CACHES) {
            String value = System.getProperty(name);
            if (value != null) {
                limits = limits.withJvmOptions("-D" + name + "=" + value);
            }
            chosen |= value != null || System.getenv(name) != null;
        }
        return chosen ? limits : limits.withJvmOptions("-DENGINE_CACHE_DIR=" + natives);
    }

    private synchronized Told ask(Task task, String text, List<Long> tokens) throws IOException {
        if (closed) {
            throw new IllegalStateException("the tokenizer is closed");
        }
        IsolatedProcess<Question, Told> running = child;
        if (running == null) {
            running = IsolatedProcess.start(
                    file.toString(), "the tokenizer library", limits, TokenizerService.class, Told.class);
            child = running;
        }
        try {
            return running.ask(new Question(task, file, text, tokens), ProgressListener.NONE);
        } catch (IsolatedRunException | InterruptedIOException ended) {
            end();
            throw ended;
        }
    }

    private void end() throws IOException {
        IsolatedProcess<Question, Told> running = child;
        child = null;
        if (running != null) {
            running.close();
        }
    }

    /**
     * Turns text into tokens, with the tokens that the tokenizer adds to every text. The text of special tokens becomes
     * these tokens.
     *
     * @param text any text
     * @return its tokens, which may be none
     * @throws IOException if the tokenizer fails; the message names the file
     */
    public List<Long> encode(String text) throws IOException {
        return ask(Task.ENCODE, text, List.of()).tokens();
    }

    /**
     * Turns tokens into text. Special tokens, and numbers that are no tokens, have no text.
     *
     * @param tokens any tokens
     * @return their text
     * @throws IOException if the tokenizer fails; the message names the file
     */
    public String decode(List<Long> tokens) throws IOException {
        return ask(Task.DECODE, "", tokens).text();
    }

    /**
     * Looks for a token.
     *
     * @param token the text of a token as the file has it, for instance {@code </s>}
     * @return its number; empty if there is no such token
     * @throws IOException if the file cannot be read
     */
    public OptionalLong find(String token) throws IOException {
        return ask(Task.FIND, token, List.of()).tokens().stream()
                .mapToLong(Long::longValue)
                .findFirst();
    }

    /**
     * Returns the file.
     *
     * @return its absolute path
     */
    public Path file() {
        return file;
    }

    /** Returns the directory for the native library, unless the user names one. */
    Path natives() {
        return natives.path();
    }

    /** Returns whether the text of tokens changes when another one comes, so that it cannot be given token by token. */
    boolean rewrites() {
        return rewrites;
    }

    /** Ends the child process, and deletes what it extracted. */
    @Override
    public synchronized void close() throws IOException {
        if (!closed) {
            closed = true;
            end();
            natives.close();
        }
    }
}
