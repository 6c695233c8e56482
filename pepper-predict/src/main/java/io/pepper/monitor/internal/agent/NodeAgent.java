package io.pepper.monitor.internal.agent;

import com.sun.net.httpserver.HttpHandler;
import io.pepper.internal.net.Callers;
import io.pepper.monitor.internal.machine.Machine;
import io.pepper.monitor.internal.machine.SystemFiles;
import io.prometheus.metrics.exporter.httpserver.MetricsHandler;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** An agent that serves the metrics of its node. Thread-safe. */
public final class NodeAgent implements AutoCloseable {
    private static final Path ROOT = Path.of("/");

    private final AgentServer server;
    private final NodeIdentity identity;
    private final boolean secured;
    private final List<String> notes;
    private final List<AgentFeature> features;

    private NodeAgent(
            AgentServer server,
            NodeIdentity identity,
            boolean secured,
            List<String> notes,
            List<AgentFeature> features) {
        this.server = server;
        this.identity = identity;
        this.secured = secured;
        this.notes = List.copyOf(notes);
        this.features = List.copyOf(features);
    }

    /**
     * Starts an agent.
     *
     * @param settings its settings
     * @param features makes further features for the node of a name; the agent closes them
     * @return the agent, which answers
     * @throws IOException if it cannot listen at the address, or a file of the settings is wrong
     * @throws IllegalArgumentException if other machines could read it unprotected, and the settings do not allow this
     */
    public static NodeAgent start(AgentSettings settings, Function<String, List<AgentFeature>> features)
            throws IOException {
        WebConfig web = settings.webConfig().isPresent()
                ? WebConfig.read(settings.webConfig().get())
                : WebConfig.NONE;
        InetSocketAddress at = address(settings);
        requireProtection(settings, web, at.getAddress());
        SystemFiles files = new SystemFiles(settings.root());
        List<String> notes = new ArrayList<>();
        NodeFacts facts = new FactReader(files).read();
        if (settings.root().equals(ROOT)) {
            facts = OshiFacts.complete(facts, notes);
        }
        NodeIdentity identity = new NodeIdentity(
                settings.name().orElseGet(() -> hostName(files)),
                UuidFile.of(settings.uuidFile(), notes).toString());
        noteUnreadablePower(files, notes);
        PrometheusRegistry registry = new PrometheusRegistry();
        registry.register(
                new GivenCollector(new NodeCollector(parts(files, facts, identity, settings)), settings.collectors()));
        Map<String, HttpHandler> handlers = new LinkedHashMap<>();
        List<AgentFeature> made = features.apply(identity.name());
        made.forEach(feature -> {
            feature.register(registry);
            handlers.putAll(feature.handlers());
        });
        try {
            AgentServer server = listen(settings, at, web, new MetricsHandler(registry), handlers);
            return new NodeAgent(server, identity, web.tls().isPresent(), notes, made);
        } catch (IOException | RuntimeException failed) {
            made.forEach(AgentFeature::close);
            throw failed;
        }
    }

    private static InetSocketAddress address(AgentSettings settings) throws IOException {
        try {
            return new InetSocketAddress(InetAddress.getByName(settings.address()), settings.port());
        } catch (UnknownHostException unknown) {
            throw new IOException(settings.address() + ": no such address is known", unknown);
        }
    }

    private static void requireProtection(AgentSettings settings, WebConfig web, InetAddress address) {
        boolean isProtected = web.tls().isPresent() && web.authenticates();
        if (!address.isLoopbackAddress() && !isProtected && !settings.unprotected()) {
            String missing = web.tls().isPresent()
                    ? "users or certificates of clients"
                    : web.authenticates() ? "TLS" : "TLS and users";
            throw new IllegalArgumentException("other machines would reach the agent at " + settings.address()
                    + " without " + missing
                    + ": give a web configuration file with tls_server_config and basic_auth_users, or allow this"
                    + " (--unprotected; in Java, NodeExporterOptions.withUnprotected)");
        }
    }

    private static AgentServer listen(
            AgentSettings settings,
            InetSocketAddress at,
            WebConfig web,
            HttpHandler metrics,
            Map<String, HttpHandler> handlers)
            throws IOException {
        Optional<Callers> callers = Optional.empty();
        if (!web.authenticates()) {
            callers = Optional.of(
                    at.getAddress().isLoopbackAddress() ? new Callers(settings.hostNames()) : Callers.ofAnyHost());
        }
        Optional<Passwords> passwords =
                web.users().isEmpty() ? Optional.empty() : Optional.of(new Passwords(web.users()));
        try {
            return AgentServer.start(
                    at, web.tls(), new AccessFilter(callers, passwords), metrics, handlers, settings.maxMillis());
        } catch (BindException taken) {
            throw new IOException(
                    settings.address() + ":" + settings.port() + ": cannot listen there: " + taken.getMessage(), taken);
        }
    }

    private static Map<String, NodePart> parts(
            SystemFiles files, NodeFacts facts, NodeIdentity identity, AgentSettings settings) {
        Map<String, NodePart> parts = new LinkedHashMap<>();
        PowerMeter power = new PowerMeter(files, System::nanoTime);
        power.read(); // A mean needs two readings.
        parts.put("characteristics", new CharacteristicsPart(files, facts, identity, settings.location(), power));
        parts.put("system", new SystemPart(files, Clock.systemUTC(), identity.name(), facts.arch()));
        parts.put("processors", new ProcessorPart(files));
        parts.put("memory", new MemoryPart(files));
        parts.put("heat", new HeatPart(files));
        parts.put("pressure", new PressurePart(files));
        parts.put("graphics", new GraphicsPart(Machine.at(files.root())));
        parts.put("cgroups", new GroupPart(Machine.at(files.root())));
        parts.put("filesystems", new FileSystemPart(files));
        parts.put("disks", new DiskPart(files));
        parts.put("networks", new NetworkPart(files));
        if (isWithoutFiles(files)) {
            parts.put("oshi", new OshiPart());
        }
        return parts;
    }

    /** Returns whether this is a machine of another system than Linux, which OSHI knows. */
    private static boolean isWithoutFiles(SystemFiles files) {
        return files.root().equals(ROOT) && !System.getProperty("os.name", "").startsWith("Linux");
    }

    private static String hostName(SystemFiles files) {
        String kernel = files.word(files.path("/proc/sys/kernel/hostname"));
        if (!kernel.isEmpty()) {
            return kernel;
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            return "node";
        }
    }

    /** Linux shows the energy of processors to root alone. */
    private static void noteUnreadablePower(SystemFiles files, List<String> notes) {
        files.list("/sys/class/powercap", "intel-rapl:*").stream()
                .map(zone -> zone.resolve("energy_uj"))
                .filter(energy -> Files.exists(energy) && !Files.isReadable(energy))
                .findFirst()
                .ifPresent(energy -> notes.add("power: this user may not read " + energy
                        + ", so that no power of the processors is exported"));
    }

    /**
     * Returns the address at which the agent listens.
     *
     * @return the address with its port
     */
    public InetSocketAddress address() {
        return server.address();
    }

    /**
     * Returns whether the agent serves HTTPS.
     *
     * @return true for HTTPS, false for HTTP
     */
    public boolean isSecured() {
        return secured;
    }

    /**
     * Returns the node's name in the metrics.
     *
     * @return the name
     */
    public String name() {
        return identity.name();
    }

    /**
     * Returns the node's UUID.
     *
     * @return the UUID
     */
    public String uuid() {
        return identity.uuid();
    }

    /**
     * Returns what the agent cannot do here, for people.
     *
     * @return remarks; empty if it can do all
     */
    public List<String> notes() {
        return notes;
    }

    @Override
    public void close() {
        server.close();
        features.forEach(AgentFeature::close);
    }
}
