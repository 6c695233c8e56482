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
        TokenSequence open(GenerationSession session) throws IOException;
    }

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
    List<Generated> run(GenerationSession session, Opening opening, Optional<PrintWriter> out) throws IOException {
        Optional<StreamedText> text = streams() && out.isPresent()
                ? Optional.of(new StreamedText(new TextStream(tokenizer.orElseThrow(), prompts.get(0)), out.get()))
                : Optional.empty();
        LongPredicate listener =
                text.<LongPredicate>map(streamed -> streamed::add).orElse(token -> true);
        List<Generated> generated = generate(session, opening, listener);
        if (text.isPresent()) {
            text.get().end();
        }
        return generated;
    }

    private List<Generated> generate(GenerationSession session, Opening opening, LongPredicate listener)
            throws IOException {
        ExecutorService running = Executors.newFixedThreadPool(prompts.size(), task -> {
            Thread daemon = new Thread(task, "pepper-generate");
            daemon.setDaemon(true);
            return daemon;
        });
        try {
            List<Future<Generated>> futures = new ArrayList<>();
            for (List<Long> prompt : prompts) {
                TokenSequence sequence = opening.open(session);
                futures.add(running.submit(() -> generate(sequence, prompt, listener)));
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

    private Generated generate(TokenSequence sequence, List<Long> prompt, LongPredicate listener) throws IOException {
        try (sequence) {
            return sequence.generate(prompt, sampling, listener);
        }
    }

    /** Returns the new text of each sequence; empty without a tokenizer. */
    List<String> texts(List<Generated> generated) throws IOException {
        List<String> texts = new ArrayList<>();
        if (tokenizer.isPresent()) {
            for (int i = 0; i < generated.size(); i++) {
                texts.add(TextStream.text(
                        tokenizer.get(), prompts.get(i), generated.get(i).tokens()));
            }
        }
        return texts;
    }
}
