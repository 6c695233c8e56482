package io.pepper.examples.http;

import io.pepper.examples.text.EndTokens;
import io.pepper.examples.text.Tokenizer;
import io.pepper.generation.GenerationSession;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The text generators that a service runs in its own process, and the tokenizers of these and of the deployments of a
 * cluster. Filled before the service starts, and closed after it; its sessions and tokenizers are thread-safe.
 */
public final class TextGenerators implements AutoCloseable {
    private final Map<String, GenerationSession> sessions = new LinkedHashMap<>();
    private final Map<String, Vocabulary> vocabularies = new LinkedHashMap<>();

    /**
     * The words of a generator.
     *
     * @param tokenizer turns text into tokens and back
     * @param endTokens the tokens at which its text ends
     */
    record Vocabulary(Tokenizer tokenizer, Set<Long> endTokens) {}

    /** Creates an empty set. */
    public TextGenerators() {}

    /**
     * Opens a text generator.
     *
     * @param name the name of the model in requests
     * @param parts the directory of its parts. Its {@code tokenizer.json} is in it or beside it, unless {@link
     *     #addTokenizer} gave another one; without it, prompts are tokens
     * @throws IOException if it cannot be opened
     * @throws IllegalArgumentException if the name is there already
     */
    public void add(String name, Path parts) throws IOException {
        if (sessions.containsKey(name)) {
            throw new IllegalArgumentException("two text generators have the name " + name);
        }
        if (!vocabularies.containsKey(name)) {
            Optional<Path> found = Tokenizer.beside(parts);
            if (found.isPresent()) {
                addTokenizer(name, found.get());
            }
        }
        add(name, GenerationSession.open(parts));
    }

    void add(String name, GenerationSession session) {
        sessions.put(name, session);
    }

    /**
     * Opens the tokenizer of a generator or of a deployment.
     *
     * @param name the name of the model in requests
     * @param file its {@code tokenizer.json}
     * @throws IOException if it cannot be opened
     * @throws IllegalArgumentException if the name has a tokenizer already
     */
    public void addTokenizer(String name, Path file) throws IOException {
        if (vocabularies.containsKey(name)) {
            throw new IllegalArgumentException("two tokenizers are for " + name);
        }
        Set<Long> endTokens = EndTokens.beside(file.toAbsolutePath());
        vocabularies.put(name, new Vocabulary(Tokenizer.open(file), endTokens));
    }

    /** Returns the sessions by name. */
    Map<String, GenerationSession> sessions() {
        return sessions;
    }

    Optional<Vocabulary> vocabulary(String name) {
        return Optional.ofNullable(vocabularies.get(name));
    }

    /** Ends all sessions and tokenizers. */
    @Override
    public void close() throws IOException {
        for (GenerationSession session : sessions.values()) {
            session.close();
        }
        for (Vocabulary each : vocabularies.values()) {
            each.tokenizer().close();
        }
    }
}
