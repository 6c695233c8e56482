package io.pepper.monitor;

import io.pepper.document.SafeText;
import io.prometheus.metrics.model.registry.MultiCollector;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The options of a {@link NodeExporter}. Immutable.
 *
 * @param address the address on which it listens
 * @param port the port; 0 for any free one
 * @param name the node's name in all metrics; empty for its host name
 * @param location the place of the node
 * @param webConfig a web configuration file in the format of Prometheus, with certificates and users; empty for none
 * @param uuidFile the file that keeps the node's UUID; empty for {@code ~/.local/state/pepper/node-uuid}
 * @param hostNames names, besides {@code localhost} and plain addresses, by which clients may call an exporter on the
 *     loopback address (their {@code Host} header)
 * @param unprotected whether other machines may read the metrics without TLS and authentication
 * @param collectors further metrics, for instance those of sessions in this process
 */
public record NodeExporterOptions(
        String address,
        int port,
        Optional<String> name,
        NodeLocation location,
        Optional<Path> webConfig,
        Optional<Path> uuidFile,
        Set<String> hostNames,
        boolean unprotected,
        List<MultiCollector> collectors) {
    /** The default options: the loopback address at port 9100, under the host's name. */
    public static final NodeExporterOptions DEFAULTS = new NodeExporterOptions(
            "127.0.0.1",
            9100,
            Optional.empty(),
            NodeLocation.UNKNOWN,
            Optional.empty(),
            Optional.empty(),
            Set.of(),
            false,
            List.of());

    private static final int MAX_PORT = 65_535;
    private static final int MAX_NAME = 253;

    /**
     * Creates options.
     *
     * @param address the address on which it listens
     * @param port the port; 0 for any free one
     * @param name the node's name in all metrics; empty for its host name
     * @param location the place of the node
     * @param webConfig a web configuration file in the format of Prometheus; empty for none
     * @param uuidFile the file that keeps the node's UUID; empty for the usual one
     * @param hostNames names by which clients may call an exporter on the loopback address
     * @param unprotected whether other machines may read the metrics without TLS and authentication
     * @param collectors further metrics
     * @throws IllegalArgumentException if the port is not between 0 and 65,535, or the name is empty, longer than 253
     *     characters or has control characters
     */
    public NodeExporterOptions {
        hostNames = Set.copyOf(hostNames);
        collectors = List.copyOf(collectors);
        if (port < 0 || port > MAX_PORT) {
            throw new IllegalArgumentException("the port " + port + " is not between 0 and " + MAX_PORT);
        }
        String shown = name.orElse("node");
        if (shown.isBlank()
                || shown.length() > MAX_NAME
                || !SafeText.line(shown).equals(shown)) {
            throw new IllegalArgumentException("the node's name '" + SafeText.of(shown)
                    + "' is empty, has control characters or is longer than " + MAX_NAME + " characters");
        }
    }

    /**
     * Sets the address and port.
     *
     * @param where the address; {@code 0.0.0.0} for all
     * @param at the port, 0 to 65,535; 0 for any free one
     * @return new options
     */
    public NodeExporterOptions withAddress(String where, int at) {
        return new NodeExporterOptions(
                where, at, name, location, webConfig, uuidFile, hostNames, unprotected, collectors);
    }

    /**
     * Sets the node's name.
     *
     * @param value the name in all metrics, 1 to 253 characters
     * @return new options
     */
    public NodeExporterOptions withName(String value) {
        return new NodeExporterOptions(
                address, port, Optional.of(value), location, webConfig, uuidFile, hostNames, unprotected, collectors);
    }

    /**
     * Sets the place of the node.
     *
     * @param value the place
     * @return new options
     */
    public NodeExporterOptions withLocation(NodeLocation value) {
        return new NodeExporterOptions(
                address, port, name, value, webConfig, uuidFile, hostNames, unprotected, collectors);
    }

    /**
     * Sets the web configuration file.
     *
     * @param file a file in the format of Prometheus; it is read once, at the start
     * @return new options
     */
    public NodeExporterOptions withWebConfig(Path file) {
        return new NodeExporterOptions(
                address, port, name, location, Optional.of(file), uuidFile, hostNames, unprotected, collectors);
    }

    /**
     * Sets the file that keeps the node's UUID.
     *
     * @param file the file; it is made if it does not exist
     * @return new options
     */
    public NodeExporterOptions withUuidFile(Path file) {
        return new NodeExporterOptions(
                address, port, name, location, webConfig, Optional.of(file), hostNames, unprotected, collectors);
    }

    /**
     * Sets the accepted host names.
     *
     * @param names the names, without a port
     * @return new options
     */
    public NodeExporterOptions withHostNames(Set<String> names) {
        return new NodeExporterOptions(
                address, port, name, location, webConfig, uuidFile, names, unprotected, collectors);
    }

    /**
     * Allows other machines to read the metrics without TLS and authentication.
     *
     * @param value whether this is allowed
     * @return new options
     */
    public NodeExporterOptions withUnprotected(boolean value) {
        return new NodeExporterOptions(
                address, port, name, location, webConfig, uuidFile, hostNames, value, collectors);
    }

    /**
     * Adds metrics. With Micrometer, these are the meters of a {@code PrometheusMeterRegistry}:
     *
     * <pre>{@code
     * options.withCollector(meters.getPrometheusRegistry()::scrape)
     * }</pre>
     *
     * @param collector is called at each scrape, from several threads. A failure costs only its own metrics; a metric
     *     whose name the exporter has itself is left out
     * @return new options
     */
    public NodeExporterOptions withCollector(MultiCollector collector) {
        return new NodeExporterOptions(
                address,
                port,
                name,
                location,
                webConfig,
                uuidFile,
                hostNames,
                unprotected,
                Stream.concat(collectors.stream(), Stream.of(collector)).toList());
    }
}
