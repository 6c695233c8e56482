package io.pepper.examples.cli;

import io.pepper.examples.QuantityText;
import io.pepper.internal.net.Certificates;
import io.pepper.monitor.AgentDeviceMonitor;
import io.pepper.monitor.DeviceMonitor;
import io.pepper.monitor.LinkMonitor;
import io.pepper.monitor.MonitorBuilder;
import io.pepper.monitor.PrometheusDeviceMonitor;
import io.pepper.monitor.PrometheusQueries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options for reading devices from a Prometheus or from agents, which are the same for all commands. */
public final class PrometheusOptions {
    private static final String OF_PROMETHEUS = "30s";

    @Option(
            names = "--prometheus",
            paramLabel = "URL",
            description = "Read the state of the devices from this Prometheus, such as http://prometheus:9090.")
    private @Nullable String server;

    @Option(
            names = "--agents",
            paramLabel = "HOST:PORT,…",
            split = ",",
            description = "Read the state of the devices from these agents or node_exporters, without a Prometheus.")
    private List<String> agents = List.of();

    @Option(
            names = "--window",
            paramLabel = "30s",
            description = "Window of the CPU load: 30s of a Prometheus, where it must hold two scrapes; 1s of agents.")
    private Optional<String> window = Optional.empty();

    @Option(
            names = "--node",
            paramLabel = "INSTANCE=NAME",
            description = "Name of the node with this instance (with its port) in Prometheus. May be repeated.")
    private Map<String, String> nodes = Map.of();

    @Option(
            names = "--node-label",
            paramLabel = "LABEL",
            description = "Identify nodes by this label, such as node, instead of their instance.")
    private Optional<String> nodeLabel = Optional.empty();

    @Option(
            names = "--container",
            paramLabel = "CONTAINER=NAME",
            description =
                    "Name of the device that is this container (its name or POD/CONTAINER in cAdvisor). May be repeated.")
    private Map<String, String> containers = Map.of();

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "File with the bearer token for Prometheus or the agents.")
    private @Nullable Path token;

    @Option(
            names = "--user-file",
            paramLabel = "FILE",
            description = "File with USER:PASSWORD for Prometheus or the agents.")
    private @Nullable Path user;

    @Option(
            names = "--header",
            paramLabel = "NAME=VALUE",
            description = "A header to send, such as X-Scope-OrgID=TENANT; may be repeated.")
    private Map<String, String> headers = Map.of();

    @Option(
            names = "--ca-file",
            paramLabel = "FILE",
            description = "PEM file with the certificates to trust instead of the system's.")
    private @Nullable Path authorities;

    @Option(
            names = "--timeout",
            paramLabel = "5s",
            converter = Time.class,
            description = "Time limit of one answer (default: 5s).")
    private Duration timeout = Duration.ofSeconds(5);

    @Option(
            names = "--deadline",
            paramLabel = "20s",
            converter = Time.class,
            description = "Time limit of all answers together (default: 20s).")
    private Duration deadline = Duration.ofSeconds(20);

    @Option(
            names = "--link-age",
            paramLabel = "10min",
            converter = Time.class,
            description = "Oldest measurement of a link that counts (default: 10min).")
    private Duration linkAge = Duration.ofMinutes(10);

    /** Parses a duration such as 500ms, 5s or 2m. */
    static final class Time implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            try {
                return QuantityText.time(text);
            } catch (IllegalArgumentException refused) {
                throw new TypeConversionException(refused.getMessage());
            }
        }
    }

    /**
     * The monitors of devices and links.
     *
     * @param devices the monitor of the devices
     * @param links the monitor of the links between them
     */
    record Watch(DeviceMonitor devices, LinkMonitor links) {}

    boolean isGiven() {
        return server != null || !agents.isEmpty();
    }

    /** Returns the origin of the readings, for people, at the start of a sentence. */
    String source() {
        return server != null ? "Prometheus" : "The monitor of agents";
    }

    /** Returns the origin of the readings with its address, without a user or password. */
    String origin() {
        return server != null
                ? "Prometheus " + server.replaceFirst("//[^/]*@", "//")
                : "agents " + String.join(", ", agents);
    }

    /**
     * Returns the window of rates in a Prometheus.
     *
     * @return the window in Prometheus's syntax
     */
    public String window() {
        return window.orElse(OF_PROMETHEUS);
    }

    /**
     * Returns the monitor of the devices.
     *
     * @param devices the names of the wanted devices; empty for all nodes
     * @return the monitor; empty without {@code --prometheus} and {@code --agents}
     * @throws IOException if a file of an option cannot be read
     * @throws IllegalArgumentException if an option is invalid
     */
    public Optional<DeviceMonitor> monitor(Collection<String> devices) throws IOException {
        return watch(devices).map(Watch::devices);
    }

    /** Returns the monitors of devices and links; empty without {@code --prometheus} and {@code --agents}. */
    Optional<Watch> watch(Collection<String> devices) throws IOException {
        if (server != null && !agents.isEmpty()) {
            throw new IllegalArgumentException("--prometheus and --agents exclude each other");
        }
        if (!agents.isEmpty()) {
            AgentDeviceMonitor monitor = agentMonitor(devices);
            return Optional.of(new Watch(monitor, monitor));
        }
        if (server == null) {
            return Optional.empty();
        }
        PrometheusDeviceMonitor monitor = prometheusMonitor(server, devices);
        return Optional.of(new Watch(monitor, monitor));
    }

    private AgentDeviceMonitor agentMonitor(Collection<String> devices) throws IOException {
        if (nodeLabel.isPresent() || !containers.isEmpty()) {
            throw new IllegalArgumentException("--node-label and --container are for --prometheus alone");
        }
        return configured(AgentDeviceMonitor.builder(agents), devices)
                .window(QuantityText.time(window.orElse("1s")))
                .build();
    }

    private PrometheusDeviceMonitor prometheusMonitor(String address, Collection<String> devices) throws IOException {
        PrometheusDeviceMonitor.Builder builder =
                configured(PrometheusDeviceMonitor.builder(address), devices).queries(PrometheusQueries.over(window()));
        nodeLabel.ifPresent(builder::nodeLabel);
        containers.forEach(builder::container);
        return builder.build();
    }

    /** Returns a builder with the options that both kinds of monitors have. */
    private <B extends MonitorBuilder<B>> B configured(B builder, Collection<String> devices) throws IOException {
        builder.timeout(timeout).deadline(deadline).maxLinkAge(linkAge).devices(devices);
        nodes.forEach(builder::node);
        headers.forEach(builder::header);
        if (token != null) {
            builder.bearerToken(Files.readString(token).strip());
        }
        if (user != null) {
            readUser(user, builder::basic);
        }
        if (authorities != null) {
            builder.tls(Certificates.client(Optional.empty(), Optional.of(authorities)));
        }
        return builder;
    }

    /** Reads a file with {@code USER:PASSWORD}. */
    static void readUser(Path file, BiConsumer<String, String> user) throws IOException {
        String both = Files.readString(file).strip();
        int split = both.indexOf(':');
        if (split < 1) {
            throw new IllegalArgumentException(file + ": is not USER:PASSWORD");
        }
        user.accept(both.substring(0, split), both.substring(split + 1));
    }
}
