package io.pepper.examples.cli;

import io.pepper.examples.text.TextStream;
import io.pepper.examples.text.Tokenizer;
import io.pepper.generation.Generated;
import io.pepper.generation.GenerationSession;
import io.pepper.generation.Sampling;
import io.pepper.generation.TokenSequence;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongPredicate;

/**
 * The sequences of a {@code generate} command.
 *
 * @param prompts the tokens of each prompt
 * @param sampling how tokens are chosen
 * @param tokenizer the tokenizer, if the command prints text
 */
record GenerationRun(List<List<Long>> prompts, Sampling sampling, Optional<Tokenizer> tokenizer) {
    /** An opener of sequences. */
    interface Opening {
        Begun open(GenerationSession session, List<Long> prompt) throws IOException;
    }

    /**
     * A sequence that is about to continue.
     *
     * @param sequence the sequence
     * @param next the tokens that follow it
     * @param save the file to which it is saved at the end
     */
    record Begun(TokenSequence sequence, List<Long> next, Optional<Path> save) {
        /** Returns all tokens before the new ones. */
        List<Long> prompt() {
            List<Long> all = new ArrayList<>(sequence.tokens());
            all.addAll(next);
            return all;
        }
    }

    /**
     * The new tokens.
     *
     * @param prompts the tokens before those of each sequence
     * @param generated the new tokens of each sequence
     */
    record Outcome(List<List<Long>> prompts, List<Generated> generated) {}

    /** Returns whether the text is printed as it comes: that of one sequence only, since several would be mixed. */
    boolean streams() {
        return tokenizer.isPresent() && prompts.size() == 1;
    }

    /**
     * Runs all sequences at the same time.
     *
     * @param opening opens each sequence, with the inputs that are the same in all steps
     * @param out receives the text as it comes; empty for none
     */
    Outcome run(GenerationSession session, Opening opening, Optional<PrintWriter> out) throws IOException {
        List<Begun> begun = new ArrayList<>();
        for (List<Long> prompt : prompts) {
            begun.add(opening.open(session, prompt));
        }
        List<List<Long>> before = begun.stream().map(Begun::prompt).toList();
        Optional<StreamedText> text = streams() && out.isPresent()
                ? Optional.of(new StreamedText(new TextStream(tokenizer.orElseThrow(), before.get(0)), out.get()))
                : Optional.empty();
        LongPredicate listener =
                text.<LongPredicate>map(streamed -> streamed::add).orElse(token -> true);
        List<Generated> generated = generate(begun, listener);
        if (text.isPresent()) {
            text.get().end();
        }
        return new Outcome(before, generated);
    }

    private List<Generated> generate(List<Begun> begun, LongPredicate listener) throws IOException {
        ExecutorService running = Executors.newFixedThreadPool(prompts.size(), task -> {
            Thread daemon = new Thread(task, "pepper-generate");
            daemon.setDaemon(true);
            return daemon;
        });
        try {
            List<Future<Generated>> futures = new ArrayList<>();
            for (Begun each : begun) {
                futures.add(running.submit(() -> generate(each, listener)));
            }
            List<Generated> generated = new ArrayList<>();
            for (Future<Generated> future : futures) {
                generated.add(future.get());
            }
            return generated;
        } catch (ExecutionException failed) {
            Throwable reason =
                    failed.getCause() instanceof UncheckedIOException text ? text.getCause() : failed.getCause();
            if (reason instanceof IOException cause) {
                throw cause;
            }
            throw new IOException(String.valueOf(failed.getMessage()), failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw (InterruptedIOException) new InterruptedIOException("interrupted").initCause(interrupted);
        } finally {
            running.shutdownNow();
        }
    }

    private Generated generate(Begun begun, LongPredicate listener) throws IOException {
        try (TokenSequence sequence = begun.sequence()) {
            Generated generated = sequence.generate(begun.next(), sampling, listener);
            if (begun.save().isPresent()) {
                sequence.save(begun.save().get());
            }
            return generated;
        }
    }

    /** Returns the new text of each sequence; empty without a tokenizer. */
    List<String> texts(Outcome outcome) throws IOException {
        List<String> texts = new ArrayList<>();
        if (tokenizer.isPresent()) {
            for (int i = 0; i < outcome.generated().size(); i++) {
                texts.add(TextStream.text(
                        tokenizer.get(),
                        outcome.prompts().get(i),
                        outcome.generated().get(i).tokens()));
            }
        }
        return texts;
    }
}
