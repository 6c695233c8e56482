package io.pepper.distributed.internal.flow;

import ai.onnxruntime.OnnxTensor;
import io.pepper.distributed.internal.proto.FlowFailure;
import io.pepper.distributed.internal.proto.FlowHeader;
import io.pepper.distributed.internal.proto.FlowKind;
import io.pepper.distributed.internal.proto.FlowTensor;
import io.pepper.onnx.internal.session.PartOutputs;
import io.pepper.onnx.internal.session.Wiring;
import io.pepper.session.RunOutputs;
import io.pepper.session.StageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The unanswered requests of a session: sends them along the present route, takes the answers, and sends what is
 * unanswered again after a loss. Thread-safe.
 */
final class FlowTraffic implements FlowPeers.Listener, FlowRouter.Listener, Members.Listener {
    private static final int TICKS_PER_SILENCE = 20;
    private static final long MAX_TICK_MILLIS = 100;
    private static final int SHARE_OF_POOL = 4;

    private final String id = UUID.randomUUID().toString();
    private final FlowTarget target;
    private final FlowModel model;
    private final FlowOptions options;
    private final Outcomes outcomes;
    private final BufferPool pool;
    private final FlowPeers peers;
    private final FlowRouter router;
    private final FlowMeters meters;
    private final Ticker ticker;
    private final Members.Registration registration;
    private final CompletableFuture<Boolean> routed = new CompletableFuture<>();
    private final NavigableMap<Long, FlowRequest> unanswered = new TreeMap<>();
    private final NavigableMap<Integer, StageRoute> routes = new TreeMap<>();
    private FlowRouter.@Nullable Ready ready;
    private long unreadySince = System.nanoTime();
    private long next = 1;
    private boolean closed;

    /** Takes the outcomes of requests, each once, in any order. */
    interface Outcomes {
        /** Takes the outputs of a request. */
        void answered(FlowRequest request, RunOutputs outputs);

        /** Takes the failure of a request, whose inputs are no longer read. */
        void failed(FlowRequest request, StageException why);
    }

    FlowTraffic(FlowTarget target, FlowModel model, FlowOptions options, Outcomes outcomes) {
        this.target = target;
        this.model = model;
        this.options = options;
        this.outcomes = outcomes;
        this.pool = new BufferPool(options.maxBytes() / SHARE_OF_POOL);
        this.peers = new FlowPeers(id, target.members(), target.tls(), options.silence(), pool, this);
        this.router = new FlowRouter(id, target, model, peers, options.silence(), this);
        this.meters = new FlowMeters(model, peers, options.listener());
        this.ticker = new Ticker(
                "pepper-flow-" + target.deployment(),
                Math.max(1, Math.min(MAX_TICK_MILLIS, options.silence().toMillis() / TICKS_PER_SILENCE)),
                this::tick);
        this.registration = target.members().listen(this);
        ticker.execute(router::start);
    }

    FlowMeters meters() {
        return meters;
    }

    /** Returns a future that is done when there is a route, or fails when there is none within the patience. */
    CompletableFuture<Boolean> routed() {
        return routed;
    }

    /**
     * Begins a request.
     *
     * @param make makes it, with the next number
     * @return the request; empty once closed
     */
    Optional<FlowRequest> begin(Supplier<FlowRequest> make) {
        FlowRouter.Ready now;
        FlowRequest request;
        synchronized (this) {
            if (closed) {
                return Optional.empty();
            }
            request = make.get();
            unanswered.put(request.number(), request);
            next = request.number() + 1;
            now = ready;
            if (now != null) {
                request.attempt(now.epoch());
            }
        }
        if (now != null) {
            send(request, now);
        }
        return Optional.of(request);
    }

    private void send(FlowRequest request, FlowRouter.Ready now) {
        Map<String, List<Integer>> targets = now.route().targets(Wiring.GIVEN);
        Set<Integer> needed = new LinkedHashSet<>();
        targets.values().forEach(needed::addAll);
        try {
            Map<Integer, WireTensor> read = request.read(now.epoch(), needed);
            for (Map.Entry<String, List<Integer>> to : targets.entrySet()) {
                if (!request.isWanted(now.epoch())) {
                    return;
                }
                FlowHeader.Builder header = header(FlowKind.FLOW_TENSORS, now.epoch(), request)
                        .setMaker(Wiring.GIVEN)
                        .setRemainingMillis(remainingMillis(request));
                peers.clocks().there(to.getKey(), System.nanoTime()).ifPresent(header::setSentNanos);
                peers.send(
                        to.getKey(),
                        FrameEncoder.encode(
                                header, to.getValue().stream().map(read::get).toList()));
            }
            if (request.put(now.epoch(), Wiring.GIVEN, Map.of(), List.of(), List.of())) {
                finish(request);
            }
        } catch (IOException | RuntimeException unreadable) {
            fail(request, StageException.of(model.manifest().modelName(), unreadable));
        }
    }

    private FlowHeader.Builder header(FlowKind kind, int epoch, FlowRequest request) {
        return FlowHeader.newBuilder()
                .setKind(kind)
                .setSession(id)
                .setEpoch(epoch)
                .setRequest(request.number());
    }

    private long remainingMillis(FlowRequest request) {
        return options.timeout()
                .map(timeout ->
                        Math.max(1, timeout.minusNanos(request.ageNanos()).toMillis()))
                .orElse(0L);
    }

    private synchronized @Nullable FlowRequest request(FlowHeader header) {
        return unanswered.get(header.getRequest());
    }

    @Override
    public boolean wants(FlowHeader header) {
        FlowRequest request = request(header);
        if (request == null || !request.isWanted(header.getEpoch())) {
            return false;
        }
        for (FlowTensor tensor : header.getTensorsList()) {
            int number = model.tensor(header.getMaker(), tensor.getName());
            if (number < 0
                    || Arrays.stream(model.wiring().results()).noneMatch(result -> result == number)
                    || !model.hasType(number, tensor)) {
                fail(
                        request,
                        new StageException(
                                StageException.Kind.FAILED,
                                model.manifest().modelName(),
                                "a node answers with " + tensor.getName() + ", which is no output of this type",
                                null));
                return false;
            }
        }
        return true;
    }

    @Override
    public void frame(String device, FlowHeader header, List<ByteBuffer> tensors) {
        switch (header.getKind()) {
            case FLOW_TENSORS -> receive(header, tensors);
            case FLOW_ROUTED -> ticker.execute(() -> router.confirmed(device, header.getEpoch()));
            case FLOW_FAILURE -> failure(device, header);
            default -> peers.drop(device, "sends frames of kind " + header.getKind() + " to a caller");
        }
    }

    private void receive(FlowHeader header, List<ByteBuffer> data) {
        FlowRequest request = request(header);
        if (request == null || data.isEmpty()) {
            return;
        }
        Map<Integer, OnnxTensor> made = new HashMap<>();
        try {
            for (int i = 0; i < data.size(); i++) {
                FlowTensor tensor = header.getTensors(i);
                OnnxTensor twice = made.put(
                        model.tensor(header.getMaker(), tensor.getName()),
                        WireTensor.read(tensor, data.get(i).duplicate()));
                if (twice != null) {
                    twice.close();
                }
            }
        } catch (IOException | RuntimeException refused) {
            PartOutputs.close(made.values());
            fail(request, StageException.of(model.manifest().modelName(), refused));
            return;
        }
        if (request.put(header.getEpoch(), header.getMaker(), made, data, header.getReportsList())) {
            finish(request);
        }
    }

    private void failure(String device, FlowHeader header) {
        FlowFailure failure = header.getFailure();
        if (failure.getKind().equals(HostRequests.LINK)) {
            ticker.execute(
                    () -> router.unreachable(device, failure.getPlace(), header.getEpoch(), failure.getMessage()));
            return;
        }
        StageException.Kind kind = kind(failure);
        FlowRequest request = request(header);
        if (kind == StageException.Kind.CLOSED) {
            ticker.execute(() -> closed(device, header));
        } else if (request != null && request.isWanted(header.getEpoch())) {
            fail(request, new StageException(kind, failure.getPlace(), failure.getMessage(), null));
        }
    }

    private void closed(String device, FlowHeader header) {
        FlowRequest request = request(header);
        if (header.getRequest() == 0) {
            router.refused(device, header.getEpoch(), header.getFailure().getMessage());
        } else if (request != null && request.isWanted(header.getEpoch())) {
            router.unserved(device, header.getEpoch(), header.getFailure().getMessage());
        }
    }

    private static StageException.Kind kind(FlowFailure failure) {
        return Arrays.stream(StageException.Kind.values())
                .filter(kind -> kind.name().equals(failure.getKind()))
                .findFirst()
                .orElse(StageException.Kind.FAILED);
    }

    private void finish(FlowRequest request) {
        Optional<String> input = request.closedInput();
        if (input.isPresent()) {
            fail(request, StageException.of(model.manifest().modelName(), FlowRequest.closedTooEarly(input.get())));
            return;
        }
        StageRoute route;
        synchronized (this) {
            if (!unanswered.remove(request.number(), request)) {
                return;
            }
            route = routes.get(request.epoch());
        }
        RunOutputs outputs = request.outputs(pool);
        if (route != null) {
            meters.answered(
                    request,
                    route,
                    outputs.values().values().stream().mapToLong(Sizes::bytes).sum());
        }
        outcomes.answered(request, outputs);
    }

    private void fail(FlowRequest request, StageException why) {
        boolean lost = why.kind() == StageException.Kind.LOST || why.kind() == StageException.Kind.CLOSED;
        if (forget(request, lost)) {
            meters.failed(why);
            outcomes.failed(request, why);
        }
    }

    /** Forgets a request that its caller cancelled; returns whether it was unanswered. */
    boolean forget(FlowRequest request) {
        return forget(request, false);
    }

    private boolean forget(FlowRequest request, boolean lost) {
        synchronized (this) {
            if (!unanswered.remove(request.number(), request)) {
                return false;
            }
        }
        request.end(lost);
        peers.sendAll(FrameEncoder.encode(header(FlowKind.FLOW_CANCEL, request.epoch(), request)));
        return true;
    }

    @Override
    public void gone(String device, String why) {
        ticker.execute(() -> router.failed(device, why));
    }

    @Override
    public void lost(String device) {
        ticker.execute(() -> router.failed(device, "is no longer reachable"));
    }

    @Override
    public void back(String device) {
        ticker.execute(() -> router.back(device));
    }

    @Override
    public synchronized void interrupted() {
        if (ready != null) {
            ready = null;
            unreadySince = System.nanoTime();
        }
    }

    @Override
    public void lost(String device, String why) {
        meters.lost(device, why);
    }

    @Override
    public synchronized int oldestEpoch() {
        return Math.max(
                1,
                unanswered.values().stream()
                        .mapToInt(FlowRequest::epoch)
                        .min()
                        .orElse(ready == null ? 1 : ready.epoch()));
    }

    @Override
    public void routed(FlowRouter.Ready route, boolean moves) {
        List<FlowRequest> again = new ArrayList<>();
        List<FlowRequest> exhausted = new ArrayList<>();
        synchronized (this) {
            ready = route;
            routes.put(route.epoch(), route.route());
            if (!moves) {
                routes.headMap(route.epoch(), false).clear();
                for (FlowRequest request : unanswered.values()) {
                    (request.attempts() < options.attempts() ? again : exhausted).add(request);
                }
                again.forEach(request -> request.attempt(route.epoch()));
            }
        }
        meters.routed(route.route().devices());
        routed.complete(true);
        for (FlowRequest request : exhausted) {
            fail(request, unserved("was sent " + options.attempts() + " times, and each time a node was lost"));
        }
        again.forEach(request -> send(request, route));
    }

    private StageException unserved(String what) {
        return new StageException(StageException.Kind.LOST, target.deployment(), what, null);
    }

    private void tick() {
        router.tick();
        List<FlowRequest> all;
        boolean unready;
        long since;
        long oldest;
        synchronized (this) {
            all = List.copyOf(unanswered.values());
            unready = ready == null;
            since = unreadySince;
            oldest = unanswered.isEmpty() ? next : unanswered.firstKey();
        }
        peers.tick(oldest);
        long now = System.nanoTime();
        for (FlowRequest request : all) {
            checkTime(request, unready, now - Math.max(since, request.submittedNanos()));
        }
        if (unready && now - since > options.patience().toNanos()) {
            routed.completeExceptionally(unserved(waited()));
        }
        leaveOldNodes();
    }

    private void checkTime(FlowRequest request, boolean unready, long waitedNanos) {
        if (options.timeout().isPresent()
                && request.ageNanos() > options.timeout().get().toNanos()) {
            fail(
                    request,
                    new StageException(
                            StageException.Kind.TIMED_OUT,
                            target.deployment(),
                            "the request took longer than "
                                    + options.timeout().get().toMillis() + " ms",
                            null));
        } else if (unready && waitedNanos > options.patience().toNanos()) {
            fail(request, unserved(waited()));
        }
    }

    private String waited() {
        Duration patience = options.patience();
        return router.missing().orElse("no route") + "; waited " + patience.toMillis() + " ms";
    }

    /** Ends connections that no request needs any more after a move. */
    private void leaveOldNodes() {
        FlowRouter.Ready now;
        synchronized (this) {
            now = ready;
            if (now == null || unanswered.values().stream().anyMatch(request -> request.epoch() != now.epoch())) {
                return;
            }
            routes.headMap(now.epoch(), false).clear();
        }
        if (!router.isProposing()) {
            peers.keep(
                    now.route().nodes(),
                    FrameEncoder.encode(
                            FlowHeader.newBuilder().setKind(FlowKind.FLOW_END).setSession(id)));
        }
    }

    /** Ends all: requests fail, and the nodes forget them. */
    void close() {
        List<FlowRequest> rest;
        synchronized (this) {
            closed = true;
            rest = List.copyOf(unanswered.values());
        }
        registration.close();
        ticker.close();
        for (FlowRequest request : rest) {
            fail(
                    request,
                    new StageException(
                            StageException.Kind.CLOSED, target.deployment(), "the session was closed", null));
        }
        peers.keep(
                Set.of(),
                FrameEncoder.encode(
                        FlowHeader.newBuilder().setKind(FlowKind.FLOW_END).setSession(id)));
    }

    /** Returns the device of each part; empty without a route. */
    synchronized List<String> devices() {
        return ready == null ? List.of() : ready.route().devices();
    }
}
