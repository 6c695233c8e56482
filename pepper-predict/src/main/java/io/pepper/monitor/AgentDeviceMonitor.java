package io.pepper.monitor;

import io.pepper.monitor.internal.Deadline;
import io.pepper.monitor.internal.PrometheusAddress;
import io.pepper.monitor.internal.ScrapeClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

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
        HttpClient.Builder http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(builder.timeout);
        if (builder.tls != null) {
            http.sslContext(builder.tls);
        }
        reader = new AgentReader(
                new ScrapeClient(http.build(), builder.headers.all(), builder.timeout),
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
    public static final class Builder {
        private static final String METRICS = "/metrics";

        private final Set<URI> agents = new LinkedHashSet<>();
        private final Map<String, String> nodes = new HashMap<>();
        private final Set<String> devices = new TreeSet<>();
        private final RequestHeaders headers = new RequestHeaders();
        private Duration window = Duration.ofSeconds(1);
        private Duration timeout = Duration.ofSeconds(5);
        private Duration deadline = Duration.ofSeconds(20);
        private Duration maxLinkAge = LinkOptions.DEFAULTS.maxAge();
        private @Nullable SSLContext tls;

        private Builder(Collection<String> addresses) {
            addresses.forEach(address -> agents.add(parse(address)));
            if (agents.isEmpty()) {
                throw new IllegalArgumentException("there is no agent to read");
            }
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
         * Names a node.
         *
         * @param agent the agent's {@code HOST:PORT}, or the name that the node would otherwise have
         * @param name the node's name
         * @return this builder
         */
        public Builder node(String agent, String name) {
            nodes.put(agent, name);
            return this;
        }

        /**
         * Looks for the devices of a cluster. A node is read under a device's name if only this node matches it: by its
         * own name, its agent's name, its host, or its address. Other nodes are read, too.
         *
         * @param names the devices' names
         * @return this builder
         */
        public Builder devices(Collection<String> names) {
            devices.addAll(names);
            return this;
        }

        /**
         * Sends a bearer token to each agent.
         *
         * @param token the token
         * @return this builder
         * @throws IllegalArgumentException if the token is empty or has a space or a line break, or if a user or
         *     another token is already set
         */
        public Builder bearerToken(String token) {
            headers.bearerToken(token);
            return this;
        }

        /**
         * Sends a user and a password to each agent.
         *
         * @param user the name, without a colon
         * @param password the password
         * @return this builder
         * @throws IllegalArgumentException if the name has a colon, or if a user or a token is already set
         */
        public Builder basic(String user, String password) {
            headers.basic(user, password);
            return this;
        }

        /**
         * Sends a header with each request.
         *
         * @param name the header's name
         * @param value its value, of one line
         * @return this builder
         * @throws IllegalArgumentException if HTTP or Java forbids the header or its value, or if the header is already
         *     set; the message does not contain the value
         */
        public Builder header(String name, String value) {
            headers.add(name, value);
            return this;
        }

        /**
         * Replaces the trusted certificates.
         *
         * @param context the TLS context
         * @return this builder
         */
        public Builder tls(SSLContext context) {
            tls = context;
            return this;
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
         * Limits the wait for one answer.
         *
         * @param value limit for connecting, and again for the answer; more than 0
         * @return this builder
         * @throws IllegalArgumentException if {@code value} is not more than 0
         */
        public Builder timeout(Duration value) {
            timeout = Deadline.positive(value, "timeout of agents");
            return this;
        }

        /**
         * Limits a whole reading.
         *
         * @param value more than the window. Agents that were not read by then are missing, and the reading reports this
         * @return this builder
         * @throws IllegalArgumentException if {@code value} is not more than 0
         */
        public Builder deadline(Duration value) {
            deadline = Deadline.positive(value, "deadline of agents");
            return this;
        }

        /**
         * Limits the age of measured links.
         *
         * @param value maximum time since the measurement; older ones are stale and ignored
         * @return this builder
         * @throws IllegalArgumentException if {@code value} is not more than 0
         */
        public Builder maxLinkAge(Duration value) {
            maxLinkAge = Deadline.positive(value, "age of links of agents");
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
