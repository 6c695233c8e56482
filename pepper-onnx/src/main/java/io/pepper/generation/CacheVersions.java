package io.pepper.generation;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.pepper.generation.SequenceState.Version;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Makes the caches of one stage after a step, after fewer tokens, and from a file, and counts their bytes. Guarded by its
 * {@link SequenceCaches}, except for {@link #rooms} and {@link #allocate}.
 */
final class CacheVersions implements AutoCloseable {
    private final CacheMemory memory = new CacheMemory();
    private final CacheAxes axes;
    private long bytes;
    private long bytesPerToken;

    CacheVersions(CacheAxes axes) {
        this.axes = axes;
    }

    /** Returns the bytes of all versions, where shared tensors count once. */
    long bytes() {
        return bytes;
    }

    /** Returns the bytes of a further token, as the last version shows them. */
    long bytesPerToken() {
        return bytesPerToken;
    }

    /** Returns memory for caches after a step of some tokens, for those of which it is known how they grow. */
    Map<String, CacheTensor> rooms(Map<String, OnnxTensor> pasts, int tokens) throws OrtException {
        Map<String, CacheMemory.Form> forms = new HashMap<>();
        axes.known().forEach((cache, axis) -> {
            OnnxTensor past = pasts.get(cache);
            if (past != null) {
                forms.put(cache, Present.form(past, axis, tokens));
            }
        });
        return memory.tensors(forms);
    }

    /** Adds tensors for caches: in the memory for them, or else in memory that the garbage collector frees. */
    void allocate(Map<String, CacheMemory.Form> forms, Map<String, CacheTensor> tensors) throws OrtException {
        tensors.putAll(memory.tensors(forms));
        for (Map.Entry<String, CacheMemory.Form> each : forms.entrySet()) {
            if (!tensors.containsKey(each.getKey())) {
                tensors.put(
                        each.getKey(),
                        CacheTensor.zeros(
                                each.getValue().type(), each.getValue().sizes()));
            }
        }
    }

    /** Replaces the caches of a sequence by those after fewer tokens: none, or as many as those of a fixed size have. */
    void shorten(SequenceState state, int length) throws OrtException {
        Map<String, CacheTensor> shorter = new HashMap<>();
        if (length > 0) {
            shorter.putAll(first(state.now(), length));
            state.before().tensors().forEach((cache, held) -> shorter.put(cache, held.shared()));
        }
        drop(state);
        state.set(new Version(length, shorter), Version.NONE);
    }

    /** Returns copies of the caches that grow, as they were after fewer tokens. */
    private Map<String, CacheTensor> first(Version version, int length) throws OrtException {
        Map<String, CacheMemory.Form> forms = new HashMap<>();
        version.tensors().forEach((cache, held) -> {
            OptionalInt axis = axes.of(cache);
            if (axis.isPresent()) {
                forms.put(cache, Present.form(held.tensor(), axis, length - version.length()));
            }
        });
        Map<String, CacheTensor> shorter = new HashMap<>();
        boolean done = false;
        try {
            allocate(forms, shorter);
            for (Map.Entry<String, CacheTensor> each : shorter.entrySet()) {
                CacheTensor held = Objects.requireNonNull(version.tensors().get(each.getKey()));
                CacheMemory.Form form = Objects.requireNonNull(forms.get(each.getKey()));
                each.getValue().fill(held, form.axis().orElseThrow());
                each.getValue().written();
            }
            done = true;
        } finally {
            if (!done) {
                shorter.values().forEach(CacheTensor::release);
            }
        }
        shorter.values().forEach(this::counted);
        return shorter;
    }

    private CacheTensor counted(CacheTensor held) {
        bytes += held.bytes();
        return held;
    }

    /** Replaces the caches of a sequence by those after a step, which are removed from the given ones. */
    void replace(SequenceState state, Step step, Map<String, Present> presents) throws OrtException {
        Version old = state.now();
        Map<String, CacheTensor> others = others(old, presents);
        Map<String, CacheTensor> now = new HashMap<>();
        Map<String, CacheTensor> before = new HashMap<>();
        boolean done = false;
        try {
            for (String cache : List.copyOf(presents.keySet())) {
                Present present = Objects.requireNonNull(presents.get(cache));
                CacheTensor held = old.tensors().get(cache);
                now.put(
                        cache,
                        held != null && held.tensor() == present.tensor()
                                ? held.shared()
                                : counted(present.kept(Optional.ofNullable(others.remove(cache)))));
                presents.remove(cache);
                if (held != null && axes.of(cache).isEmpty()) {
                    before.put(cache, held.shared());
                }
            }
            done = true;
        } finally {
            if (!done) {
                others.values().forEach(CacheTensor::release);
                bytes -= new Version(0, now).release() + new Version(0, before).release();
            }
        }
        drop(state);
        state.set(new Version(step.past() + step.count(), now), new Version(step.past(), before));
        measure(state.now());
    }

    /** Returns memory for the new caches that are elsewhere. */
    private Map<String, CacheTensor> others(Version old, Map<String, Present> presents) throws OrtException {
        Map<String, CacheMemory.Form> forms = new HashMap<>();
        presents.forEach((cache, present) -> {
            CacheTensor held = old.tensors().get(cache);
            if (present.room().isEmpty() && (held == null || held.tensor() != present.tensor())) {
                forms.put(cache, present.form(axes.of(cache)));
            }
        });
        return memory.tensors(forms);
    }

    /** Gives a sequence without caches those of a number of tokens. */
    void adopt(SequenceState state, int length, Map<String, CacheTensor> tensors) {
        tensors.values().forEach(this::counted);
        state.set(new Version(length, Map.copyOf(tensors)), Version.NONE);
        measure(state.now());
    }

    /** Notes what a further token takes. */
    private void measure(Version now) {
        bytesPerToken = now.tensors().entrySet().stream()
                        .filter(each -> axes.of(each.getKey()).isPresent())
                        .mapToLong(each -> each.getValue().contentBytes())
                        .sum()
                / now.length();
    }

    /** Replaces the inputs of a sequence that are the same in all steps by copies. */
    void keep(SequenceState state, Map<String, OnnxTensor> contexts) throws OrtException {
        Version copies = Version.copies(contexts);
        bytes += copies.bytes() - state.replaceContexts(copies);
    }

    /** Drops all that a sequence has, also the inputs that are the same in all steps. */
    void forget(SequenceState state) {
        drop(state);
        bytes -= state.replaceContexts(Version.NONE);
    }

    /** Drops the caches of a sequence. */
    void drop(SequenceState state) {
        bytes -= state.release();
    }

    /** Frees spare memory until no more than these bytes are left. */
    void trim(long spareBytes) {
        memory.trim(spareBytes);
    }

    /** Frees spare memory, and from now on that of each version that is dropped. */
    @Override
    public void close() {
        memory.close();
    }
}
