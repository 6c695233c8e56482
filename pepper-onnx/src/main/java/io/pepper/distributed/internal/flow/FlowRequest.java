package io.pepper.distributed.internal.flow;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import io.pepper.distributed.internal.proto.FlowReport;
import io.pepper.onnx.internal.session.PartOutputs;
import io.pepper.onnx.internal.session.Wiring;
import io.pepper.session.RunOutputs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * A request of a session: its inputs, which are kept until it is answered so that it can be sent again, and its results.
 * Thread-safe.
 */
final class FlowRequest {
    private final long number;
    private final long size;
    private final Owner owner;
    private final FlowModel model;
    private final Map<String, ? extends OnnxTensorLike> inputs;
    private final CompletableFuture<RunOutputs> future = new CompletableFuture<>();
    private final long submittedNanos = System.nanoTime();
    private final Map<Integer, OnnxTensor> results = new HashMap<>();
    private final List<ByteBuffer> memory = new ArrayList<>();
    private final Map<Integer, FlowReport> reports = new TreeMap<>();
    private final Map<Integer, Long> arrived = new HashMap<>();
    private long sentNanos;
    private int epoch;
    private int attempts;
    private boolean ended;

    /** The owner of the inputs, which closes them. */
    enum Owner {
        /** The caller. */
        CALLER,
        /** The session. */
        SESSION,
        /** The session; the caller if the request fails since nodes were lost or the session was closed. */
        SESSION_UNLESS_LOST
    }

    /**
     * Creates a request.
     *
     * @param number its number in the session, which is also its place in the order of answers
     * @param size its counted bytes
     * @param owner who closes the inputs
     * @param model the parts
     * @param inputs the inputs by name
     */
    FlowRequest(long number, long size, Owner owner, FlowModel model, Map<String, ? extends OnnxTensorLike> inputs) {
        this.number = number;
        this.size = size;
        this.owner = owner;
        this.model = model;
        this.inputs = inputs;
    }

    long number() {
        return number;
    }

    long size() {
        return size;
    }

    /** Returns whether a thread waits for the answer, and nothing else follows from it. */
    boolean isAwaited() {
        return owner == Owner.CALLER;
    }

    CompletableFuture<RunOutputs> future() {
        return future;
    }

    long ageNanos() {
        return System.nanoTime() - submittedNanos;
    }

    long submittedNanos() {
        return submittedNanos;
    }

    synchronized int epoch() {
        return epoch;
    }

    synchronized int attempts() {
        return attempts;
    }

    /** Begins an attempt: what came before is void. */
    synchronized void attempt(int newEpoch) {
        epoch = newEpoch;
        attempts++;
        PartOutputs.close(results.values());
        results.clear();
        memory.clear();
        reports.clear();
        arrived.clear();
        sentNanos = System.nanoTime();
    }

    /** Reads inputs; returns nothing once the request has ended. */
    synchronized Map<Integer, WireTensor> read(int ofEpoch, Collection<Integer> tensors) throws IOException {
        Map<Integer, WireTensor> read = new HashMap<>();
        if (ended || ofEpoch != epoch) {
            return read;
        }
        for (int tensor : tensors) {
            String name = model.wiring().tensor(tensor);
            OnnxTensorLike value = inputs.get(name);
            if (value == null || value.isClosed()) {
                throw closedTooEarly(name);
            }
            read.put(tensor, WireTensor.referring(name, value));
        }
        return read;
    }

    /** Returns why a request fails whose input was closed. */
    static IllegalArgumentException closedTooEarly(String input) {
        return new IllegalArgumentException("input " + input + " was closed before the request was answered");
    }

    /** Returns whether frames of an attempt are of use. */
    synchronized boolean isWanted(int ofEpoch) {
        return !ended && ofEpoch == epoch;
    }

    /**
     * Takes results.
     *
     * @param ofEpoch their attempt
     * @param maker the part that made them
     * @param made the results
     * @param buffers their memory
     * @param more what the parts did
     * @return whether all are there now
     */
    synchronized boolean put(
            int ofEpoch,
            int maker,
            Map<Integer, OnnxTensor> made,
            Collection<ByteBuffer> buffers,
            Collection<FlowReport> more) {
        if (ended || ofEpoch != epoch) {
            PartOutputs.close(made.values());
            return false;
        }
        made.forEach((tensor, value) -> {
            OnnxTensor twice = results.put(tensor, value);
            if (twice != null) {
                twice.close();
            }
        });
        memory.addAll(buffers);
        more.forEach(report -> reports.put(report.getPart(), report));
        if (maker != Wiring.GIVEN) {
            arrived.put(maker, System.nanoTime());
        }
        for (int tensor : model.wiring().results()) {
            if (model.wiring().maker(tensor) != Wiring.GIVEN && !results.containsKey(tensor)) {
                return false;
            }
        }
        return true;
    }

    /** Returns the name of an input that was closed too early, so that the parts may have read anything. */
    Optional<String> closedInput() {
        return inputs.entrySet().stream()
                .filter(input -> input.getValue().isClosed())
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /**
     * Ends the request with its results.
     *
     * @param pool takes back their memory once they are closed
     */
    synchronized RunOutputs outputs(BufferPool pool) {
        ended = true;
        Map<String, OnnxValue> values = new LinkedHashMap<>();
        List<OnnxValue> owned = new ArrayList<>(results.values());
        for (int tensor : model.wiring().results()) {
            String name = model.wiring().tensor(tensor);
            OnnxValue value = model.wiring().maker(tensor) == Wiring.GIVEN ? inputs.get(name) : results.get(tensor);
            if (value == null) {
                throw new IllegalStateException("no output " + name);
            }
            values.put(name, value);
        }
        if (owner != Owner.CALLER) {
            PartOutputs.close(inputs.values(), values.values());
            inputs.values().stream().filter(values::containsValue).forEach(owned::add);
        }
        List<ByteBuffer> buffers = List.copyOf(memory);
        return RunOutputs.of(values, owned, () -> buffers.forEach(pool::give));
    }

    /**
     * Ends the request without results; afterwards nothing here reads the inputs.
     *
     * @param lost whether nodes were lost, or the session was closed
     */
    synchronized void end(boolean lost) {
        if (!ended) {
            ended = true;
            PartOutputs.close(results.values());
            if (owner == Owner.SESSION || (owner == Owner.SESSION_UNLESS_LOST && !lost)) {
                PartOutputs.close(inputs.values());
            }
        }
    }

    synchronized List<FlowReport> reports() {
        return List.copyOf(reports.values());
    }

    synchronized long sentNanos() {
        return sentNanos;
    }

    /** Returns when the results of each part came. */
    synchronized Map<Integer, Long> arrivals() {
        return Map.copyOf(arrived);
    }
}
