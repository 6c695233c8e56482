package io.pepper.onnx.internal.session;

import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of one run of parts. Each tensor is released as soon as its last reader has run, and closed unless it
 * belongs to the caller. After a failure, it is released as soon as no part reads it any more. One value may represent
 * several tensors, for instance if a part returns its input; it is closed once, after the last of them. Thread-safe:
 * parts may run at the same time.
 */
public final class TensorStore {
    private final Wiring wiring;
    private final @Nullable OnnxValue[] values;
    private final IdentityHashMap<OnnxValue, Holding> holdings = new IdentityHashMap<>();
    private final int[] remaining;
    private final int[] reading;
    private boolean abandoned;

    /** The number of tensors that a value represents, and whether it is closed after the last. */
    private static final class Holding {
        private int tensors;
        private boolean owned;

        Holding(boolean owned) {
            this.owned = owned;
        }
    }

    /**
     * Starts a run.
     *
     * @param wiring the parts
     * @param given the tensors from outside, by name
     * @param owns whether these are closed, too, after their last reader
     * @param keeps whether they are kept until {@link #abandon} nevertheless
     * @throws CannotRunException if one is missing or closed
     */
    public TensorStore(Wiring wiring, Map<String, ? extends OnnxTensorLike> given, boolean owns, boolean keeps) {
        this.wiring = wiring;
        this.values = new @Nullable OnnxValue[wiring.tensors()];
        this.remaining = new int[wiring.tensors()];
        this.reading = new int[wiring.tensors()];
        for (int tensor = 0; tensor < values.length; tensor++) {
            remaining[tensor] = wiring.readers(tensor) + (keeps && tensor < wiring.given() ? 1 : 0);
        }
        for (int tensor = 0; tensor < wiring.given(); tensor++) {
            OnnxTensorLike value = given.get(wiring.tensor(tensor));
            if (wiring.readers(tensor) > 0 && (value == null || value.isClosed())) {
                throw new CannotRunException(
                        "input " + wiring.tensor(tensor) + (value == null ? " is missing" : " is closed"));
            }
            if (value != null) {
                hold(tensor, value, owns);
            }
        }
        for (int tensor = 0; tensor < wiring.given(); tensor++) {
            closeIfDone(tensor);
        }
    }

    private void hold(int tensor, OnnxValue value, boolean owns) {
        values[tensor] = value;
        holdings.computeIfAbsent(value, none -> new Holding(owns)).tensors++;
    }

    /**
     * Returns the inputs of a part, which are kept until {@link #releaseInputs}.
     *
     * @param part the part
     * @return tensors by name
     * @throws CannotRunException if one is not a tensor, or was closed from outside
     */
    public synchronized Map<String, OnnxTensorLike> feed(int part) {
        Map<String, OnnxTensorLike> feed = new LinkedHashMap<>();
        for (int tensor : wiring.inputs(part)) {
            if (!(values[tensor] instanceof OnnxTensorLike value)) {
                throw new CannotRunException(wiring.parts().get(part).name() + ": input " + wiring.tensor(tensor)
                        + " is not a tensor; ONNX Runtime's Java interface cannot pass it from one part to another");
            }
            if (value.isClosed()) {
                throw new CannotRunException(wiring.parts().get(part).name() + ": input " + wiring.tensor(tensor)
                        + " was closed outside of the session before it was read");
            }
            feed.put(wiring.tensor(tensor), value);
        }
        for (int tensor : wiring.inputs(part)) {
            reading[tensor]++;
        }
        return feed;
    }

    /**
     * Releases the inputs of a part, which will not read them again.
     *
     * @param part the part
     */
    public synchronized void releaseInputs(int part) {
        for (int tensor : wiring.inputs(part)) {
            reading[tensor]--;
            remaining[tensor]--;
            closeIfDone(tensor);
        }
    }

    /**
     * Stores the outputs of a part.
     *
     * @param part the part
     * @param made the outputs by name
     * @throws CannotRunException if an output is missing, null, closed or unexpected; then all are closed, except for
     *     the part's inputs
     */
    public synchronized void put(int part, Map<String, ? extends OnnxValue> made) {
        Wiring.Part described = wiring.parts().get(part);
        Optional<String> fault = PartOutputs.fault(described.outputs(), made);
        if (abandoned || fault.isPresent()) {
            PartOutputs.close(made.values(), holdings.keySet());
            if (abandoned) {
                return;
            }
            throw new CannotRunException(described.name() + ": " + fault.get());
        }
        for (int tensor : wiring.outputs(part)) {
            OnnxValue value = made.get(wiring.tensor(tensor));
            if (value != null) {
                hold(tensor, value, true);
            }
        }
        for (int tensor : wiring.outputs(part)) {
            closeIfDone(tensor);
        }
    }

    private void closeIfDone(int tensor) {
        OnnxValue value = values[tensor];
        boolean done = abandoned ? reading[tensor] <= 0 : remaining[tensor] <= 0;
        if (value != null && done) {
            values[tensor] = null;
            Holding holding = release(value);
            if (holding.tensors == 0 && holding.owned && !value.isClosed()) {
                value.close();
            }
        }
    }

    /** Removes one tensor from those that a value represents. */
    private Holding release(OnnxValue value) {
        Holding holding = holdings.get(value);
        if (holding == null) {
            throw new IllegalStateException("not held: " + value);
        }
        holding.tensors--;
        if (holding.tensors == 0) {
            holdings.remove(value);
        }
        return holding;
    }

    /**
     * Ends the run.
     *
     * @return the requested outputs, which the caller closes
     * @throws CannotRunException if one was closed from outside
     */
    public synchronized StoredOutputs results() {
        Map<String, OnnxValue> results = new LinkedHashMap<>();
        for (int tensor : wiring.results()) {
            OnnxValue value = values[tensor];
            if (value == null) {
                throw new IllegalStateException("no part has made output " + wiring.tensor(tensor) + " yet");
            }
            if (value.isClosed()) {
                throw new CannotRunException("output " + wiring.tensor(tensor) + " was closed outside of the session");
            }
            results.put(wiring.tensor(tensor), value);
        }
        List<OnnxValue> closing = disown(results.values());
        for (int tensor : wiring.results()) {
            OnnxValue value = values[tensor];
            if (value != null) {
                values[tensor] = null;
                release(value);
            }
        }
        return new StoredOutputs(results, closing);
    }

    /**
     * Transfers the ownership of tensors.
     *
     * @param others some values
     * @return the values that were owned here, each once
     */
    public synchronized List<OnnxValue> disown(Collection<OnnxValue> others) {
        List<OnnxValue> given = new ArrayList<>();
        holdings.forEach((value, holding) -> {
            if (holding.owned && others.stream().anyMatch(other -> other == value)) {
                holding.owned = false;
                given.add(value);
            }
        });
        return given;
    }

    /** Ends or abandons the run: closes everything without readers now, and the rest when its readers have ended. */
    public synchronized void abandon() {
        abandoned = true;
        for (int tensor = 0; tensor < values.length; tensor++) {
            closeIfDone(tensor);
        }
    }

    /**
     * Returns the size of tensors that exist by now; strings and sequences count as 0.
     *
     * @param tensors their numbers
     * @return their size in bytes
     */
    public synchronized long bytes(Collection<Integer> tensors) {
        long bytes = 0;
        for (int tensor : tensors) {
            if (values[tensor] instanceof OnnxTensorLike value) {
                bytes += value.getInfo().getNumElements() * Math.max(0, value.getInfo().type.size);
            }
        }
        return bytes;
    }
}
