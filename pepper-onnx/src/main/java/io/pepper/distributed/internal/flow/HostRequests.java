package io.pepper.distributed.internal.flow;

import io.pepper.distributed.internal.proto.FlowFailure;
import io.pepper.distributed.internal.proto.FlowHeader;
import io.pepper.distributed.internal.proto.FlowKind;
import io.pepper.distributed.internal.proto.FlowRoute;
import io.pepper.distributed.internal.proto.FlowTensor;
import io.pepper.onnx.internal.session.Wiring;
import io.pepper.session.StageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The sessions and requests of a node: puts the inputs of each part together. Thread-safe. */
final class HostRequests {
    /** The kind of failure of a connection between two nodes. */
    static final String LINK = "LINK";

    private static final int MAX_SESSIONS = 4_096;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final String device;
    private final HeldBytes held;
    private final BufferPool pool;
    private final HostLinks links;
    private final Function<FlowHost.PartKey, @Nullable PartWorker> workers;
    private final HostOutlet outlet;
    private final Map<Version, FlowModel> models = new HashMap<>();
    private final Map<String, HostSession> sessions = new HashMap<>();
    private final Map<FrameConnection, Long> arriving = new HashMap<>();

    private record Version(String deployment, String version) {}

    HostRequests(
            String device,
            HeldBytes held,
            BufferPool pool,
            HostLinks links,
            Function<FlowHost.PartKey, @Nullable PartWorker> workers) {
        this.device = device;
        this.held = held;
        this.pool = pool;
        this.links = links;
        this.workers = workers;
        this.outlet = new HostOutlet(device, held, links, this);
    }

    PartWorker.Outlet outlet() {
        return outlet;
    }

    /** Learns how the parts of a deployment fit together. */
    synchronized void learn(ServedPart part) {
        models.computeIfAbsent(new Version(part.deployment(), part.version()), none -> new FlowModel(part.manifest()));
    }

    synchronized void unlearn(String deployment, String version) {
        models.remove(new Version(deployment, version));
    }

    /** Takes the route of a session, and confirms it to the caller. */
    void route(FrameConnection caller, FlowHeader header) {
        Optional<String> fault;
        List<HostRequest> ended = List.of();
        Set<String> next = new LinkedHashSet<>();
        synchronized (this) {
            fault = routeFault(header);
            if (fault.isEmpty()) {
                FlowRoute path = header.getRoute();
                StageRoute route = new StageRoute(
                        Objects.requireNonNull(models.get(new Version(path.getDeployment(), path.getVersion()))),
                        path.getDevicesList());
                HostSession session = sessions.computeIfAbsent(
                        header.getSession(),
                        id -> new HostSession(id, path.getDeployment(), path.getVersion(), caller));
                ended = session.route(header.getEpoch(), route, path.getOldestEpoch(), caller);
                route.partsOn(device)
                        .forEach(part -> next.addAll(route.targets(part).keySet()));
            }
        }
        ended.forEach(HostRequest::drop);
        if (fault.isPresent()) {
            caller.send(FrameEncoder.encode(FlowHeader.newBuilder()
                    .setKind(FlowKind.FLOW_FAILURE)
                    .setSession(header.getSession())
                    .setEpoch(header.getEpoch())
                    .setFailure(failure(StageException.Kind.CLOSED.name(), device, fault.get()))));
            return;
        }
        next.forEach(links::connect);
        caller.send(FrameEncoder.encode(FlowHeader.newBuilder()
                .setKind(FlowKind.FLOW_ROUTED)
                .setSession(header.getSession())
                .setEpoch(header.getEpoch())));
    }

    static FlowFailure failure(String kind, String place, String message) {
        return FlowFailure.newBuilder()
                .setKind(kind)
                .setPlace(place)
                .setMessage(message)
                .build();
    }

    private Optional<String> routeFault(FlowHeader header) {
        FlowRoute path = header.getRoute();
        FlowModel model = models.get(new Version(path.getDeployment(), path.getVersion()));
        HostSession known = sessions.get(header.getSession());
        if (model == null) {
            return Optional.of("serves no part of " + path.getDeployment() + " version " + path.getVersion());
        }
        if (path.getDevicesCount() != model.parts()) {
            return Optional.of(
                    path.getDeployment() + " has " + model.parts() + " parts, not " + path.getDevicesCount());
        }
        if (known == null ? sessions.size() >= MAX_SESSIONS : !isOf(known, path)) {
            return Optional.of(
                    known == null ? "has " + MAX_SESSIONS + " sessions" : "the session is of another deployment");
        }
        for (int part = 0; part < path.getDevicesCount(); part++) {
            if (path.getDevices(part).equals(device)
                    && workers.apply(new FlowHost.PartKey(path.getDeployment(), path.getVersion(), part)) == null) {
                return Optional.of("does not serve part " + part + " of " + path.getDeployment() + " version "
                        + path.getVersion());
            }
        }
        return Optional.empty();
    }

    private static boolean isOf(HostSession session, FlowRoute path) {
        return session.deployment().equals(path.getDeployment())
                && session.version().equals(path.getVersion());
    }

    /** Returns whether tensors are read here, and counts their bytes; refuses their request if there is no room. */
    boolean wants(FrameConnection connection, FlowHeader header) {
        HostSession session;
        Optional<String> fault;
        boolean full = false;
        synchronized (this) {
            session = sessions.get(header.getSession());
            StageRoute route = session == null ? null : session.route(header.getEpoch());
            if (session == null
                    || route == null
                    || header.getKind() != FlowKind.FLOW_TENSORS
                    || !session.isWanted(header.getEpoch(), header.getRequest())) {
                return false;
            }
            fault = tensorFault(route, header);
            long bytes = WireTensor.bytes(header);
            if (fault.isEmpty() && held.reserve(bytes)) {
                arriving.put(connection, bytes);
                return true;
            }
            full = fault.isEmpty();
        }
        refuse(
                session,
                header,
                new StageException(
                        full ? StageException.Kind.OUT_OF_MEMORY : StageException.Kind.FAILED,
                        device,
                        fault.orElseGet(() -> outlet.full()),
                        null));
        return false;
    }

    private Optional<String> tensorFault(StageRoute route, FlowHeader header) {
        for (FlowTensor tensor : header.getTensorsList()) {
            int number = route.model().tensor(header.getMaker(), tensor.getName());
            if (number < 0 || route.readers(device, number).isEmpty()) {
                return Optional.of("no part here reads tensor '" + tensor.getName() + "' of part " + header.getMaker());
            }
            Optional<String> fault = route.model().fault(number, tensor);
            if (fault.isPresent()) {
                return fault;
            }
        }
        return Optional.empty();
    }

    private void refuse(HostSession session, FlowHeader header, StageException why) {
        HostRequest known;
        synchronized (this) {
            known = session.request(header.getRequest());
        }
        if (known != null && known.epoch() == header.getEpoch()) {
            failed(known, why);
        } else {
            outlet.tell(session, header.getEpoch(), header.getRequest(), why);
        }
    }

    /** Takes the tensors of a request, whose bytes are counted already. */
    void tensors(FrameConnection connection, FlowHeader header, List<ByteBuffer> data) {
        long counted;
        HostRequest request = null;
        HostRequest former = null;
        synchronized (this) {
            Long reserved = arriving.remove(connection);
            counted = reserved == null ? 0 : reserved;
            HostSession session = sessions.get(header.getSession());
            if (session != null && session.isWanted(header.getEpoch(), header.getRequest())) {
                former = session.request(header.getRequest());
                request = former != null && former.epoch() == header.getEpoch() ? former : added(session, header);
            }
        }
        if (former != null && former != request) {
            former.drop();
        }
        if (request == null) {
            held.release(counted);
            data.forEach(pool::give);
            return;
        }
        request.report(header.getReportsList());
        request.sent(header);
        put(request, header, data);
    }

    private @Nullable HostRequest added(HostSession session, FlowHeader header) {
        StageRoute route = session.route(header.getEpoch());
        if (route == null) {
            return null;
        }
        long remaining = header.getRemainingMillis();
        HostRequest made = new HostRequest(
                session,
                header.getEpoch(),
                header.getRequest(),
                route,
                device,
                held,
                remaining <= 0
                        ? Long.MAX_VALUE
                        : System.nanoTime()
                                + Math.min(remaining, Long.MAX_VALUE / NANOS_PER_MILLI / 2) * NANOS_PER_MILLI);
        session.add(made);
        return made;
    }

    private void put(HostRequest request, FlowHeader header, List<ByteBuffer> data) {
        List<Integer> ready = new ArrayList<>(header.getMaker() == Wiring.GIVEN ? request.begin() : List.of());
        for (int i = 0; i < data.size(); i++) {
            FlowTensor tensor = header.getTensors(i);
            ByteBuffer memory = data.get(i);
            try {
                ready.addAll(request.put(
                        request.route().model().tensor(header.getMaker(), tensor.getName()),
                        new HeldValue(WireTensor.read(tensor, memory.duplicate()), () -> pool.give(memory)),
                        tensor.getBytes()));
            } catch (IOException | RuntimeException refused) {
                held.release(header.getTensorsList().subList(i, data.size()).stream()
                        .mapToLong(FlowTensor::getBytes)
                        .sum());
                failed(request, StageException.of(device, refused));
                return;
            }
        }
        enqueue(request, ready);
    }

    /** Gives a request to the parts that can run it now. */
    void enqueue(HostRequest request, Collection<Integer> ready) {
        for (int part : ready) {
            HostSession session = request.session();
            PartWorker worker = workers.apply(new FlowHost.PartKey(session.deployment(), session.version(), part));
            if (worker == null) {
                failed(
                        request,
                        new StageException(StageException.Kind.CLOSED, device, "no longer serves part " + part, null));
                return;
            }
            worker.add(request);
        }
    }

    /** Fails a request, unless it is forgotten already. */
    void failed(HostRequest request, StageException why) {
        boolean known;
        synchronized (this) {
            known = request.session().remove(request);
        }
        request.drop();
        if (known) {
            outlet.tell(request.session(), request.epoch(), request.number(), why);
        }
    }

    /** Forgets a request whose parts here have all run. */
    synchronized void done(HostRequest request) {
        request.session().remove(request);
    }

    void cancel(FlowHeader header) {
        HostRequest request;
        synchronized (this) {
            HostSession session = sessions.get(header.getSession());
            request = session == null ? null : session.request(header.getRequest());
            if (request == null || request.epoch() > header.getEpoch() || session == null) {
                return;
            }
            session.remove(request);
        }
        request.drop();
    }

    /** Hears that the caller lives, and what it has been answered. */
    void ping(FlowHeader header) {
        List<HostRequest> ended;
        synchronized (this) {
            HostSession session = sessions.get(header.getSession());
            ended = session == null ? List.of() : session.answeredBefore(header.getRequest());
        }
        ended.forEach(HostRequest::drop);
    }

    void end(String id) {
        List<HostRequest> ended;
        synchronized (this) {
            HostSession session = sessions.remove(id);
            ended = session == null ? List.of() : session.all();
        }
        ended.forEach(HostRequest::drop);
    }

    void endAll() {
        List<String> ids;
        synchronized (this) {
            ids = List.copyOf(sessions.keySet());
        }
        ids.forEach(this::end);
    }

    /** Forgets what belongs to a connection. */
    void callerGone(FrameConnection connection) {
        List<String> ids;
        synchronized (this) {
            Long reserved = arriving.remove(connection);
            held.release(reserved == null ? 0 : reserved);
            ids = sessions.values().stream()
                    .filter(session -> session.caller() == connection)
                    .map(HostSession::id)
                    .toList();
        }
        ids.forEach(this::end);
    }

    /** Tells the callers whose routes use a device that it cannot be reached from here. */
    void lost(String other, String why) {
        List<HostSession> concerned;
        synchronized (this) {
            concerned = sessions.values().stream()
                    .filter(session -> session.devices().contains(other))
                    .toList();
        }
        for (HostSession session : concerned) {
            session.caller()
                    .send(FrameEncoder.encode(FlowHeader.newBuilder()
                            .setKind(FlowKind.FLOW_FAILURE)
                            .setSession(session.id())
                            .setEpoch(session.newestEpoch())
                            .setFailure(failure(LINK, other, "cannot be reached from " + device + ": " + why))));
        }
    }

    /** Returns the devices of all routes. */
    synchronized Set<String> devices() {
        Set<String> all = new LinkedHashSet<>();
        sessions.values().forEach(session -> all.addAll(session.devices()));
        return all;
    }

    synchronized int size() {
        return sessions.values().stream().mapToInt(HostSession::size).sum();
    }

    /** Forgets sessions whose caller is silent, and requests after their deadline. */
    void tick(Duration abandoned) {
        List<HostRequest> late = new ArrayList<>();
        List<HostSession> silent;
        synchronized (this) {
            sessions.values().forEach(session -> late.addAll(session.late()));
            silent = sessions.values().stream()
                    .filter(session -> session.caller().silentNanos() > abandoned.toNanos())
                    .toList();
        }
        late.forEach(HostRequest::drop);
        for (HostSession session : silent) {
            end(session.id());
            session.caller().abort("the caller was silent for " + abandoned.toSeconds() + " s");
        }
    }
}
