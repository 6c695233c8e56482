package io.pepper.generation;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.pepper.model.Dimension;
import io.pepper.model.TensorInfo;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The inputs that are the same in all steps of a sequence, such as the states of an encoder. All stages of a session in
 * this process read them here; to stages elsewhere, the session sends them once. Branches of a sequence share them.
 * Thread-safe.
 */
final class SequenceContexts implements AutoCloseable {
    private final Map<String, TensorInfo> required;
    private final Map<Long, Held> held = new HashMap<>();
    private final Map<String, OnnxTensor> empty = new HashMap<>();
    private boolean closed;

    /** The tensors of one or several sequences. */
    private static final class Held {
        private final Map<String, OnnxTensor> tensors;
        private int sequences = 1;

        Held(Map<String, OnnxTensor> tensors) {
            this.tensors = tensors;
        }
    }

    /** Creates a store for the given inputs. */
    SequenceContexts(Map<String, TensorInfo> required) {
        this.required = Map.copyOf(required);
    }

    /**
     * Keeps copies of the inputs of a sequence.
     *
     * @throws IllegalArgumentException if an input is missing or unknown, or does not fit
     */
    void add(long sequence, Map<String, OnnxTensor> given) throws OrtException, IOException {
        for (String name : given.keySet()) {
            if (!required.containsKey(name)) {
                throw new IllegalArgumentException("'" + name + "' is no input that is the same in all steps: "
                        + (required.isEmpty() ? "the model has none" : "the model has " + names()));
            }
        }
        for (TensorInfo input : required.values()) {
            OnnxTensor tensor = given.get(input.name());
            if (tensor == null) {
                throw new IllegalArgumentException(
                        "a sequence needs '" + input + "', which is the same in all its steps");
            }
            requireFit(input, tensor);
        }
        Map<String, OnnxTensor> copies = new HashMap<>();
        for (Map.Entry<String, OnnxTensor> each : given.entrySet()) {
            copies.put(each.getKey(), CacheTensor.copy(each.getValue()));
        }
        synchronized (this) {
            held.put(sequence, new Held(copies));
        }
    }

    private List<String> names() {
        return required.keySet().stream().sorted().toList();
    }

    private static void requireFit(TensorInfo input, OnnxTensor tensor) throws IOException {
        List<Dimension> axes = input.shape().orElse(List.of());
        long[] shape = tensor.getInfo().getShape();
        boolean fits = axes.size() == shape.length;
        for (int axis = 0; fits && axis < shape.length; axis++) {
            fits = axes.get(axis).size().orElse(shape[axis]) == shape[axis];
        }
        if (!fits || tensor.getInfo().type != FilledTensor.type(input)) {
            throw new IllegalArgumentException("'" + input + "' cannot be " + tensor.getInfo().type
                    + Arrays.toString(shape).replace(" ", ""));
        }
    }

    /** Lets a branch share the inputs of a sequence. */
    synchronized void share(long sequence, long branch) {
        Held origin = held.get(sequence);
        if (origin != null) {
            origin.sequences++;
            held.put(branch, origin);
        }
    }

    /** Returns an input of a sequence, which stays open while the sequence does; null if it is not here. */
    synchronized @Nullable OnnxTensor get(long sequence, String input) {
        Held found = held.get(sequence);
        return found == null || closed ? null : Objects.requireNonNull(found.tensors.get(input));
    }

    /** Returns all inputs of a sequence, which stay open while the sequence does. */
    synchronized Map<String, OnnxTensor> all(long sequence) {
        Held found = held.get(sequence);
        return found == null || closed ? Map.of() : Map.copyOf(found.tensors);
    }

    /** Returns what is sent in a step: the inputs in the first one, and empty tensors later. They stay open. */
    synchronized Map<String, OnnxTensor> sent(Step step) throws OrtException, IOException {
        Map<String, OnnxTensor> sent = new HashMap<>();
        for (TensorInfo input : required.values()) {
            OnnxTensor value = step.past() == 0 ? get(step.sequence(), input.name()) : empty.get(input.name());
            if (value == null && step.past() == 0) {
                throw new IOException("there is no '" + input.name() + "' of sequence " + step.sequence());
            }
            if (value == null) {
                value = CacheTensor.zeros(FilledTensor.type(input), 0).tensor();
                empty.put(input.name(), value);
            }
            sent.put(input.name(), value);
        }
        return sent;
    }

    /** Releases the inputs of a sequence. */
    synchronized void release(long sequence) {
        Held found = held.remove(sequence);
        if (found != null && --found.sequences == 0) {
            found.tensors.values().forEach(OnnxTensor::close);
        }
    }

    /** Releases all inputs. Not called during a step. */
    @Override
    public synchronized void close() {
        closed = true;
        List.copyOf(held.keySet()).forEach(this::release);
        empty.values().forEach(OnnxTensor::close);
        empty.clear();
    }
}
