package io.pepper.generation;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.pepper.internal.text.Quantities;
import io.pepper.session.StageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;

/**
 * The caches of one stage, by sequence. A cache that grows with each token can be cut back to an earlier length; of one
 * of a fixed size, such as the state of a convolution, the value before the last step is kept, so that a step can be
 * repeated. Thread-safe.
 */
final class SequenceCaches implements AutoCloseable {
    private final String stage;
    private final OptionalLong maxBytes;
    private final boolean evicts;

    /** The least recently used sequence first. */
    private final Map<Long, SequenceState> states = new LinkedHashMap<>(16, 0.75f, true);

    private final CacheAxes axes;
    private final CacheVersions versions;

    /** The bytes by which running steps may extend the caches. */
    private long reserved;

    private boolean closed;

    SequenceCaches(String stage, OptionalLong maxBytes, boolean evicts) {
        this.stage = stage;
        this.maxBytes = maxBytes;
        this.evicts = evicts;
        this.axes = new CacheAxes(stage);
        this.versions = new CacheVersions(axes);
    }

    synchronized long bytes() {
        return versions.bytes();
    }

    synchronized int sequences() {
        return states.size();
    }

    /** Drops sequences. One that is running is dropped by its next step. */
    synchronized void release(List<Long> sequences) {
        for (long sequence : sequences) {
            SequenceState state = states.get(sequence);
            if (state != null && !state.isRunning()) {
                states.remove(sequence);
                versions.forget(state);
            }
        }
    }

    /**
     * Begins a step: drops the sequences that it releases, and returns the caches as they were after the tokens before
     * it. The caller calls {@link #end} or {@link
     * #fail}.
     *
     * @param contexts the inputs that are the same in all steps, of which this keeps copies at the first token
     * @return the tensors by their input; empty at the first token, except for {@code contexts}
     * @throws StageException of kind {@code STATE_LOST} if the caches are not here, or {@code OUT_OF_MEMORY} if the step
     *     would exceed the limit
     */
    synchronized Map<String, OnnxTensor> begin(Step step, Map<String, OnnxTensor> contexts)
            throws StageException, OrtException {
        long copies = step.past() > 0
                ? 0
                : contexts.values().stream()
                        .mapToLong(tensor -> CacheTensor.bytes(tensor.getInfo()))
                        .sum();
        SequenceState state = reserve(step, known -> growth(step, known) + copies);
        boolean done = false;
        try {
            if (step.past() == 0) {
                versions.keep(state, contexts);
                state.counted(copies);
                reserved -= copies;
            }
            done = true;
        } finally {
            if (!done) {
                fail(step);
            }
        }
        Map<String, OnnxTensor> tensors = new HashMap<>();
        state.now().tensors().forEach((cache, held) -> tensors.put(cache, held.tensor()));
        state.contexts().tensors().forEach((input, held) -> tensors.put(input, held.tensor()));
        return tensors;
    }

    /** Begins a step as soon as the bytes by which it may extend the caches are there. */
    private SequenceState reserve(Step step, ToLongFunction<SequenceState> growth) throws StageException, OrtException {
        SequenceState state = ready(step);
        while (maxBytes.isPresent() && versions.bytes() + reserved + growth.applyAsLong(state) > maxBytes.getAsLong()) {
            makeRoom(step, state);
            state = ready(step);
        }
        long most = growth.applyAsLong(state);
        state.begin(most);
        reserved += most;
        return state;
    }

    /** A cache, and the axis along which it grows; empty for a fixed size. */
    record Held(CacheTensor tensor, OptionalInt axis) {}

    /**
     * Holds the caches as they are before a step, until {@link #fail}.
     *
     * @return the caches by their input
     * @throws StageException of kind {@code STATE_LOST} if they are not here
     */
    synchronized Map<String, Held> hold(Step step) throws StageException, OrtException {
        SequenceState state = ready(step);
        state.begin(0);
        Map<String, Held> held = new HashMap<>();
        state.now().tensors().forEach((cache, tensor) -> held.put(cache, new Held(tensor, axes.of(cache))));
        return held;
    }

    /** Fills the content of a cache. */
    @FunctionalInterface
    interface Filling {
        void fill(String cache, ByteBuffer content) throws IOException;
    }

    /**
     * Takes the caches of a new sequence from elsewhere.
     *
     * @param step a step of as many tokens as the caches have, before which there are none
     * @param forms the needs of the caches by their input
     * @param filling fills their memory
     * @throws StageException of kind {@code OUT_OF_MEMORY} if they would exceed the limit
     */
    void restore(Step step, Map<String, CacheMemory.Form> forms, Filling filling) throws IOException, OrtException {
        long growth = forms.values().stream().mapToLong(CacheMemory.Form::bytes).sum();
        synchronized (this) {
            reserve(step, state -> growth);
        }
        Map<String, CacheTensor> tensors = new HashMap<>();
        boolean done = false;
        try {
            versions.allocate(forms, tensors);
            for (Map.Entry<String, CacheTensor> each : tensors.entrySet()) {
                filling.fill(each.getKey(), each.getValue().content());
                each.getValue().written();
            }
            adopt(step, forms, tensors);
            done = true;
        } finally {
            if (!done) {
                tensors.values().forEach(CacheTensor::release);
                fail(step);
            }
        }
    }

    /** Gives a sequence its restored caches. */
    private synchronized void adopt(Step step, Map<String, CacheMemory.Form> forms, Map<String, CacheTensor> tensors)
            throws StageException {
        SequenceState state = states.get(step.sequence());
        if (closed || state == null) {
            throw closed();
        }
        for (Map.Entry<String, CacheMemory.Form> each : forms.entrySet()) {
            axes.learn(each.getKey(), each.getValue().axis());
        }
        stop(state);
        versions.adopt(state, step.count(), tensors);
        leaveSpares(state);
        notifyAll();
    }

    /** Returns the sequence of a step with the caches of the tokens before it. */
    private SequenceState ready(Step step) throws StageException, OrtException {
        if (closed) {
            throw closed();
        }
        SequenceState state = states.get(step.sequence());
        if (state == null) {
            state = branch(step);
        }
        if (state.isRunning()) {
            throw new StageException(
                    StageException.Kind.FAILED, stage, "sequence " + step.sequence() + " is running already", null);
        }
        release(step.released());
        cut(step, state);
        return state;
    }

    private StageException closed() {
        return new StageException(StageException.Kind.CLOSED, stage, "the session is closed", null);
    }

    private SequenceState branch(Step step) throws StageException {
        SequenceState parent =
                step.parent().isPresent() ? states.get(step.parent().getAsLong()) : null;
        if (parent == null && step.past() > 0) {
            throw lost(step, 0);
        }
        SequenceState state = parent == null ? new SequenceState() : parent.branch();
        states.put(step.sequence(), state);
        return state;
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
    private long growth(Step step, SequenceState state) {
        boolean shares = state.now().tensors().values().stream().anyMatch(CacheTensor::isShared);
        long before = shares || state.now().tensors().isEmpty() ? 0 : CacheMemory.room(step.past());
        return Math.multiplyExact(
                versions.bytesPerToken(), CacheMemory.room((long) step.past() + step.count()) - before);
    }

    /**
     * Returns memory for the caches after a step, for the caller to give to {@link #end} or to release.
     *
     * @param step the step, which has begun
     * @param pasts the caches before it by their input
     * @return the tensors by their input. There is none for a cache of which this does not know yet how it grows
     */
    Map<String, CacheTensor> rooms(Step step, Map<String, OnnxTensor> pasts) throws OrtException {
        return versions.rooms(pasts, step.count());
    }

    /**
     * Drops the caches of the sequence that was used least recently, or waits until one that is running can be dropped.
     * The sequence of the step may lose its own caches while it waits.
     */
    @SuppressWarnings("WaitNotInLoop") // The caller looks again.
    private void makeRoom(Step step, SequenceState state) throws StageException {
        List<SequenceState> others = states.values().stream()
                .filter(other -> other != state && other.holdsMemory())
                .toList();
        Optional<SequenceState> idle =
                others.stream().filter(other -> !other.isRunning()).findFirst();
        if (!evicts || others.isEmpty()) {
            throw new StageException(
                    StageException.Kind.OUT_OF_MEMORY,
                    stage,
                    "the caches of " + states.size() + " sequences take " + Quantities.bytes(versions.bytes())
                            + "; the next "
                            + step.count() + " tokens would exceed the limit of "
                            + Quantities.bytes(maxBytes.orElseThrow()),
                    null);
        }
        if (idle.isPresent()) {
            states.values().remove(idle.get());
            versions.forget(idle.get());
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
    private void cut(Step step, SequenceState state) throws StageException, OrtException {
        int length = state.now().length();
        if (step.past() == 0) {
            versions.keep(state, Map.of());
        }
        if (step.past() == length) {
            return;
        }
        if (step.past() > length) {
            throw lost(step, length);
        }
        if (step.past() > 0 && state.before().length() != step.past() && axes.hasFixed()) {
            throw lost(step, length);
        }
        versions.shorten(state, step.past());
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
            SequenceState state = states.get(step.sequence());
            if (!closed && state != null) {
                stop(state);
                for (Map.Entry<String, Present> each : presents.entrySet()) {
                    OnnxTensor past = Objects.requireNonNull(pasts.get(each.getKey()));
                    axes.learn(each.getKey(), past, each.getValue().tensor(), step);
                }
                versions.replace(state, step, left);
                leaveSpares(state);
            }
        } finally {
            left.forEach((cache, present) -> {
                if (present.tensor() != pasts.get(cache)) {
                    present.discard();
                }
            });
        }
    }

    /** Leaves spare memory as far as the limit allows it beside one step's. */
    private void leaveSpares(SequenceState state) {
        if (maxBytes.isPresent()) {
            versions.trim(Math.max(state.now().bytes(), maxBytes.getAsLong() - versions.bytes()));
        }
    }

    /** Ends a step that failed. The caches stay as they were before it. */
    synchronized void fail(Step step) {
        notifyAll();
        SequenceState state = states.get(step.sequence());
        if (state != null && state.isRunning()) {
            stop(state);
        }
    }

    private void stop(SequenceState state) {
        reserved -= state.end();
    }

    /** Drops all caches. Not called during a step. */
    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
        states.values().forEach(versions::forget);
        states.clear();
        versions.close();
    }
}
