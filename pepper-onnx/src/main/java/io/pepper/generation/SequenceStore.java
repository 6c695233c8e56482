package io.pepper.generation;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.pepper.session.StageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The sequences of a session, as far as this process has them: their numbers, the caches of each stage that is here, and the
 * inputs that are the same in all steps. Thread-safe.
 */
final class SequenceStore implements AutoCloseable {
    private final List<DecoderStage> stages;
    private final SequenceContexts contexts;
    private final AtomicLong next;
    private final Set<Long> released = new LinkedHashSet<>();

    /**
     * Creates a store without sequences.
     *
     * @param stages the stages with caches in this process, which the caller closes
     * @param contexts the inputs that are the same in all steps
     * @param first the number of the first sequence
     */
    SequenceStore(List<DecoderStage> stages, SequenceContexts contexts, long first) {
        this.stages = List.copyOf(stages);
        this.contexts = contexts;
        this.next = new AtomicLong(first);
    }

    /** Returns the number of a new sequence with these inputs. */
    long begin(Map<String, OnnxTensor> context) throws IOException {
        long number = next.getAndIncrement();
        try {
            contexts.add(number, context);
        } catch (OrtException failed) {
            throw new IOException(String.valueOf(failed.getMessage()), failed);
        }
        return number;
    }

    /** Returns the number of a new sequence that branches off from another one. */
    long branch(long sequence) {
        long branch = next.getAndIncrement();
        contexts.share(sequence, branch);
        return branch;
    }

    /** Releases a sequence. The stages drop its caches with their next step. */
    void release(long sequence) {
        contexts.release(sequence);
        synchronized (released) {
            released.add(sequence);
        }
    }

    /** Returns the released sequences of which the stages do not know. */
    List<Long> released() {
        synchronized (released) {
            return List.copyOf(released);
        }
    }

    /** Notes that the stages know of released sequences. */
    void told(List<Long> known) {
        synchronized (released) {
            released.removeAll(known);
        }
    }

    /**
     * Holds the caches of a sequence in all stages, until {@link #letGo}.
     *
     * @param step the next step of the sequence
     * @return the caches by their input; empty, and nothing is held, if a stage is elsewhere or does not have them
     */
    Map<String, SequenceCaches.Held> hold(Step step) throws IOException {
        Map<String, SequenceCaches.Held> held = new HashMap<>();
        List<DecoderStage> holding = new ArrayList<>();
        boolean done = false;
        try {
            for (DecoderStage stage : stages) {
                held.putAll(stage.caches().hold(step));
                holding.add(stage);
            }
            done = !held.isEmpty();
        } catch (StageException failed) {
            if (failed.kind() != StageException.Kind.STATE_LOST) {
                throw failed;
            }
        } catch (OrtException failed) {
            throw new IOException(String.valueOf(failed.getMessage()), failed);
        } finally {
            if (!done) {
                holding.forEach(stage -> stage.caches().fail(step));
            }
        }
        return done ? held : Map.of();
    }

    /** Lets the caches of a sequence go that are held. */
    void letGo(Step step) {
        stages.forEach(stage -> stage.caches().fail(step));
    }

    /**
     * Takes the caches of a new sequence from elsewhere.
     *
     * @param step a step of all tokens of the sequence
     * @param forms what all caches of the model need, by their input
     * @param filling fills their memory
     */
    void restore(Step step, Map<String, CacheMemory.Form> forms, SequenceCaches.Filling filling) throws IOException {
        for (DecoderStage stage : stages) {
            Map<String, CacheMemory.Form> own = new HashMap<>(forms);
            own.keySet().retainAll(stage.cacheInputs());
            try {
                stage.caches().restore(step, own, filling);
            } catch (OrtException failed) {
                throw new IOException(String.valueOf(failed.getMessage()), failed);
            }
        }
    }

    /** Drops a sequence that did not begin. */
    void discard(long sequence) {
        contexts.release(sequence);
        stages.forEach(stage -> stage.caches().release(List.of(sequence)));
    }

    /** Returns the inputs of a sequence that are the same in all steps. */
    Map<String, OnnxTensor> contexts(long sequence) {
        return contexts.all(sequence);
    }

    /** Returns the inputs to send with a step: none if the stages are in this process. */
    Map<String, OnnxTensor> sent(Step step) throws OrtException, IOException {
        return stages.isEmpty() ? contexts.sent(step) : Map.of();
    }

    /** Returns the bytes of the caches of each stage. */
    List<Long> cacheBytes() {
        return stages.stream().map(stage -> stage.caches().bytes()).toList();
    }

    /** Releases the inputs that are the same in all steps. */
    @Override
    public void close() {
        contexts.close();
    }
}
