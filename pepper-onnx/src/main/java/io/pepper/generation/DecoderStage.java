package io.pepper.generation;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import io.pepper.session.Cancellation;
import io.pepper.session.Stage;
import io.pepper.session.StageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A stage of a text generator that keeps the caches of its layers: neither they nor masks, positions and lengths cross a
 * link. Instead it reads a {@link Step}. Thread-safe.
 */
final class DecoderStage implements Stage {
    private final Stage stage;
    private final DecoderRoles roles;
    private final HiddenInputs hidden;
    private final SequenceCaches caches;
    private final Optional<SequenceContexts> contexts;
    private final List<String> inputs;
    private final List<String> outputs;
    private final Map<String, String> presents = new LinkedHashMap<>();
    private final Set<String> visible;
    private final Set<String> kept;

    /**
     * Wraps a stage, and takes it over.
     *
     * @param stage the stage
     * @param roles the roles of the model's inputs and outputs
     * @param visible the outputs that later parts or the caller read
     * @param caches its caches
     * @param contexts the inputs that are the same in all steps of a sequence; empty if the stage receives them with the
     *     first step, and keeps them
     */
    DecoderStage(
            Stage stage,
            DecoderRoles roles,
            List<String> visible,
            SequenceCaches caches,
            Optional<SequenceContexts> contexts) {
        this.stage = stage;
        this.roles = roles;
        this.hidden = new HiddenInputs(roles);
        this.caches = caches;
        this.contexts = contexts;
        this.outputs = List.copyOf(visible);
        this.visible = Set.copyOf(visible);
        List<String> read =
                new ArrayList<>(stage.inputs().stream().filter(this::isRead).toList());
        read.add(Step.TENSOR);
        this.inputs = List.copyOf(read);
        for (String input : stage.inputs()) {
            String present = roles.presents().get(input);
            if (present != null && stage.outputs().contains(present)) {
                presents.put(input, present);
            }
        }
        this.kept = Set.copyOf(presents.values());
    }

    /** Returns whether an input comes from outside in each step. */
    private boolean isRead(String input) {
        return !roles.isHidden(input) || isKept(input);
    }

    /** Returns whether an input comes from outside with the first step, and stays here. */
    private boolean isKept(String input) {
        return contexts.isEmpty() && roles.contexts().contains(input);
    }

    SequenceCaches caches() {
        return caches;
    }

    /** Returns the inputs of its caches. */
    Set<String> cacheInputs() {
        return presents.keySet();
    }

    @Override
    public String name() {
        return stage.name();
    }

    @Override
    public List<String> inputs() {
        return inputs;
    }

    @Override
    public List<String> outputs() {
        return outputs;
    }

    @Override
    public Map<String, OnnxValue> run(Map<String, OnnxTensorLike> given, Cancellation cancellation) throws IOException {
        Step step = Step.of(Objects.requireNonNull(given.get(Step.TENSOR)));
        List<OnnxTensor> made = new ArrayList<>();
        boolean ended = false;
        try {
            Map<String, OnnxTensor> pasts = caches.begin(step, kept(given));
            try {
                Map<String, OnnxTensorLike> feed = new HashMap<>(given);
                feed.remove(Step.TENSOR);
                fill(feed, pasts, step, made);
                Map<String, OnnxValue> results = run(feed, pasts, step, cancellation);
                ended = true;
                return visible(results, step);
            } finally {
                if (!ended) {
                    caches.fail(step);
                }
            }
        } catch (OrtException failed) {
            throw new IOException(name() + ": " + failed.getMessage(), failed);
        } finally {
            made.forEach(OnnxTensor::close);
        }
    }

    /** Returns the inputs that the stage keeps from the first step on. */
    private Map<String, OnnxTensor> kept(Map<String, OnnxTensorLike> given) throws StageException {
        Map<String, OnnxTensor> kept = new HashMap<>();
        for (String input : stage.inputs()) {
            if (isKept(input)) {
                if (!(given.get(input) instanceof OnnxTensor tensor)) {
                    throw new StageException(StageException.Kind.FAILED, name(), "'" + input + "' is no tensor", null);
                }
                kept.put(input, tensor);
            }
        }
        return kept;
    }

    /** Runs the stage, and keeps the new caches. */
    private Map<String, OnnxValue> run(
            Map<String, OnnxTensorLike> feed, Map<String, OnnxTensor> pasts, Step step, Cancellation cancellation)
            throws IOException, OrtException {
        Map<String, CacheTensor> rooms = caches.rooms(step, written(pasts));
        Map<String, OnnxTensor> targets = new HashMap<>();
        rooms.forEach((cache, room) -> targets.put(Objects.requireNonNull(presents.get(cache)), room.tensor()));
        Map<String, OnnxValue> results;
        boolean done = false;
        try {
            results = tensors(stage.runInto(feed, targets, cancellation), targets);
            done = true;
        } finally {
            if (!done) {
                rooms.values().forEach(CacheTensor::release);
            }
        }
        boolean kept = false;
        try {
            caches.end(step, presents(results, rooms), pasts);
            kept = true;
            return results;
        } finally {
            if (!kept) {
                results.forEach((output, value) -> {
                    if (!this.kept.contains(output) || visible.contains(output)) {
                        value.close();
                    }
                });
            }
        }
    }

    /** Returns those of the caches that the stage may write into memory that others do not read. */
    private Map<String, OnnxTensor> written(Map<String, OnnxTensor> pasts) {
        Map<String, OnnxTensor> written = new HashMap<>();
        presents.forEach((cache, present) -> {
            if (!visible.contains(present)) {
                written.put(cache, Objects.requireNonNull(pasts.get(cache)));
            }
        });
        return written;
    }

    /** Adds the inputs that the stage makes itself. */
    private void fill(Map<String, OnnxTensorLike> feed, Map<String, OnnxTensor> pasts, Step step, List<OnnxTensor> made)
            throws OrtException, IOException {
        for (String input : stage.inputs()) {
            if (presents.containsKey(input)) {
                if (!pasts.containsKey(input)) {
                    OnnxTensor empty = hidden.empty(input);
                    made.add(empty);
                    pasts.put(input, empty);
                }
                feed.put(input, Objects.requireNonNull(pasts.get(input)));
            } else if (roles.contexts().contains(input)) {
                OnnxTensor value = contexts.isPresent() ? contexts.get().get(step.sequence(), input) : pasts.get(input);
                if (value == null) {
                    throw new StageException(
                            StageException.Kind.FAILED,
                            name(),
                            "has no '" + input + "' of sequence " + step.sequence(),
                            null);
                }
                feed.put(input, value);
            } else if (roles.isHidden(input)) {
                OnnxTensor value =
                        roles.presents().containsKey(input) ? hidden.shapeOf(input, step) : hidden.of(input, step);
                made.add(value);
                feed.put(input, value);
            }
        }
    }

    /** Returns the results if all caches are tensors, and closes them otherwise. */
    private Map<String, OnnxValue> tensors(Map<String, OnnxValue> results, Map<String, OnnxTensor> targets)
            throws StageException {
        for (String output : kept) {
            if (!(results.get(output) instanceof OnnxTensor)) {
                results.values().stream()
                        .filter(value -> !targets.containsValue(value))
                        .forEach(OnnxValue::close);
                throw new StageException(StageException.Kind.FAILED, name(), "'" + output + "' is no tensor", null);
            }
        }
        return results;
    }

    /** Returns the new caches by the inputs that they continue. Rooms that the stage did not use are released. */
    private Map<String, Present> presents(Map<String, OnnxValue> results, Map<String, CacheTensor> rooms) {
        Map<String, Present> found = new HashMap<>();
        for (Map.Entry<String, String> cache : presents.entrySet()) {
            Optional<CacheTensor> room = Optional.ofNullable(rooms.get(cache.getKey()));
            OnnxTensor tensor = (OnnxTensor) Objects.requireNonNull(results.get(cache.getValue()));
            boolean isWritten = room.isPresent() && room.get().tensor() == tensor;
            if (!isWritten) {
                room.ifPresent(unused -> unused.release());
            }
            found.put(
                    cache.getKey(),
                    new Present(tensor, isWritten ? room : Optional.empty(), visible.contains(cache.getValue())));
        }
        return found;
    }

    /** Returns the outputs that others read, and closes those that are neither read nor caches. */
    private Map<String, OnnxValue> visible(Map<String, OnnxValue> results, Step step)
            throws OrtException, StageException {
        Map<String, OnnxValue> left = new LinkedHashMap<>();
        for (Map.Entry<String, OnnxValue> each : results.entrySet()) {
            if (visible.contains(each.getKey())) {
                left.put(each.getKey(), each.getValue());
            } else if (!kept.contains(each.getKey())) {
                each.getValue().close();
            }
        }
        String logits = roles.logits().name();
        if (left.get(logits) instanceof OnnxTensor tensor) {
            int axis = rowsOrClose(left, tensor, step);
            long rows = tensor.getInfo().getShape()[axis];
            if (!step.all() && rows > 1) {
                left.put(logits, CacheTensor.last(tensor, axis));
                tensor.close();
            }
        }
        return left;
    }

    /** Returns the axis of logits that has a row for each token, or one row. If there is none, closes all outputs. */
    private int rowsOrClose(Map<String, OnnxValue> left, OnnxTensor logits, Step step) throws StageException {
        long[] shape = logits.getInfo().getShape();
        int axis = 0;
        while (axis < shape.length - 2 && shape[axis] == 1) {
            axis++;
        }
        long others = 1;
        for (int i = axis + 1; i < shape.length - 1; i++) {
            others *= shape[i];
        }
        boolean isRow =
                shape.length > 1 && others == 1 && (shape[axis] == step.count() || (shape[axis] == 1 && !step.all()));
        if (!isRow) {
            left.values().forEach(OnnxValue::close);
            throw new StageException(
                    StageException.Kind.FAILED,
                    name(),
                    "'" + roles.logits().name() + "' has the shape " + Arrays.toString(shape) + " after a step of "
                            + step.count() + " tokens: not a row for each",
                    null);
        }
        return axis;
    }

    /** Closes the stage first: a step may be running until then. */
    @Override
    public void close() throws IOException {
        try {
            stage.close();
        } finally {
            caches.close();
        }
    }
}
