package io.pepper.onnx.internal.session;

import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of one run of parts. Each is let go of, and closed if it is not the caller's, as soon as its last reader has run; after
 * a failure, as soon as nobody reads it any more. Thread-safe: parts may run at the same time.
 */
public final class Board {
    private final Wiring wiring;
    private final @Nullable OnnxValue[] values;
    private final boolean[] owned;
    private final int[] remaining;
    private final int[] reading;
    private boolean abandoned;

    /**
     * Begins a run.
     *
     * @param wiring the parts
     * @param given the tensors from outside, by name
     * @param owns whether these are closed, too, after their last reader
     * @param keeps whether they are kept, though, until {@link #abandon}
     * @throws CannotRunException if one is missing
     */
    public Board(Wiring wiring, Map<String, ? extends OnnxTensorLike> given, boolean owns, boolean keeps) {
        this.wiring = wiring;
        this.values = new @Nullable OnnxValue[wiring.tensors()];
        this.owned = new boolean[wiring.tensors()];
        this.remaining = new int[wiring.tensors()];
        this.reading = new int[wiring.tensors()];
        for (int tensor = 0; tensor < values.length; tensor++) {
            remaining[tensor] = wiring.readers(tensor) + (keeps && tensor < wiring.given() ? 1 : 0);
        }
        for (int tensor = 0; tensor < wiring.given(); tensor++) {
            OnnxTensorLike value = given.get(wiring.tensor(tensor));
            if (value == null && wiring.readers(tensor) > 0) {
                throw new CannotRunException("input " + wiring.tensor(tensor) + " is missing");
            }
            values[tensor] = value;
            owned[tensor] = owns;
        }
        for (int tensor = 0; tensor < wiring.given(); tensor++) {
            closeIfDone(tensor);
        }
    }

    /**
     * What a part reads; it is kept until {@link #letGo}.
     *
     * @param part the part
     * @return tensors by name
     * @throws CannotRunException if one is no tensor
     */
    public synchronized Map<String, OnnxTensorLike> feed(int part) {
        Map<String, OnnxTensorLike> feed = new LinkedHashMap<>();
        for (int tensor : wiring.inputs(part)) {
            if (!(values[tensor] instanceof OnnxTensorLike value)) {
                throw new CannotRunException(wiring.parts().get(part).name() + ": input " + wiring.tensor(tensor)
                        + " is no tensor; ONNX Runtime's Java interface cannot pass it from one part to another");
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
     * @throws CannotRunException if a tensor is missing; all are closed then
     */
    public synchronized void put(int part, Map<String, ? extends OnnxValue> made) {
        int[] outputs = wiring.outputs(part);
        for (int tensor : outputs) {
            if (abandoned || !made.containsKey(wiring.tensor(tensor))) {
                made.values().forEach(OnnxValue::close);
                if (abandoned) {
                    return;
                }
                throw new CannotRunException(
                        wiring.parts().get(part).name() + ": it does not give its output " + wiring.tensor(tensor));
            }
        }
        Map<String, OnnxValue> unasked = new LinkedHashMap<>(made);
        for (int tensor : outputs) {
            values[tensor] = unasked.remove(wiring.tensor(tensor));
            owned[tensor] = true;
            closeIfDone(tensor);
        }
        unasked.values().forEach(OnnxValue::close);
    }

    private void closeIfDone(int tensor) {
        OnnxValue value = values[tensor];
        boolean done = abandoned ? reading[tensor] <= 0 : remaining[tensor] <= 0;
        if (value != null && done) {
            values[tensor] = null;
            if (owned[tensor]) {
                value.close();
            }
        }
    }

    /**
     * Ends the run.
     *
     * @return what was wanted, for the caller to close
     */
    public synchronized BoardOutputs results() {
        Map<String, OnnxValue> results = new LinkedHashMap<>();
        List<OnnxValue> closing = new ArrayList<>();
        for (int tensor : wiring.results()) {
            OnnxValue value = values[tensor];
            if (value == null) {
                throw new IllegalStateException("no part has made output " + wiring.tensor(tensor) + " yet");
            }
            results.put(wiring.tensor(tensor), value);
            if (owned[tensor]) {
                closing.add(value);
            }
            values[tensor] = null;
        }
        return new BoardOutputs(results, closing);
    }

    /**
     * Leaves tensors to somebody else to close.
     *
     * @param others some values
     * @return those that were to be closed here
     */
    public synchronized List<OnnxValue> handOver(Collection<OnnxValue> others) {
        List<OnnxValue> given = new ArrayList<>();
        for (int tensor = 0; tensor < values.length; tensor++) {
            OnnxValue value = values[tensor];
            if (value != null && owned[tensor] && others.contains(value)) {
                owned[tensor] = false;
                given.add(value);
            }
        }
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
