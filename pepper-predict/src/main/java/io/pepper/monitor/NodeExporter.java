package io.pepper.monitor;

import io.pepper.monitor.internal.agent.AgentServer;
import io.pepper.monitor.internal.agent.AgentSettings;
import io.pepper.monitor.internal.agent.NodeAgent;
import io.pepper.monitor.internal.link.LinkFeature;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * A server of this node's metrics for Prometheus, in its text format and in OpenMetrics, at {@code /metrics}. It has
 * the metrics of EdgeCloud Mon's characterization agent ({@code char_node_*}) and those of node_exporter that {@link
 * PrometheusDeviceMonitor} and usual dashboards read, so that a node needs no other exporter. A value that the node
 * does not report is absent. {@code /-/healthy} answers while the server runs.
 *
 * <p>It needs {@code io.prometheus:prometheus-metrics-core} and {@code prometheus-metrics-exporter-httpserver}; {@code
 * com.github.oshi:oshi-core} for the facts of the processor, the graphics cards and the operating system, and for all metrics
 * of other systems than Linux; and {@code at.favre.lib:bcrypt} for users. Without OSHI, the facts come from Linux's
 * files alone. Thread-safe.
 *
 * <pre>{@code
 * try (NodeExporter exporter = NodeExporter.start(NodeExporterOptions.DEFAULTS.withName("pi4"))) {
 *     System.out.println(exporter.metrics());
 * }
 * }</pre>
 */
public final class NodeExporter implements AutoCloseable {
    private static final Path ROOT = Path.of("/");
    private static final long MILLIS = 1000;

    private final NodeAgent agent;

    private NodeExporter(NodeAgent agent) {
        this.agent = agent;
    }

    /**
     * Starts an exporter.
     *
     * @param options its options
     * @return the exporter, which answers
     * @throws IOException if it cannot listen at the address, the file of the UUID can be neither read nor written, or
     *     the web configuration is wrong: the message names the file, the line and the field
     * @throws IllegalArgumentException if other machines would reach it without TLS and authentication, and the options
     *     do not allow this
     * @throws IllegalStateException if a library is missing
     */
    public static NodeExporter start(NodeExporterOptions options) throws IOException {
        return start(options, LinkOptions.DEFAULTS);
    }

    /**
     * Starts an exporter that measures links to other agents.
     *
     * @param options its options
     * @param links the links to measure; without peers, it only answers the measurements of other agents
     * @return the exporter, which answers
     * @throws IOException as {@link #start(NodeExporterOptions)}
     * @throws IllegalArgumentException as {@link #start(NodeExporterOptions)}, and if a peer has the name of this node
     * @throws IllegalStateException if a library is missing
     */
    public static NodeExporter start(NodeExporterOptions options, LinkOptions links) throws IOException {
        try {
            return new NodeExporter(
                    NodeAgent.start(settings(options), name -> List.of(LinkFeature.start(name, links.settings()))));
        } catch (NoClassDefFoundError missing) {
            throw new IllegalStateException(
                    "a library is missing (" + missing.getMessage()
                            + "): the exporter needs io.prometheus:prometheus-metrics-core and"
                            + " prometheus-metrics-exporter-httpserver, at.favre.lib:bcrypt for users, and"
                            + " com.github.oshi:oshi-core on other systems than Linux",
                    missing);
        }
    }

    private static AgentSettings settings(NodeExporterOptions options) {
        return new AgentSettings(
                options.address(),
                options.port(),
                options.name(),
                options.location().values(),
                options.webConfig(),
                options.uuidFile(),
                options.hostNames(),
                options.unprotected(),
                options.collectors(),
                ROOT,
                AgentServer.MAX_SECONDS * MILLIS);
    }

    /**
     * Returns the port on which it listens.
     *
     * @return the port, 1 to 65,535
     */
    public int port() {
        return agent.address().getPort();
    }

    /**
     * Returns the address of the metrics.
     *
     * @return the address that Prometheus scrapes, for instance {@code http://127.0.0.1:9100/metrics}
     */
    public URI metrics() {
        String host = agent.address().getAddress().getHostAddress();
        String scheme = agent.isSecured() ? "https" : "http";
        return URI.create(scheme + "://" + (host.indexOf(':') < 0 ? host : "[" + host.replace("%", "%25") + "]") + ":"
                + port() + "/metrics");
    }

    /**
     * Returns the node's name in the metrics.
     *
     * @return the name
     */
    public String name() {
        return agent.name();
    }

    /**
     * Returns the node's UUID, which was made once and is kept in a file.
     *
     * @return the UUID
     */
    public UUID uuid() {
        return UUID.fromString(agent.uuid());
    }

    /**
     * Returns what the exporter cannot do on this node, for people, for instance that the UUID cannot be kept.
     *
     * @return remarks; empty if it can do all
     */
    public List<String> notes() {
        return agent.notes();
    }

    /** Stops the server and ends its connections. */
    @Override
    public void close() {
        agent.close();
    }
}
