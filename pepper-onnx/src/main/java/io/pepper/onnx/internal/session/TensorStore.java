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
 * The tensors of one run of parts. Each is let go of, and closed if it is not the caller's, as soon as its last reader has run; after
 * a failure, as soon as nobody reads it any more. One value may stand for several tensors, as where a part gives what it read: it is
 * closed once, after the last of them. Thread-safe: parts may run at the same time.
 */
public final class TensorStore {
    private final Wiring wiring;
    private final @Nullable OnnxValue[] values;
    private final IdentityHashMap<OnnxValue, Holding> holdings = new IdentityHashMap<>();
    private final int[] remaining;
    private final int[] reading;
    private boolean abandoned;

    /** For how many tensors a value stands, and whether it is closed after the last. */
    private static final class Holding {
        private int tensors;
        private boolean owned;

        Holding(boolean owned) {
            this.owned = owned;
        }
    }

    /**
     * Begins a run.
     *
     * @param wiring the parts
     * @param given the tensors from outside, by name
     * @param owns whether these are closed, too, after their last reader
     * @param keeps whether they are kept, though, until {@link #abandon}
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
     * What a part reads; it is kept until {@link #letGo}.
     *
     * @param part the part
     * @return tensors by name
     * @throws CannotRunException if one is no tensor, or somebody closed it
     */
    public synchronized Map<String, OnnxTensorLike> feed(int part) {
        Map<String, OnnxTensorLike> feed = new LinkedHashMap<>();
        for (int tensor : wiring.inputs(part)) {
            if (!(values[tensor] instanceof OnnxTensorLike value)) {
                throw new CannotRunException(wiring.parts().get(part).name() + ": input " + wiring.tensor(tensor)
                        + " is no tensor; ONNX Runtime's Java interface cannot pass it from one part to another");
            }
            if (value.isClosed()) {
                throw new CannotRunException(wiring.parts().get(part).name() + ": input " + wiring.tensor(tensor)
                        + " was closed by somebody else before it was read");
            }
            feed.put(wiring.tensor(tensor), value);
        }
        for (int tensor : wiring.inputs(part)) {
            reading[tensor]++;
        }
        return feed;
    }

    /**
     * Says that a part reads its inputs no more, and will not again.
     *
     * @param part the part
     */
    public synchronized void letGo(int part) {
        for (int tensor : wiring.inputs(part)) {
            reading[tensor]--;
            remaining[tensor]--;
            closeIfDone(tensor);
        }
    }

    /**
     * Takes what a part made.
     *
     * @param part the part
     * @param made by name
     * @throws CannotRunException if an output is missing, null or closed, or there is one more; all are closed then, but for what
     *     the part read
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

    /** Lets one tensor less be this value. */
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
     * @return what was wanted, for the caller to close
     * @throws CannotRunException if somebody closed one
     */
    public synchronized StoredOutputs results() {
        Map<String, OnnxValue> results = new LinkedHashMap<>();
        for (int tensor : wiring.results()) {
            OnnxValue value = values[tensor];
            if (value == null) {
                throw new IllegalStateException("no part has made output " + wiring.tensor(tensor) + " yet");
            }
            if (value.isClosed()) {
                throw new CannotRunException("output " + wiring.tensor(tensor) + " was closed by somebody else");
            }
            results.put(wiring.tensor(tensor), value);
        }
        List<OnnxValue> closing = handOver(results.values());
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
     * Leaves tensors to somebody else to close.
     *
     * @param others some values
     * @return those that were to be closed here, each once
     */
    public synchronized List<OnnxValue> handOver(Collection<OnnxValue> others) {
        List<OnnxValue> given = new ArrayList<>();
        holdings.forEach((value, holding) -> {
            if (holding.owned && others.stream().anyMatch(other -> other == value)) {
                holding.owned = false;
                given.add(value);
            }
        });
        return given;
    }

    /** Ends the run, or gives it up: closes everything that nobody reads by now, and the rest when its readers have ended. */
    public synchronized void abandon() {
        abandoned = true;
        for (int tensor = 0; tensor < values.length; tensor++) {
            closeIfDone(tensor);
        }
    }

    /**
     * How many bytes some tensors take by now; strings and sequences count as nothing.
     *
     * @param tensors their numbers
     * @return bytes of those that are there
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
