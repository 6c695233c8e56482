package io.pepper.monitor;

import io.pepper.monitor.internal.Deadline;
import io.pepper.monitor.internal.PrometheusAddress;
import io.pepper.monitor.internal.ScrapeClient;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A monitor of nodes without a Prometheus: it reads the metrics of agents, or of node_exporters, itself. Each reading
 * scrapes each agent twice, a window apart, so that it takes a little longer than the window. Thread-safe.
 *
 * <p>A node has the name of its agent, or else its own name, if that is unique, or else its host. An agent that does not
 * answer in time, or whose metrics are malformed, is a device without values; the reading has the reason. Metrics of an
 * agent that claim to be those of another address are not believed.
 *
 * <pre>{@code
 * AgentDeviceMonitor monitor = AgentDeviceMonitor.builder(List.of("10.0.0.5:9100", "10.0.0.6:9100")).build();
 * monitor.read().forEach((name, reading) -> System.out.println(name + " " + reading.state().cpuLoadPercent()));
 * Cluster now = cluster.withLinkStates(monitor.links());
 * }</pre>
 */
public final class AgentDeviceMonitor implements DeviceMonitor, LinkMonitor {
    private final AgentReader reader;
    private final Duration deadline;

    private AgentDeviceMonitor(Builder builder) {
        reader = new AgentReader(
                new ScrapeClient(builder.http(), builder.headers.all(), builder.timeout),
                new AgentReader.Options(
                        List.copyOf(builder.agents),
                        builder.window,
                        Map.copyOf(builder.nodes),
                        Set.copyOf(builder.devices),
                        builder.maxLinkAge));
        deadline = builder.deadline;
    }

    /**
     * Returns a builder with the defaults: a window of a second, no authentication, five seconds for an answer, twenty
     * seconds for a reading, links up to ten minutes old.
     *
     * @param agents the addresses, {@code HOST:PORT} or {@code http://HOST:PORT}, with a path if they are behind one
     * @return a new builder
     * @throws IllegalArgumentException if there is no agent, if an address is wrong, or if it has a user
     */
    public static Builder builder(Collection<String> agents) {
        return new Builder(agents);
    }

    @Override
    public Map<String, DeviceReading> read() throws IOException {
        return reader.read(Deadline.in(deadline, System::nanoTime));
    }

    /**
     * Reads the links that the agents measured. The names are those that the agents use, or that {@link Builder#node}
     * gives them.
     *
     * @throws IOException if no agent can be read
     */
    @Override
    public List<LinkReading> readLinks() throws IOException {
        return reader.readLinks(Deadline.in(deadline, System::nanoTime));
    }

    /** A builder of a monitor. Not thread-safe. */
    public static final class Builder extends MonitorBuilder<Builder> {
        private static final String METRICS = "/metrics";

        private final Set<URI> agents = new LinkedHashSet<>();
        private Duration window = Duration.ofSeconds(1);

        private Builder(Collection<String> addresses) {
            super("agents");
            addresses.forEach(address -> agents.add(parse(address)));
            if (agents.isEmpty()) {
                throw new IllegalArgumentException("there is no agent to read");
            }
        }

        @Override
        Builder self() {
            return this;
        }

        private static URI parse(String address) {
            String typed = address.contains("://") ? address : "http://" + address.strip();
            PrometheusAddress parsed = PrometheusAddress.parse(
                    typed.endsWith(METRICS) ? typed.substring(0, typed.length() - METRICS.length()) : typed);
            if (parsed.user().isPresent()) {
                throw new IllegalArgumentException(
                        "the address of an agent has no user: give the user to the monitor, or a token");
            }
            return parsed.uri();
        }

        /**
         * Sets the time between the two scrapes of a reading, over which the load is measured.
         *
         * @param value more than 0
         * @return this builder
         * @throws IllegalArgumentException if {@code value} is not more than 0
         */
        public Builder window(Duration value) {
            window = Deadline.positive(value, "window of agents");
            return this;
        }

        /**
         * Creates the monitor.
         *
         * @return the monitor
         */
        public AgentDeviceMonitor build() {
            return new AgentDeviceMonitor(this);
        }
    }
}
