package io.pepper.distributed.internal.flow;

import ai.onnxruntime.OnnxValue;
import io.pepper.distributed.internal.proto.FlowHeader;
import io.pepper.distributed.internal.proto.FlowKind;
import io.pepper.onnx.internal.session.Wiring;
import io.pepper.session.StageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** The way of outputs out of a node: once to each node that reads them, results to the caller. Thread-safe. */
final class HostOutlet implements PartWorker.Outlet {
    private final String device;
    private final HeldBytes held;
    private final HostLinks links;
    private final HostRequests requests;

    HostOutlet(String device, HeldBytes held, HostLinks links, HostRequests requests) {
        this.device = device;
        this.held = held;
        this.links = links;
        this.requests = requests;
    }

    @Override
    public void made(HostRequest request, int part, Map<String, OnnxValue> outputs) {
        Map<String, HeldValue> values = hold(request, outputs);
        List<Integer> ready = new ArrayList<>();
        try {
            if (!request.isDropped()) {
                send(request, part, values);
                keep(request, part, values, ready);
            }
        } catch (IOException | RuntimeException | Error failed) {
            requests.failed(request, StageException.of(request.route().model().name(part), failed));
        } finally {
            values.values().forEach(HeldValue::release);
        }
        requests.enqueue(request, ready);
        if (request.isDone()) {
            requests.done(request);
        }
    }

    /** An output may be an input, or another output. */
    private static Map<String, HeldValue> hold(HostRequest request, Map<String, OnnxValue> outputs) {
        IdentityHashMap<OnnxValue, HeldValue> made = new IdentityHashMap<>();
        Map<String, HeldValue> values = new HashMap<>();
        outputs.forEach((name, value) -> {
            HeldValue known = made.get(value);
            HeldValue held = known == null
                    ? request.held(value).orElseGet(() -> new HeldValue(value, () -> {}))
                    : known.retain();
            made.put(value, held);
            values.put(name, held);
        });
        return values;
    }

    private void send(HostRequest request, int part, Map<String, HeldValue> outputs) throws IOException {
        StageRoute route = request.route();
        Map<Integer, WireTensor> encoded = new HashMap<>();
        for (Map.Entry<String, List<Integer>> target : route.targets(part).entrySet()) {
            FlowHeader.Builder header = header(request, part);
            links.clocks().there(target.getKey(), request.endedNanos(part)).ifPresent(header::setSentNanos);
            links.send(target.getKey(), frame(request, header, target.getValue(), outputs, encoded));
        }
        if (!route.results(part).isEmpty()) {
            request.session()
                    .caller()
                    .send(frame(request, header(request, part), route.results(part), outputs, encoded));
        }
    }

    private static FlowHeader.Builder header(HostRequest request, int part) {
        return FlowHeader.newBuilder()
                .setKind(FlowKind.FLOW_TENSORS)
                .setSession(request.session().id())
                .setEpoch(request.epoch())
                .setRequest(request.number())
                .setMaker(part)
                .setRemainingMillis(request.remainingMillis())
                .addAllReports(request.reports());
    }

    private FrameEncoder.Encoded frame(
            HostRequest request,
            FlowHeader.Builder header,
            List<Integer> tensors,
            Map<String, HeldValue> outputs,
            Map<Integer, WireTensor> encoded)
            throws IOException {
        List<WireTensor> sent = new ArrayList<>();
        List<HeldValue> read = new ArrayList<>();
        for (int tensor : tensors) {
            String name = request.route().model().wiring().tensor(tensor);
            HeldValue value = outputs.get(name);
            if (value == null) {
                throw new IllegalStateException("no output " + name);
            }
            WireTensor known = encoded.get(tensor);
            WireTensor wire = known == null ? WireTensor.of(name, value.value()) : known;
            encoded.put(tensor, wire);
            sent.add(wire);
            read.add(value);
        }
        long bytes = sent.stream().mapToLong(wire -> wire.header().getBytes()).sum();
        reserve(bytes);
        read.forEach(HeldValue::retain);
        return FrameEncoder.encode(header, sent, () -> {
            held.release(bytes);
            read.forEach(HeldValue::release);
        });
    }

    private void reserve(long bytes) throws StageException {
        if (!held.reserve(bytes)) {
            throw new StageException(StageException.Kind.OUT_OF_MEMORY, device, full(), null);
        }
    }

    /** Returns why a request is refused. */
    String full() {
        return "holds " + held.now() + " bytes of tensors, and may hold " + held.limit()
                + "; submit fewer requests at once, or raise the node's limit (--tensor-memory)";
    }

    /** Gives the outputs to the parts of this node that read them. */
    private void keep(HostRequest request, int part, Map<String, HeldValue> outputs, List<Integer> ready)
            throws StageException {
        Wiring wiring = request.route().model().wiring();
        for (int tensor : wiring.outputs(part)) {
            HeldValue value = outputs.get(wiring.tensor(tensor));
            if (value != null && !request.route().readers(device, tensor).isEmpty()) {
                long bytes = Sizes.bytes(value.value());
                reserve(bytes);
                ready.addAll(request.put(tensor, value.retain(), bytes));
            }
        }
    }

    @Override
    public void failed(HostRequest request, StageException why) {
        requests.failed(request, why);
    }

    /** Tells a caller that its request failed. */
    void tell(HostSession session, int epoch, long request, StageException why) {
        String prefix = why.stage() + ": ";
        String message = String.valueOf(why.getMessage());
        session.caller()
                .send(FrameEncoder.encode(FlowHeader.newBuilder()
                        .setKind(FlowKind.FLOW_FAILURE)
                        .setSession(session.id())
                        .setEpoch(epoch)
                        .setRequest(request)
                        .setFailure(HostRequests.failure(
                                why.kind().name(),
                                why.stage(),
                                message.startsWith(prefix) ? message.substring(prefix.length()) : message))));
    }
}
