package io.pepper.generation;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import java.util.HashMap;
import java.util.Map;

/**
 * The caches of a sequence in one stage: now, and those of a fixed size before the last step. Guarded by its {@link
 * SequenceCaches}.
 */
final class SequenceState {
    /** The caches after a number of tokens. */
    record Version(int length, Map<String, CacheTensor> tensors) {
        static final Version NONE = new Version(0, Map.of());

        /** Returns copies of inputs that are the same in all steps. */
        static Version copies(Map<String, OnnxTensor> inputs) throws OrtException {
            Map<String, CacheTensor> copies = new HashMap<>();
            for (Map.Entry<String, OnnxTensor> each : inputs.entrySet()) {
                copies.put(each.getKey(), new CacheTensor(CacheTensor.copy(each.getValue())));
            }
            return new Version(0, copies);
        }

        /** Returns the same caches with a further user. */
        Version shared() {
            Map<String, CacheTensor> all = new HashMap<>();
            tensors.forEach((cache, tensor) -> all.put(cache, tensor.shared()));
            return new Version(length, all);
        }

        /** Removes a user; returns the bytes that this frees. */
        long release() {
            return tensors.values().stream().mapToLong(CacheTensor::release).sum();
        }

        /** Returns the bytes of the memory, with its room for further tokens. */
        long bytes() {
            return tensors.values().stream().mapToLong(CacheTensor::bytes).sum();
        }
    }

    private Version now = Version.NONE;
    private Version before = Version.NONE;

    /** Copies of the inputs that are the same in all steps; none if the session has them. */
    private Version contexts = Version.NONE;

    private boolean running;

    /** The bytes by which the running step may extend the caches. */
    private long growth;

    Version now() {
        return now;
    }

    Version before() {
        return before;
    }

    Version contexts() {
        return contexts;
    }

    /** Replaces the inputs that are the same in all steps; returns the bytes that this frees. */
    long replaceContexts(Version others) {
        long freed = contexts.release();
        contexts = others;
        return freed;
    }

    boolean holdsMemory() {
        return running || !now.tensors().isEmpty() || !contexts.tensors().isEmpty();
    }

    /** Replaces the caches, without a release of the old ones. */
    void set(Version now, Version before) {
        this.now = now;
        this.before = before;
    }

    /** Returns a new state with the same caches. */
    SequenceState branch() {
        SequenceState branch = new SequenceState();
        branch.set(now.shared(), before.shared());
        branch.contexts = contexts.shared();
        return branch;
    }

    /** Drops the caches; returns the bytes that this frees. */
    long release() {
        long freed = now.release() + before.release();
        set(Version.NONE, Version.NONE);
        return freed;
    }

    boolean isRunning() {
        return running;
    }

    /** Begins a step that may extend the caches by a number of bytes. */
    void begin(long bytes) {
        running = true;
        growth = bytes;
    }

    /** Takes bytes out of the growth of the running step, since they are there now. */
    void counted(long bytes) {
        growth -= bytes;
    }

    /** Ends a step; returns the bytes by which it might have extended the caches. */
    long end() {
        long reserved = growth;
        running = false;
        growth = 0;
        return reserved;
    }
}
