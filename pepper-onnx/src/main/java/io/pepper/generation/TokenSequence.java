package io.pepper.generation;

import io.pepper.session.StageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongPredicate;

/**
 * A sequence of tokens, whose caches are in the parts of a {@link GenerationSession}. Its steps run one at a time; it is
 * thread-safe.
 *
 * <p>If a part no longer has the caches, they are computed again from the tokens ({@link GenerationSession#replays()}).
 * A step that failed may be repeated.
 */
public final class TokenSequence implements AutoCloseable {
    private static final double NANOS = 1e9;

    private final GenerationSession session;
    private final long number;
    private final List<Long> tokens;
    private OptionalLong parent;
    private OptionalLong chosen;
    private boolean closed;

    TokenSequence(GenerationSession session, long number, OptionalLong parent, List<Long> tokens, OptionalLong chosen) {
        this.session = session;
        this.number = number;
        this.parent = parent;
        this.tokens = new ArrayList<>(tokens);
        this.chosen = chosen;
    }

    /**
     * Returns all tokens so far.
     *
     * @return a copy
     */
    public synchronized List<Long> tokens() {
        return List.copyOf(tokens);
    }

    /**
     * Returns the token that {@link #generate} chose last. It is not in the sequence yet: add it first to
     * continue where that call ended.
     *
     * @return the token; empty if none was chosen, or the sequence was continued or cut back since
     */
    public synchronized OptionalLong chosen() {
        return chosen;
    }

    /**
     * Adds tokens.
     *
     * @param added one token or more
     * @return the logits after the last of them, one for each token of the vocabulary
     * @throws IllegalArgumentException if there is no token
     * @throws IllegalStateException if the sequence is closed
     * @throws java.io.InterruptedIOException if the thread is interrupted; the sequence is as before
     * @throws StageException if a part fails; the sequence is as before
     */
    public synchronized float[] append(List<Long> added) throws IOException {
        requireTokens(added);
        int chunk = session.chunk(session.options().promptChunk().orElse(added.size()));
        float[] logits = new float[0];
        int before = tokens.size();
        boolean done = false;
        try {
            for (int from = 0; from < added.size(); from += chunk) {
                logits = step(added.subList(from, Math.min(added.size(), from + chunk)), false);
            }
            done = true;
            return logits;
        } finally {
            if (!done) {
                tokens.subList(before, tokens.size()).clear();
            }
        }
    }

    /**
     * Adds tokens, and returns the logits after each of them.
     *
     * @param added one token or more
     * @return the logits, by token and then by token of the vocabulary
     * @throws IllegalArgumentException if there is no token
     * @throws IllegalStateException if the sequence is closed
     * @throws StageException if a part fails; the sequence is as before
     */
    public synchronized float[][] appendWithAllLogits(List<Long> added) throws IOException {
        requireTokens(added);
        int chunk = session.chunk(added.size());
        float[][] each = new float[added.size()][];
        int before = tokens.size();
        boolean done = false;
        try {
            for (int from = 0; from < each.length; from += chunk) {
                float[] all = step(added.subList(from, Math.min(each.length, from + chunk)), true);
                int vocabulary = all.length / chunk;
                for (int i = 0; i < chunk; i++) {
                    each[from + i] = Arrays.copyOfRange(all, i * vocabulary, (i + 1) * vocabulary);
                }
            }
            done = true;
            return each;
        } finally {
            if (!done) {
                tokens.subList(before, tokens.size()).clear();
            }
        }
    }

    private void requireTokens(List<Long> added) {
        if (closed) {
            throw new IllegalStateException("the sequence is closed");
        }
        if (added.isEmpty()) {
            throw new IllegalArgumentException("there is no token to add");
        }
    }

    private float[] step(List<Long> added, boolean all) throws IOException {
        Step step = new Step(number, parent, tokens.size(), added.size(), all, List.of());
        float[] logits;
        try {
            logits = session.runner().run(step, array(added));
        } catch (StageException failed) {
            if (failed.kind() != StageException.Kind.STATE_LOST) {
                throw failed;
            }
            logits = again(added, all);
        }
        tokens.addAll(added);
        parent = OptionalLong.empty();
        chosen = OptionalLong.empty();
        return logits;
    }

    /** Computes the caches from all tokens. */
    private float[] again(List<Long> added, boolean all) throws IOException {
        session.replayed();
        List<Long> every = new ArrayList<>(tokens);
        every.addAll(added);
        int chunk = session.chunk(every.size());
        float[] logits = new float[0];
        for (int from = 0; from < every.size(); from += chunk) {
            List<Long> next = every.subList(from, from + chunk);
            logits = session.runner()
                    .run(new Step(number, OptionalLong.empty(), from, chunk, all, List.of()), array(next));
        }
        int wanted = all ? logits.length / chunk * added.size() : logits.length;
        return Arrays.copyOfRange(logits, logits.length - wanted, logits.length);
    }

    private static long[] array(List<Long> tokens) {
        return tokens.stream().mapToLong(Long::longValue).toArray();
    }

    /**
     * Adds a prompt, and continues it.
     *
     * @param prompt one token or more
     * @param sampling how tokens are chosen, and when to end
     * @param listener receives each new token on the calling thread, and returns whether to continue
     * @return the new tokens. The last of them has been chosen, and is in the sequence with the next call only
     * @throws IllegalArgumentException if the prompt is empty
     * @throws java.io.InterruptedIOException if the thread is interrupted
     * @throws StageException if a part fails
     */
    public synchronized Generated generate(List<Long> prompt, Sampling sampling, LongPredicate listener)
            throws IOException {
        long begin = System.nanoTime();
        Sampler sampler = new Sampler(sampling);
        List<Long> found = new ArrayList<>();
        List<Long> next = prompt;
        double first = 0;
        while (true) {
            float[] logits = append(next);
            long token = sampler.next(logits, tokens);
            found.add(token);
            chosen = OptionalLong.of(token);
            double seconds = (System.nanoTime() - begin) / NANOS;
            first = found.size() == 1 ? seconds : first;
            boolean wanted = listener.test(token);
            if (sampling.stopTokens().contains(token)) {
                return new Generated(found, Generated.Reason.STOP_TOKEN, first, seconds);
            }
            if (found.size() == sampling.maxNewTokens()) {
                return new Generated(found, Generated.Reason.LENGTH, first, seconds);
            }
            if (!wanted) {
                return new Generated(found, Generated.Reason.ENDED, first, seconds);
            }
            next = List.of(token);
        }
    }

    /**
     * Drops the last tokens.
     *
     * @param length the number of tokens to keep, 0 to the present number
     * @throws IllegalArgumentException if {@code length} is out of range
     */
    public synchronized void truncate(int length) {
        if (length < 0 || length > tokens.size()) {
            throw new IllegalArgumentException(
                    "a sequence of " + tokens.size() + " tokens cannot be cut back to " + length);
        }
        chosen = length == tokens.size() ? chosen : OptionalLong.empty();
        tokens.subList(length, tokens.size()).clear();
    }

    /**
     * Saves the sequence to a file: its tokens, the {@link #chosen} one, the inputs that are the same in all steps, and the
     * caches. {@link GenerationSession#restore} reads it, also in another process. If the caches are elsewhere, as on the
     * nodes of a cluster, or were dropped, the file has none, and they are computed again from the tokens when the
     * restored sequence continues. Other sequences may run meanwhile. Time and size are linear in those of the caches.
     *
     * @param file the file, whose directory exists; an existing file is replaced
     * @throws IllegalStateException if the sequence is closed
     * @throws StageException if the session is closed
     * @throws IOException if {@code partition.json} does not tell the hash of the model, a cache exceeds 2 GiB, or the file
     *     cannot be written; the file is then unchanged
     */
    public synchronized void save(Path file) throws IOException {
        if (closed) {
            throw new IllegalStateException("the sequence is closed");
        }
        session.archive().save(file, new Step(number, parent, tokens.size(), 1, false, List.of()), tokens, chosen);
    }

    /**
     * Branches off another sequence with the same tokens, which shares the caches until either continues.
     *
     * @return the new sequence, for the caller to close
     * @throws IllegalStateException if the sequence is closed
     */
    public synchronized TokenSequence fork() {
        if (closed) {
            throw new IllegalStateException("the sequence is closed");
        }
        OptionalLong origin = parent.isPresent() ? parent : OptionalLong.of(number);
        return new TokenSequence(session, session.store().branch(number), origin, tokens, chosen);
    }

    /** Releases the caches, and inputs that no branch shares. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            session.store().release(number);
        }
    }
}
