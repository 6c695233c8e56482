package io.pepper.generation;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import io.pepper.internal.text.Quantities;
import io.pepper.session.StageException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

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
    private final Map<Long, State> states = new LinkedHashMap<>(16, 0.75f, true);

    /** The axis along which a cache grows, by its input; empty for a fixed size. */
    private final Map<String, OptionalInt> axes = new HashMap<>();

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
        while (!fits(step)) {
            makeRoom(step, state);
            state = ready(step);
        }
        state.begin(growth(step));
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

    private long growth(Step step) {
        return Math.multiplyExact(bytesPerToken, (long) step.count());
    }

    private boolean fits(Step step) {
        return maxBytes.isEmpty() || bytes + reserved + growth(step) <= maxBytes.getAsLong();
    }

    /**
     * Drops the caches of the sequence that was used least recently, or waits until one that is running can be dropped.
     * The sequence of the step may lose its own caches while it waits.
     */
    @SuppressWarnings("WaitNotInLoop") // The caller looks again.
    private void makeRoom(Step step, State state) throws StageException {
        List<State> others = states.values().stream()
                .filter(other -> other != state && !other.now.tensors.isEmpty())
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
            boolean wasBefore = state.before.length == step.past();
            if (!wasBefore && axes.values().stream().anyMatch(OptionalInt::isEmpty)) {
                throw lost(step, length);
            }
            for (Map.Entry<String, CacheTensor> each : state.now.tensors.entrySet()) {
                OptionalInt axis = axes.getOrDefault(each.getKey(), OptionalInt.empty());
                CacheTensor held = each.getValue();
                shorter.put(
                        each.getKey(),
                        axis.isPresent()
                                ? counted(CacheTensor.slice(held.tensor(), axis.getAsInt(), 0, step.past()))
                                : Objects.requireNonNull(state.before.tensors.get(each.getKey()))
                                        .shared());
            }
        }
        drop(state);
        state.now = new Version(step.past(), shorter);
        state.before = new Version(0, Map.of());
    }

    private CacheTensor counted(OnnxTensor tensor) {
        CacheTensor held = new CacheTensor(tensor);
        bytes += held.bytes();
        return held;
    }

    /**
     * Ends a step, with the caches after it.
     *
     * @param step the step
     * @param presents the new caches by their input, which this takes over; one that is the cache before the step stays
     *     the same tensor
     * @param pasts what {@link #begin} returned, or the empty caches of a first step
     */
    synchronized void end(Step step, Map<String, OnnxTensor> presents, Map<String, OnnxTensor> pasts)
            throws StageException {
        notifyAll();
        State state = states.get(step.sequence());
        if (closed || state == null) {
            presents.forEach((cache, present) -> close(present, pasts.get(cache)));
            return;
        }
        stop(state);
        for (Map.Entry<String, OnnxTensor> each : presents.entrySet()) {
            OnnxTensor past = Objects.requireNonNull(pasts.get(each.getKey()));
            OptionalInt axis = axis(each.getKey(), past, each.getValue(), step);
            OptionalInt known = axes.putIfAbsent(each.getKey(), axis);
            if (known != null && !known.equals(axis)) {
                throw new StageException(
                        StageException.Kind.FAILED, stage, "'" + each.getKey() + "' grows now and then", null);
            }
        }
        Version old = state.now;
        Map<String, CacheTensor> now = new HashMap<>();
        Map<String, CacheTensor> before = new HashMap<>();
        presents.forEach((cache, present) -> {
            CacheTensor held = old.tensors.get(cache);
            now.put(cache, held != null && held.tensor() == present ? held.shared() : counted(present));
            if (held != null && axes.getOrDefault(cache, OptionalInt.empty()).isEmpty()) {
                before.put(cache, held.shared());
            }
        });
        drop(state);
        state.now = new Version(step.past() + step.count(), now);
        state.before = new Version(step.past(), before);
        bytesPerToken = now.entrySet().stream()
                        .filter(each -> axes.getOrDefault(each.getKey(), OptionalInt.empty())
                                .isPresent())
                        .mapToLong(each -> each.getValue().bytes())
                        .sum()
                / (step.past() + step.count());
    }

    private static void close(OnnxValue present, @Nullable OnnxTensor past) {
        if (present != past) {
            present.close();
        }
    }

    /** Returns the axis along which a cache has grown in a step. */
    private OptionalInt axis(String cache, OnnxTensor past, OnnxTensor present, Step step) throws StageException {
        long[] before = past.getInfo().getShape();
        long[] after = present.getInfo().getShape();
        OptionalInt grown = OptionalInt.empty();
        for (int axis = 0; axis < before.length && before.length == after.length; axis++) {
            if (before[axis] != after[axis]) {
                if (grown.isPresent() || after[axis] - before[axis] != step.count()) {
                    throw unknownGrowth(cache, before, after, step);
                }
                grown = OptionalInt.of(axis);
            }
        }
        if (before.length != after.length) {
            throw unknownGrowth(cache, before, after, step);
        }
        return grown;
    }

    private StageException unknownGrowth(String cache, long[] before, long[] after, Step step) {
        return new StageException(
                StageException.Kind.FAILED,
                stage,
                "'" + cache + "' has the shape " + Arrays.toString(before) + " before and "
                        + Arrays.toString(after) + " after a step of " + step.count()
                        + " tokens: it neither grows by them nor keeps its size",
                null);
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
        for (Version version : List.of(state.now, state.before)) {
            version.tensors.values().forEach(tensor -> bytes -= tensor.release());
        }
        state.now = new Version(0, Map.of());
        state.before = new Version(0, Map.of());
    }

    /** Drops all caches. Not called during a step. */
    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
        states.values().forEach(this::drop);
        states.clear();
    }
}
