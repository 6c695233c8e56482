package io.pepper.distributed.internal.flow;

import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import io.pepper.distributed.internal.proto.FlowHeader;
import io.pepper.distributed.internal.proto.FlowReport;
import io.pepper.onnx.internal.session.Wiring;
import io.pepper.session.Cancellation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of one request on one node: the tensors that its parts here still read. Each tensor is closed after its
 * last reader. Thread-safe.
 */
final class HostRequest {
    private final HostSession session;
    private final int epoch;
    private final long number;
    private final StageRoute route;
    private final String device;
    private final HeldBytes held;
    private final long deadlineNanos;
    private final Cancellation cancellation = new Cancellation();
    private final Map<Integer, Holder> tensors = new HashMap<>();
    private final Map<Integer, Integer> missing = new HashMap<>();
    private final Map<Integer, Long> arrived = new HashMap<>();
    private final Map<Integer, FlowReport> reports = new TreeMap<>();

    /** The ends of the makers of tensors, by the clock of this node. */
    private final Map<Integer, Long> ends = new HashMap<>();

    private final Set<Integer> started = new HashSet<>();
    private boolean dropped;

    /** A value, and the number of its readers that are left. */
    private static final class Holder {
        private final HeldValue value;
        private final long bytes;
        private int readers;

        Holder(HeldValue value, long bytes, int readers) {
            this.value = value;
            this.bytes = bytes;
            this.readers = readers;
        }
    }

    /**
     * Creates a request.
     *
     * @param session its session
     * @param epoch its attempt
     * @param number its number
     * @param route where the parts are
     * @param device this node
     * @param held counts the bytes of tensors
     * @param deadlineNanos when the caller no longer waits, by {@link System#nanoTime}; {@link Long#MAX_VALUE} for never
     */
    HostRequest(
            HostSession session,
            int epoch,
            long number,
            StageRoute route,
            String device,
            HeldBytes held,
            long deadlineNanos) {
        this.session = session;
        this.epoch = epoch;
        this.number = number;
        this.route = route;
        this.device = device;
        this.held = held;
        this.deadlineNanos = deadlineNanos;
        for (int part : route.partsOn(device)) {
            missing.put(part, route.model().wiring().inputs(part).length);
        }
    }

    HostSession session() {
        return session;
    }

    int epoch() {
        return epoch;
    }

    long number() {
        return number;
    }

    StageRoute route() {
        return route;
    }

    Cancellation cancellation() {
        return cancellation;
    }

    boolean isLate() {
        return deadlineNanos != Long.MAX_VALUE && System.nanoTime() - deadlineNanos > 0;
    }

    /** Returns the milliseconds until the deadline; 0 for no deadline. */
    long remainingMillis() {
        return deadlineNanos == Long.MAX_VALUE ? 0 : Math.max(1, (deadlineNanos - System.nanoTime()) / 1_000_000);
    }

    /** Begins the request; returns the parts that read nothing. */
    synchronized List<Integer> begin() {
        List<Integer> ready = new ArrayList<>();
        for (Map.Entry<Integer, Integer> part : missing.entrySet()) {
            if (part.getValue() == 0 && !arrived.containsKey(part.getKey())) {
                arrived.put(part.getKey(), System.nanoTime());
                ready.add(part.getKey());
            }
        }
        return ready;
    }

    /**
     * Takes over a tensor with its counted bytes.
     *
     * @param tensor its number
     * @param value the value, whose use by one user ends here after the last reader
     * @param bytes its counted bytes
     * @return the parts all of whose inputs are there now
     */
    synchronized List<Integer> put(int tensor, HeldValue value, long bytes) {
        List<Integer> readers = route.readers(device, tensor);
        Holder holder = new Holder(value, bytes, readers.size());
        if (dropped || readers.isEmpty() || tensors.containsKey(tensor)) {
            release(holder);
            return List.of();
        }
        tensors.put(tensor, holder);
        List<Integer> ready = new ArrayList<>();
        for (int part : readers) {
            if (missing.merge(part, -1, Integer::sum) == 0) {
                arrived.put(part, System.nanoTime());
                ready.add(part);
            }
        }
        return ready;
    }

    private void release(Holder holder) {
        held.release(holder.bytes);
        holder.value.release();
    }

    /** Returns the holder of a value that a running part reads, with a further user; empty for other values. */
    @SuppressWarnings("ReferenceEquality") // A part may give an input itself back.
    synchronized Optional<HeldValue> held(OnnxValue value) {
        return tensors.values().stream()
                .filter(holder -> holder.value.value() == value)
                .findFirst()
                .map(holder -> holder.value.retain());
    }

    /** Starts a part; returns null if the request was dropped. */
    synchronized @Nullable Map<String, OnnxTensorLike> start(int part) {
        if (dropped || !started.add(part)) {
            return null;
        }
        Map<String, OnnxTensorLike> feed = new LinkedHashMap<>();
        for (int tensor : route.model().wiring().inputs(part)) {
            Holder holder = tensors.get(tensor);
            if (holder == null || !(holder.value.value() instanceof OnnxTensorLike value)) {
                throw new IllegalStateException("part " + part + " started without its inputs");
            }
            feed.put(route.model().wiring().tensor(tensor), value);
        }
        return feed;
    }

    /** Returns the bytes of a part's inputs. */
    synchronized long bytesOf(int part) {
        long bytes = 0;
        for (int tensor : route.model().wiring().inputs(part)) {
            Holder holder = tensors.get(tensor);
            bytes += holder == null ? 0 : holder.bytes;
        }
        return bytes;
    }

    /** Returns when the last input of a part came. */
    synchronized long arrivedNanos(int part) {
        return arrived.getOrDefault(part, System.nanoTime());
    }

    /** Notes when another node, or the caller, had made the tensors of a frame. */
    synchronized void sent(FlowHeader header) {
        if (header.hasSentNanos()) {
            ends.put(header.getMaker(), header.getSentNanos());
        }
    }

    /** Notes when a part here ended. */
    synchronized void ended(int part, long nanos) {
        ends.put(part, nanos);
    }

    /** Returns when a part here ended. */
    synchronized long endedNanos(int part) {
        return ends.getOrDefault(part, System.nanoTime());
    }

    /**
     * Returns the time from the end of the last maker of a part's inputs to their arrival; empty if all of them are made
     * here, or if the clock of a maker is unknown.
     */
    synchronized OptionalLong wireNanos(int part) {
        boolean comes = false;
        long last = Long.MIN_VALUE;
        for (int tensor : route.model().wiring().inputs(part)) {
            int maker = route.model().wiring().maker(tensor);
            Long end = ends.get(maker);
            if (end == null) {
                return OptionalLong.empty();
            }
            comes |= maker == Wiring.GIVEN || !route.devices().get(maker).equals(device);
            last = Math.max(last, end);
        }
        return comes ? OptionalLong.of(Math.max(0, arrivedNanos(part) - last)) : OptionalLong.empty();
    }

    /** Ends a part, which was started: its inputs lose a reader. */
    synchronized void finish(int part) {
        letGo(part);
    }

    private void letGo(int part) {
        for (int tensor : route.model().wiring().inputs(part)) {
            Holder holder = tensors.get(tensor);
            if (holder != null) {
                holder.readers--;
                if (holder.readers == 0) {
                    tensors.remove(tensor);
                    release(holder);
                }
            }
        }
    }

    /** Forgets the request: closes all tensors that no running part reads, and cancels those that run. */
    void drop() {
        synchronized (this) {
            if (dropped) {
                return;
            }
            dropped = true;
            for (int part : route.partsOn(device)) {
                if (!started.contains(part)) {
                    letGo(part);
                }
            }
        }
        cancellation.request();
    }

    /** Returns whether all parts here have run, or at least started. */
    synchronized boolean isDone() {
        return started.size() == missing.size();
    }

    synchronized boolean isDropped() {
        return dropped;
    }

    synchronized void report(Collection<FlowReport> more) {
        more.forEach(report -> reports.put(report.getPart(), report));
    }

    synchronized List<FlowReport> reports() {
        return List.copyOf(reports.values());
    }
}
