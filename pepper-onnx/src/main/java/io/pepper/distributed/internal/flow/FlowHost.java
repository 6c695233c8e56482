package io.pepper.distributed.internal.flow;

import io.pepper.distributed.internal.proto.FlowHeader;
import io.pepper.distributed.internal.proto.PartMeasure;
import io.pepper.session.internal.DirectMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server of a node's stages: its connections, the served parts, and the clean-up. Thread-safe. */
final class FlowHost implements StageHost, FrameConnection.Handler {
    private static final Logger LOG = LoggerFactory.getLogger(FlowHost.class);
    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final int SHARE_OF_POOL = 4;
    private static final int MAX_CONNECTIONS = 512;
    private static final int TICKS_PER_SILENCE = 5;

    private final HostOptions options;
    private final HeldBytes held;
    private final BufferPool pool;
    private final HostRequests requests;
    private final HostLinks links;
    private final HostChannels channels;
    private final Sockets.Server server;
    private final Ticker ticker;
    private final Map<PartKey, PartWorker> parts = new HashMap<>();
    private final Set<FrameConnection> connections = new HashSet<>();
    private boolean closed;

    /** A part of a version of a deployment. */
    record PartKey(String deployment, String version, int part) {}

    private FlowHost(HostOptions options, Members members, Optional<Supplier<SSLContext>> tls) throws IOException {
        DirectMemory.require(options.maxHeldBytes() + options.maxHeldBytes() / SHARE_OF_POOL);
        this.options = options;
        this.held = new HeldBytes(options.maxHeldBytes());
        this.links = new HostLinks(options.device(), members, tls, options.silence(), this::lost);
        this.pool = new BufferPool(options.maxHeldBytes() / SHARE_OF_POOL);
        this.requests = new HostRequests(options.device(), held, pool, links, this::worker);
        this.channels = new HostChannels(options.device(), members, tls);
        this.server = Sockets.bind(options.host(), options.port(), tls, this::accept);
        long tick = Math.max(1, options.silence().toMillis() / TICKS_PER_SILENCE);
        this.ticker = new Ticker("pepper-host-" + options.device(), tick, this::tick);
    }

    /** Starts a host. */
    static FlowHost start(HostOptions options, Members members, Optional<Supplier<SSLContext>> tls) throws IOException {
        return new FlowHost(options, members, tls);
    }

    /** A connection that ends at once reports that to the lock that this holds, and so is known by then. */
    private synchronized boolean accept(Sockets.Opener opener) {
        if (closed || connections.size() >= MAX_CONNECTIONS) {
            LOG.warn("{} refuses a connection: it has {}", options.device(), connections.size());
            return false;
        }
        connections.add(
                FrameConnection.start(opener, "the caller of " + options.device(), options.device(), pool::take, this));
        return true;
    }

    private synchronized @Nullable PartWorker worker(PartKey key) {
        return parts.get(key);
    }

    @Override
    public synchronized void serve(ServedPart part) {
        if (closed) {
            throw new IllegalStateException(options.device() + " is closed");
        }
        requests.learn(part);
        PartKey key = new PartKey(part.deployment(), part.version(), part.part());
        if (parts.containsKey(key)) {
            throw new IllegalStateException(
                    options.device() + " serves part " + part.part() + " of " + part.deployment() + " already");
        }
        parts.put(key, new PartWorker(part, requests.outlet()));
    }

    @Override
    public void stop(String deployment, String version, int part) throws TimeoutException {
        PartWorker worker;
        synchronized (this) {
            worker = parts.remove(new PartKey(deployment, version, part));
            if (parts.keySet().stream()
                    .noneMatch(other -> other.deployment().equals(deployment)
                            && other.version().equals(version))) {
                requests.unlearn(deployment, version);
            }
        }
        if (worker != null) {
            worker.close(GRACE);
        }
    }

    @Override
    public void serveChannels(String name, ChannelServer answering) {
        channels.serve(name, answering);
    }

    @Override
    public PeerChannel openChannel(String device, String name) throws IOException {
        return channels.open(device, name);
    }

    @Override
    public DataAddress address() {
        return new DataAddress(options.host(), server.address().getPort());
    }

    @Override
    public synchronized List<PartMeasure> measures(String deployment, String version) {
        return parts.values().stream()
                .filter(worker -> worker.served().deployment().equals(deployment)
                        && worker.served().version().equals(version))
                .map(PartWorker::measure)
                .sorted(Comparator.comparingInt(PartMeasure::getPart))
                .toList();
    }

    @Override
    public long heldBytes() {
        return held.now();
    }

    /** Returns the largest number of bytes of tensors that were held. */
    long peakHeldBytes() {
        return held.peak();
    }

    /** Returns the number of requests of which anything is known. */
    int requests() {
        return requests.size();
    }

    /** Ends the connections to other nodes, which are opened again on demand. */
    void breakLinks() {
        links.breakAll();
    }

    @Override
    public boolean wants(FrameConnection connection, FlowHeader header) {
        return requests.wants(connection, header);
    }

    @Override
    public void frame(FrameConnection connection, FlowHeader header, List<ByteBuffer> tensors) throws FrameException {
        switch (header.getKind()) {
            case FLOW_ROUTE -> requests.route(connection, header);
            case FLOW_TENSORS -> requests.tensors(connection, header, tensors);
            case FLOW_CANCEL -> requests.cancel(header);
            case FLOW_END -> requests.end(header.getSession());
            case FLOW_PING -> requests.ping(header);
            case FLOW_CHANNEL -> channels.accept(connection, header);
            case FLOW_PONG -> LOG.trace("{} answers a ping", connection);
            default ->
                throw new FrameException(connection + " sends a frame of kind " + header.getKind() + " to a node");
        }
    }

    @Override
    public void closed(FrameConnection connection, String why) {
        LOG.debug("{}: {}", options.device(), why);
        synchronized (this) {
            connections.remove(connection);
        }
        requests.callerGone(connection);
    }

    private void lost(String device, String why) {
        requests.lost(device, why);
    }

    private void tick() {
        links.keep(requests.devices());
        links.tick();
        requests.tick(options.abandoned());
    }

    @Override
    public void close() throws IOException {
        List<PartWorker> workers;
        List<FrameConnection> open;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            workers = new ArrayList<>(parts.values());
            parts.clear();
            open = new ArrayList<>(connections);
        }
        ticker.close();
        server.close();
        IOException failure = new IOException(options.device() + ": stages still run");
        for (PartWorker worker : workers) {
            try {
                worker.close(GRACE);
            } catch (TimeoutException hanging) {
                failure.addSuppressed(hanging);
            }
        }
        open.forEach(connection -> connection.abort(options.device() + " is closed"));
        links.keep(Set.of());
        requests.endAll();
        if (failure.getSuppressed().length > 0) {
            throw failure;
        }
    }
}
