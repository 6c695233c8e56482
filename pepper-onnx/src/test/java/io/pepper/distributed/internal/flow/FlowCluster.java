package io.pepper.distributed.internal.flow;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import io.pepper.export.PartitionManifest;
import io.pepper.session.Deployed;
import io.pepper.session.Faults;
import io.pepper.session.ModelSession;
import io.pepper.session.SessionListener;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

/** Nodes in this process that serve the parts of a directory, whose membership a test scripts. */
final class FlowCluster implements Members, AutoCloseable {
    static final String NAME = "model";
    static final String VERSION = "1";

    private static final String LOOPBACK = InetAddress.getLoopbackAddress().getHostAddress();

    private final Path directory;
    private final PartitionManifest manifest;
    private final Map<String, FlowHost> hosts = new LinkedHashMap<>();
    private final Map<String, List<Faults>> stages = new HashMap<>();
    private final Map<String, DataAddress> addresses = new ConcurrentHashMap<>();
    private final Map<String, Set<Integer>> served = new ConcurrentHashMap<>();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final List<ModelSession> sessions = new ArrayList<>();

    FlowCluster(Path directory) throws IOException {
        this.directory = directory;
        this.manifest = PartitionManifest.read(directory);
    }

    PartitionManifest manifest() {
        return manifest;
    }

    static HostOptions options(String device) {
        return HostOptions.of(device, LOOPBACK, 0)
                .withSilence(Duration.ofSeconds(1))
                .withMaxHeldBytes(1L << 30);
    }

    /** Starts a node with its own copies of parts. */
    FlowCluster node(String device, Integer... parts) throws IOException {
        return node(options(device), parts);
    }

    FlowCluster node(HostOptions options, Integer... parts) throws IOException {
        FlowHost host = FlowHost.start(options, this, Optional.empty());
        hosts.put(options.device(), host);
        List<Faults> opened = Faults.open(directory, Deployed.EXACT);
        stages.put(options.device(), opened);
        for (int part : parts) {
            host.serve(new ServedPart(NAME, VERSION, part, opened.get(part), manifest));
        }
        addresses.put(options.device(), host.address());
        served.put(options.device(), ConcurrentHashMap.newKeySet());
        served.get(options.device()).addAll(List.of(parts));
        return this;
    }

    FlowHost host(String device) {
        FlowHost host = hosts.get(device);
        if (host == null) {
            throw new IllegalArgumentException(device);
        }
        return host;
    }

    Faults stage(String device, int part) {
        return stages.getOrDefault(device, List.of()).get(part);
    }

    static FlowOptions sessionOptions() {
        return new FlowOptions(
                Optional.empty(),
                1L << 28,
                Optional.empty(),
                Duration.ofSeconds(1),
                Duration.ofSeconds(20),
                10,
                SessionListener.NONE);
    }

    FlowSession session() throws IOException {
        return session(sessionOptions());
    }

    FlowSession session(FlowOptions options) throws IOException {
        FlowSession session =
                FlowSession.open(new FlowTarget(NAME, VERSION, manifest, this, Optional.empty()), options);
        sessions.add(session);
        return session;
    }

    /** Lets other nodes and sessions reach a node at another address. */
    void move(String device, DataAddress address) {
        addresses.put(device, address);
    }

    /** Stops serving a part, and tells so. */
    void stop(String device, int part) throws Exception {
        served.getOrDefault(device, Set.of()).remove(part);
        host(device).stop(NAME, VERSION, part);
        listeners.forEach(listener -> listener.back(device));
    }

    /** Serves a part once more. */
    void serveAgain(String device, int part) {
        host(device).serve(new ServedPart(NAME, VERSION, part, stage(device, part), manifest));
    }

    /** Serves a part once more, and tells so. */
    void start(String device, int part) {
        serveAgain(device, part);
        served.getOrDefault(device, Set.of()).add(part);
        listeners.forEach(listener -> listener.back(device));
    }

    /** Reports a node as lost, and does not tell its address any more. */
    void lose(String device) {
        addresses.remove(device);
        listeners.forEach(listener -> listener.lost(device));
    }

    /** Reports a node as reachable. */
    void find(String device) {
        addresses.put(device, host(device).address());
        listeners.forEach(listener -> listener.back(device));
    }

    @Override
    public Optional<DataAddress> address(String device) {
        return Optional.ofNullable(addresses.get(device));
    }

    @Override
    public List<String> holders(String deployment, String version, int part) {
        return hosts.keySet().stream()
                .filter(device -> addresses.containsKey(device)
                        && served.getOrDefault(device, Set.of()).contains(part))
                .toList();
    }

    @Override
    public Registration listen(Listener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public void close() throws IOException {
        for (ModelSession session : sessions) {
            session.close();
        }
        for (FlowHost host : hosts.values()) {
            host.close();
        }
        for (List<Faults> opened : stages.values()) {
            for (Faults stage : opened) {
                stage.close();
            }
        }
    }

    /** Waits until something is so. */
    static void await(BooleanSupplier so) throws InterruptedException {
        for (int i = 0; i < 6_000 && !so.getAsBoolean(); i++) {
            Thread.sleep(10);
        }
        assertThat(so.getAsBoolean()).isTrue();
    }

    /** Returns the answers of a session, with every bit. */
    static Map<String, Object> answers(ModelSession session, Map<String, OnnxTensor> inputs) throws Exception {
        return Deployed.answers(session.run(inputs));
    }
}
