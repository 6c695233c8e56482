package io.pepper.generation;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.pepper.internal.text.Quantities;
import io.pepper.session.StageException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The caches of one stage, by sequence. A cache that grows with each token can be cut back to an earlier length; of one
 * of a fixed size, such as the state of a convolution, the value before the last step is kept, so that a step can be
 * repeated. Thread-safe.
 */
final class SequenceCaches implements AutoCloseable {
    private final String stage;
    private final OptionalLong maxBytes;
    private final boolean evicts;
    private final CacheMemory memory = new CacheMemory();

    /** The least recently used sequence first. */
    private final Map<Long, State> states = new LinkedHashMap<>(16, 0.75f, true);

    private final CacheAxes axes;

    private long bytes;
    private long bytesPerToken;

    /** The bytes by which running steps may extend the caches. */
    private long reserved;

    private boolean closed;

    /** The caches after a number of tokens. */
    private record Version(int length, Map<String, CacheTensor> tensors) {}

    /** The caches of a sequence: now, and those of a fixed size before the last step. */
    private static final class State {
        private Version now;
        private Version before = new Version(0, Map.of());
        private boolean running;

        /** The bytes by which the running step may extend the caches. */
        private long growth;

        State(Version now) {
            this.now = now;
        }

        void begin(long bytes) {
            running = true;
            growth = bytes;
        }
    }

    SequenceCaches(String stage, OptionalLong maxBytes, boolean evicts) {
        this.stage = stage;
        this.maxBytes = maxBytes;
        this.evicts = evicts;
        this.axes = new CacheAxes(stage);
    }

    synchronized long bytes() {
        return bytes;
    }

    synchronized int sequences() {
        return states.size();
    }

    /** Drops sequences. One that is running is dropped by its next step. */
    private void release(List<Long> sequences) {
        for (long sequence : sequences) {
            State state = states.get(sequence);
            if (state != null && !state.running) {
                states.remove(sequence);
                drop(state);
            }
        }
    }

    /**
     * Begins a step: drops the sequences that it releases, and returns the caches as they were after the tokens before
     * it. The caller calls {@link #end} or {@link
     * #fail}.
     *
     * @return the tensors by their input; empty at the first token
     * @throws StageException of kind {@code STATE_LOST} if the caches are not here, or {@code OUT_OF_MEMORY} if the step
     *     would exceed the limit
     */
    synchronized Map<String, OnnxTensor> begin(Step step) throws StageException, OrtException {
        State state = ready(step);
        while (!fits(step, state)) {
            makeRoom(step, state);
            state = ready(step);
        }
        state.begin(growth(step, state));
        reserved += state.growth;
        Map<String, OnnxTensor> tensors = new HashMap<>();
        state.now.tensors.forEach((cache, held) -> tensors.put(cache, held.tensor()));
        return tensors;
    }

    /** Returns the sequence of a step with the caches of the tokens before it. */
    private State ready(Step step) throws StageException, OrtException {
        if (closed) {
            throw new StageException(StageException.Kind.CLOSED, stage, "the session is closed", null);
        }
        State state = states.get(step.sequence());
        if (state == null) {
            state = branch(step);
        }
        if (state.running) {
            throw new StageException(
                    StageException.Kind.FAILED, stage, "sequence " + step.sequence() + " is running already", null);
        }
        release(step.released());
        cut(step, state);
        return state;
    }

    private State branch(Step step) throws StageException {
        State parent = step.parent().isPresent() ? states.get(step.parent().getAsLong()) : null;
        if (parent == null && step.past() > 0) {
            throw lost(step, 0);
        }
        State state = new State(parent == null ? new Version(0, Map.of()) : shared(parent.now));
        if (parent != null) {
            state.before = shared(parent.before);
        }
        states.put(step.sequence(), state);
        return state;
    }

    private static Version shared(Version version) {
        Map<String, CacheTensor> tensors = new HashMap<>();
        version.tensors.forEach((cache, tensor) -> tensors.put(cache, tensor.shared()));
        return new Version(version.length, tensors);
    }

    private StageException lost(Step step, int length) {
        return new StageException(
                StageException.Kind.STATE_LOST,
                stage,
                "has the caches of " + length + " tokens of sequence " + step.sequence() + ", where " + step.past()
                        + " are needed",
                null);
    }

    /** Returns the bytes by which a step may extend the caches: those of a branch are no longer shared after it. */
    private long growth(Step step, State state) {
        boolean shares = state.now.tensors.values().stream().anyMatch(CacheTensor::isShared);
        long before = shares || state.now.tensors.isEmpty() ? 0 : CacheMemory.room(step.past());
        return Math.multiplyExact(bytesPerToken, CacheMemory.room((long) step.past() + step.count()) - before);
    }

    private boolean fits(Step step, State state) {
        return maxBytes.isEmpty() || bytes + reserved + growth(step, state) <= maxBytes.getAsLong();
    }

    /**
     * Returns memory for the caches after a step, for the caller to give to {@link #end} or to release.
     *
     * @param step the step, which has begun
     * @param pasts the caches before it by their input
     * @return the tensors by their input. There is none for a cache of which this does not know yet how it grows
     */
    Map<String, CacheTensor> rooms(Step step, Map<String, OnnxTensor> pasts) throws OrtException {
        Map<String, CacheMemory.Form> forms = new HashMap<>();
        axes.known().forEach((cache, axis) -> {
            OnnxTensor past = pasts.get(cache);
            if (past != null) {
                forms.put(cache, Present.form(past, axis, step.count()));
            }
        });
        return memory.tensors(forms);
    }

    /**
     * Drops the caches of the sequence that was used least recently, or waits until one that is running can be dropped.
     * The sequence of the step may lose its own caches while it waits.
     */
    @SuppressWarnings("WaitNotInLoop") // The caller looks again.
    private void makeRoom(Step step, State state) throws StageException {
        List<State> others = states.values().stream()
                .filter(other -> other != state && (other.running || !other.now.tensors.isEmpty()))
                .toList();
        Optional<State> idle = others.stream().filter(other -> !other.running).findFirst();
        if (!evicts || others.isEmpty()) {
            throw new StageException(
                    StageException.Kind.OUT_OF_MEMORY,
                    stage,
                    "the caches of " + states.size() + " sequences take " + Quantities.bytes(bytes) + "; the next "
                            + step.count() + " tokens would exceed the limit of "
                            + Quantities.bytes(maxBytes.orElseThrow()),
                    null);
        }
        if (idle.isPresent()) {
            states.values().remove(idle.get());
            drop(idle.get());
            return;
        }
        try {
            wait();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new StageException(
                    StageException.Kind.CANCELLED, stage, "interrupted while it waited for memory", interrupted);
        }
    }

    /** Cuts the caches of a sequence back to the tokens before a step. */
    private void cut(Step step, State state) throws StageException, OrtException {
        int length = state.now.length;
        if (step.past() == length) {
            return;
        }
        if (step.past() > length) {
            throw lost(step, length);
        }
        Map<String, CacheTensor> shorter = new HashMap<>();
        if (step.past() > 0) {
            if (state.before.length != step.past() && axes.hasFixed()) {
                throw lost(step, length);
            }
            shorter.putAll(first(state.now, step.past()));
            state.before.tensors.forEach((cache, held) -> shorter.put(cache, held.shared()));
        }
        drop(state);
        state.now = new Version(step.past(), shorter);
        state.before = new Version(0, Map.of());
    }

    /** Returns copies of the caches that grow, as they were after fewer tokens. */
    private Map<String, CacheTensor> first(Version version, int length) throws OrtException {
        Map<String, CacheMemory.Form> forms = new HashMap<>();
        version.tensors.forEach((cache, held) -> {
            OptionalInt axis = axes.of(cache);
            if (axis.isPresent()) {
                forms.put(cache, Present.form(held.tensor(), axis, length - version.length));
            }
        });
        Map<String, CacheTensor> shorter = memory.tensors(forms);
        for (Map.Entry<String, CacheMemory.Form> each : forms.entrySet()) {
            CacheTensor copy = shorter.get(each.getKey());
            if (copy == null) {
                copy = CacheTensor.zeros(each.getValue().type(), each.getValue().sizes());
                shorter.put(each.getKey(), copy);
            }
            CacheTensor held = Objects.requireNonNull(version.tensors.get(each.getKey()));
            copy.fill(held, each.getValue().axis().orElseThrow());
            counted(copy.written());
        }
        return shorter;
    }

    private CacheTensor counted(CacheTensor held) {
        bytes += held.bytes();
        return held;
    }

    /**
     * Ends a step, with the caches after it.
     *
     * @param step the step
     * @param presents the new caches by their input, which this takes over, also if it throws; one that is the cache
     *     before the step stays the same tensor
     * @param pasts what {@link #begin} returned, or the empty caches of a first step
     */
    synchronized void end(Step step, Map<String, Present> presents, Map<String, OnnxTensor> pasts)
            throws StageException, OrtException {
        notifyAll();
        Map<String, Present> left = new HashMap<>(presents);
        try {
            State state = states.get(step.sequence());
            if (!closed && state != null) {
                stop(state);
                for (Map.Entry<String, Present> each : presents.entrySet()) {
                    OnnxTensor past = Objects.requireNonNull(pasts.get(each.getKey()));
                    axes.learn(each.getKey(), past, each.getValue().tensor(), step);
                }
                replace(state, step, left);
            }
        } finally {
            left.forEach((cache, present) -> {
                if (present.tensor() != pasts.get(cache)) {
                    present.discard();
                }
            });
        }
    }

    /** Replaces the caches of a sequence by new ones, which are removed from the given ones. */
    private void replace(State state, Step step, Map<String, Present> presents) throws OrtException {
        Version old = state.now;
        Map<String, CacheTensor> others = others(old, presents);
        Map<String, CacheTensor> now = new HashMap<>();
        Map<String, CacheTensor> before = new HashMap<>();
        boolean done = false;
        try {
            for (String cache : List.copyOf(presents.keySet())) {
                Present present = Objects.requireNonNull(presents.get(cache));
                CacheTensor held = old.tensors.get(cache);
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
                drop(now);
                drop(before);
            }
        }
        drop(state);
        state.now = new Version(step.past() + step.count(), now);
        state.before = new Version(step.past(), before);
        measure(state.now);
    }

    /** Returns memory for the new caches that are elsewhere. */
    private Map<String, CacheTensor> others(Version old, Map<String, Present> presents) throws OrtException {
        Map<String, CacheMemory.Form> forms = new HashMap<>();
        presents.forEach((cache, present) -> {
            CacheTensor held = old.tensors.get(cache);
            if (present.room().isEmpty() && (held == null || held.tensor() != present.tensor())) {
                forms.put(cache, present.form(axes.of(cache)));
            }
        });
        return memory.tensors(forms);
    }

    /** Notes what a further token takes, and leaves spare memory as far as the limit allows it beside one step's. */
    private void measure(Version now) {
        bytesPerToken = now.tensors.entrySet().stream()
                        .filter(each -> axes.of(each.getKey()).isPresent())
                        .mapToLong(each -> each.getValue().contentBytes())
                        .sum()
                / now.length;
        if (maxBytes.isPresent()) {
            long step =
                    now.tensors.values().stream().mapToLong(CacheTensor::bytes).sum();
            memory.trim(Math.max(step, maxBytes.getAsLong() - bytes));
        }
    }

    /** Ends a step that failed. The caches stay as they were before it. */
    synchronized void fail(Step step) {
        notifyAll();
        State state = states.get(step.sequence());
        if (state != null && state.running) {
            stop(state);
        }
    }

    private void stop(State state) {
        state.running = false;
        reserved -= state.growth;
        state.growth = 0;
    }

    private void drop(State state) {
        drop(state.now.tensors);
        drop(state.before.tensors);
        state.now = new Version(0, Map.of());
        state.before = new Version(0, Map.of());
    }

    private void drop(Map<String, CacheTensor> tensors) {
        tensors.values().forEach(tensor -> bytes -= tensor.release());
    }

    /** Drops all caches. Not called during a step. */
    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
        states.values().forEach(this::drop);
        states.clear();
        memory.close();
    }
}
