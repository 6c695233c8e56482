package io.pepper.examples.http;

import io.pepper.examples.text.TextStream;
import io.pepper.generation.Generated;
import io.pepper.generation.GenerationSession;
import io.pepper.generation.Sampling;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/** The generation for a request, whose text ends before its stop texts. Not thread-safe. */
final class Completion {
    private final CompletionRequest asked;
    private final Optional<TextGenerators.Vocabulary> vocabulary;
    private Optional<TextStream> text = Optional.empty();
    private final StopTexts stops;
    private final List<Long> unsent = new ArrayList<>();

    /** The receiver of the answer as it comes. */
    interface Sink {
        /**
         * Receives text and tokens.
         *
         * @param text new text; empty without a tokenizer
         * @param tokens the tokens since the last call
         */
        void add(String text, List<Long> tokens) throws IOException;
    }

    /** The question whether anyone still waits. */
    interface Client {
        boolean isGone() throws IOException;
    }

    /**
     * The end of a completion.
     *
     * @param reason {@code stop} or {@code length}; empty if the client is gone
     * @param promptTokens the number of tokens of the prompt
     * @param newTokens the number of new tokens
     */
    record End(Optional<String> reason, int promptTokens, int newTokens) {}

    Completion(CompletionRequest asked, Optional<TextGenerators.Vocabulary> vocabulary) {
        this.asked = asked;
        this.vocabulary = vocabulary;
        this.stops = new StopTexts(asked.stop());
    }

    /**
     * Returns the tokens of the prompt.
     *
     * @throws io.javalin.http.BadRequestResponse if it has none or too many, or the model has no tokenizer for what was
     *     asked
     */
    List<Long> prompt(GenerationLimits limits) throws IOException {
        if (!asked.tokens().isEmpty()) {
            requireTokenizer(asked.stop().isEmpty(), "stop", "give 'stop_token_ids'");
            return asked.tokens();
        }
        requireTokenizer(false, "prompt", "give an array of tokens");
        List<Long> tokens = vocabulary.orElseThrow().tokenizer().encode(asked.text());
        JsonFields.requireMost("prompt", "tokens", tokens.size(), limits.maxPromptTokens());
        if (tokens.isEmpty()) {
            throw JsonFields.refused("prompt", "has no tokens");
        }
        return tokens;
    }

    boolean hasText() {
        return vocabulary.isPresent();
    }

    private void requireTokenizer(boolean otherwise, String field, String advice) {
        if (!otherwise && vocabulary.isEmpty()) {
            throw JsonFields.refused(field, "this model has no tokenizer; " + advice);
        }
    }

    /**
     * Generates.
     *
     * @throws io.pepper.session.StageException if a part fails
     * @throws IOException if the sink or the tokenizer fails
     */
    End run(GenerationSession session, List<Long> prompt, Client client, Sink sink) throws IOException {
        Sampling sampling = new Sampling(
                asked.maxTokens(),
                asked.temperature(),
                asked.topK(),
                asked.topP(),
                asked.repetitionPenalty(),
                asked.seed(),
                stopTokens());
        if (vocabulary.isPresent()) {
            text = Optional.of(new TextStream(vocabulary.get().tokenizer(), prompt));
        }
        Generated generated;
        try {
            generated = session.generate(prompt, sampling, token -> accept(token, sampling, client, sink));
        } catch (UncheckedIOException failed) {
            throw failed.getCause();
        }
        boolean isGone = generated.reason() == Generated.Reason.ENDED && !stops.isFound();
        if (!isGone) {
            end(sink);
        }
        boolean stopped = stops.isFound() || generated.reason() == Generated.Reason.STOP_TOKEN;
        return new End(
                isGone ? Optional.empty() : Optional.of(stopped ? "stop" : "length"),
                prompt.size(),
                generated.tokens().size());
    }

    /** Returns the tokens that end the text: those of the model, those asked for, and stop texts that are tokens. */
    private Set<Long> stopTokens() throws IOException {
        Set<Long> tokens = new TreeSet<>(asked.stopTokens());
        if (vocabulary.isPresent()) {
            tokens.addAll(vocabulary.get().endTokens());
            for (String stop : asked.stop()) {
                OptionalLong found = vocabulary.get().tokenizer().find(stop);
                found.ifPresent(tokens::add);
            }
        }
        return tokens;
    }

    /** Takes a token, and returns whether to continue. */
    private boolean accept(long token, Sampling sampling, Client client, Sink sink) {
        try {
            unsent.add(token);
            if (!sampling.stopTokens().contains(token)) {
                String added = text.isPresent() ? stops.add(text.get().add(token)) : "";
                if (!added.isEmpty() || text.isEmpty()) {
                    send(added, sink);
                }
            }
            return !stops.isFound() && !client.isGone();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private void send(String added, Sink sink) throws IOException {
        sink.add(added, List.copyOf(unsent));
        unsent.clear();
    }

    private void end(Sink sink) throws IOException {
        String rest = "";
        if (text.isPresent() && !stops.isFound()) {
            rest = stops.add(text.get().end());
            rest += stops.end();
        }
        if (!rest.isEmpty() || !unsent.isEmpty()) {
            send(rest, sink);
        }
    }
}
