package io.pepper.generation;

import ai.onnxruntime.OnnxTensor;
import io.pepper.session.StageException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/** The axes along which a stage's caches grow, as the first step shows them. Thread-safe. */
final class CacheAxes {
    private final String stage;

    /** The axis by the cache's input; empty for a fixed size. */
    private final Map<String, OptionalInt> axes = new HashMap<>();

    CacheAxes(String stage) {
        this.stage = stage;
    }

    /** Returns the axis of a cache; empty if it has a fixed size, or no step has shown it. */
    synchronized OptionalInt of(String cache) {
        return axes.getOrDefault(cache, OptionalInt.empty());
    }

    synchronized boolean hasFixed() {
        return axes.values().stream().anyMatch(OptionalInt::isEmpty);
    }

    /** Returns a copy of what is known. */
    synchronized Map<String, OptionalInt> known() {
        return Map.copyOf(axes);
    }

    /**
     * Learns an axis from a step.
     *
     * @throws StageException if the cache neither grows by the tokens of the step nor keeps its size, or did otherwise in
     *     an earlier step
     */
    synchronized void learn(String cache, OnnxTensor past, OnnxTensor present, Step step) throws StageException {
        learn(cache, axis(cache, past, present, step));
    }

    /**
     * Learns an axis from restored caches.
     *
     * @throws StageException if the cache grew along another one in a step
     */
    synchronized void learn(String cache, OptionalInt axis) throws StageException {
        OptionalInt known = axes.putIfAbsent(cache, axis);
        if (known != null && !known.equals(axis)) {
            throw new StageException(StageException.Kind.FAILED, stage, "'" + cache + "' grows now and then", null);
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
}
