package io.pepper.monitor;

import io.pepper.monitor.internal.Answer;
import io.pepper.monitor.internal.Deadline;
import io.pepper.monitor.internal.PrometheusAddress;
import io.pepper.monitor.internal.PrometheusClient;
import io.pepper.monitor.internal.SafeText;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A monitor of the nodes that a Prometheus watches with node_exporter and, where it runs, with the characterization
 * agent of EdgeCloud Mon. Thread-safe.
 *
 * <p>The label {@code instance}, or a chosen label, identifies a node; without it, {@code node} or the node's own name
 * does. The node's name is that label's value. If the value is an address, it is the node's own name if that is unique,
 * else the host. Nodes with the same identity are distinguished by their other labels, as in {@code gateway@north}.
 * Series of two jobs that describe one node are recognised by agreeing values: the system, the cores, the memory, the
 * boot time and the idle time of the processor. Values that may belong to two nodes are assigned to neither, and the
 * readings report this.
 *
 * <pre>{@code
 * DeviceMonitor monitor = PrometheusDeviceMonitor.builder(URI.create("http://prometheus:9090")).build();
 * monitor.read().forEach((name, reading) -> System.out.println(name + " " + reading.state().cpuLoadPercent()));
 * }</pre>
 */
public final class PrometheusDeviceMonitor implements DeviceMonitor, LinkMonitor {
    private final PrometheusReader reader;
    private final Duration deadline;

    private PrometheusDeviceMonitor(Builder builder) {
        HttpClient.Builder http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(builder.timeout);
        if (builder.tls != null) {
            http.sslContext(builder.tls);
        }
        PrometheusClient client = new PrometheusClient(
                http.build(),
                builder.server.uri(),
                builder.headers.all(),
                new PrometheusClient.Patience(builder.timeout, builder.retries, builder.backOff));
        reader = new PrometheusReader(
                client,
                builder.queries,
                new PrometheusReader.Options(
                        builder.nodes,
                        builder.containers,
                        builder.nodeLabel,
                        builder.devices,
                        builder.maxAge,
                        builder.maxLinkAge));
        deadline = builder.deadline;
    }

    /**
     * Returns a builder with the defaults: no authentication, five seconds for a request, twenty seconds for a reading,
     * two retries, scrapes up to two minutes and links up to ten minutes old.
     *
     * @param server the server's address, with a path if it is behind one. A user and password in the address are sent
     *     as HTTP basic authentication and appear in no message
     * @return a new builder
     * @throws IllegalArgumentException if it is not an HTTP address; the message does not contain the password
     */
    public static Builder builder(URI server) {
        return builder(server.toString());
    }

    /**
     * Returns a builder with the defaults.
     *
     * @param server the server's address as a person types it
     * @return a new builder
     * @throws IllegalArgumentException if it is not an HTTP address; the message suggests the likely one and does not
     *     contain the password
     */
    public static Builder builder(String server) {
        return new Builder(PrometheusAddress.parse(server));
    }

    @Override
    public Map<String, DeviceReading> read() throws IOException {
        return reader.read(newDeadline());
    }

    /**
     * Sends a query for other series than those of a reading, with the same limits, retries and authentication.
     *
     * @param query an expression of PromQL whose value is an instant vector
     * @return the answer, which may be empty
     * @throws java.io.InterruptedIOException if the thread is interrupted
     * @throws IOException if there is no usable answer; the message states the reason
     */
    public MetricAnswer query(String query) throws IOException {
        Answer answer = reader.client().query(query, newDeadline());
        return new MetricAnswer(
                answer.samples().stream()
                        .map(sample -> new MetricAnswer.Sample(sample.labels(), sample.value()))
                        .toList(),
                answer.warnings());
    }

    /**
     * Returns the address of the server, without a user and a password.
     *
     * @return the address, for messages
     */
    @Override
    public String toString() {
        return reader.client().toString();
    }

    /** Returns the reader, for further documents of the same server. */
    PrometheusReader reader() {
        return reader;
    }

    /** Returns the deadline of a reading that starts now. */
    Deadline newDeadline() {
        return Deadline.in(deadline, System::nanoTime);
    }

    /**
     * Reads the links that agents measured and this Prometheus scraped. The names are those that the agents use, or that
     * {@link Builder#node} gives them.
     */
    @Override
    public List<LinkReading> readLinks() throws IOException {
        return reader.readLinks(Deadline.in(deadline, System::nanoTime));
    }

    /** A builder of a monitor. Not thread-safe. */
    public static final class Builder {
        private final PrometheusAddress server;
        private PrometheusQueries queries = PrometheusQueries.DEFAULTS;
        private final Map<String, String> nodes = new HashMap<>();
        private final Map<String, String> containers = new HashMap<>();
        private final Set<String> devices = new TreeSet<>();
        private Optional<String> nodeLabel = Optional.empty();
        private final RequestHeaders headers = new RequestHeaders();
        private Duration timeout = Duration.ofSeconds(5);
        private Duration deadline = Duration.ofSeconds(20);
        private int retries = 2;
        private Duration backOff = Duration.ofMillis(200);
        private Duration maxAge = Duration.ofMinutes(2);
        private Duration maxLinkAge = LinkOptions.DEFAULTS.maxAge();
        private @Nullable SSLContext tls;

        private Builder(PrometheusAddress server) {
            this.server = server;
            server.user().ifPresent(both -> {
                int split = both.indexOf(':');
                basic(split < 0 ? both : both.substring(0, split), split < 0 ? "" : both.substring(split + 1));
            });
        }

        /**
         * Replaces the queries.
         *
         * @param value the queries
         * @return this builder
         */
        public Builder queries(PrometheusQueries value) {
            queries = value;
            return this;
        }

        /**
         * Names the node of an instance.
         *
         * @param instance the instance in Prometheus, with its port, or another identity of the node, for instance its
         *     name in a reading
         * @param name the node's name
         * @return this builder
         * @throws IllegalArgumentException if another instance has that name
         */
        public Builder node(String instance, String name) {
            nodes.forEach((other, given) -> {
                if (given.equalsIgnoreCase(name) && !other.equals(instance)) {
                    throw new IllegalArgumentException("'" + SafeText.of(other) + "' and '" + SafeText.of(instance)
                            + "' would both be called '" + SafeText.of(name) + "'");
                }
            });
            nodes.put(instance, name);
            return this;
        }

        /**
         * Adds a container that cAdvisor reports. Its cores, memory and load refer to its limits; the share of
         * throttled periods is among the conditions.
         *
         * @param container its name in Docker or Kubernetes, or {@code POD/CONTAINER}
         * @param device the device's name in readings
         * @return this builder
         */
        public Builder container(String container, String device) {
            containers.put(container, device);
            return this;
        }

        /**
         * Identifies nodes by a label instead of {@code instance}.
         *
         * @param label the label, for instance {@code node}; targets without it are identified by their instance
         * @return this builder
         */
        public Builder nodeLabel(String label) {
            nodeLabel = Optional.of(label);
            return this;
        }

        /**
         * Looks for the devices of a cluster. A node is read under a device's name if only this node matches it: by the
         * node's own name, its host, its instance or another label. Other nodes are read, too. A device that several
         * nodes match is {@linkplain DeviceReading#ambiguous() ambiguous}; a device that no node matches is missing.
         *
         * @param names the devices' names
         * @return this builder
         */
        public Builder devices(Collection<String> names) {
            devices.addAll(names);
            return this;
        }

        /**
         * Sends a bearer token.
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
         * Sends a user and a password.
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
         * Sends a header with each request, for instance {@code X-Scope-OrgID} for the tenant of a Mimir, Cortex or
         * Loki.
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
         * Limits the wait for one answer.
         *
         * @param value limit for connecting, and again for the answer; more than 0
         * @return this builder
         * @throws IllegalArgumentException if {@code value} is not more than 0
         */
        public Builder timeout(Duration value) {
            timeout = Deadline.positive(value, "timeout of Prometheus");
            return this;
        }

        /**
         * Limits a whole reading with all its queries and retries.
         *
         * @param value more than 0. Values that were not read by then are missing, and the reading reports this
         * @return this builder
         * @throws IllegalArgumentException if {@code value} is not more than 0
         */
        public Builder deadline(Duration value) {
            deadline = Deadline.positive(value, "deadline of Prometheus");
            return this;
        }

        /**
         * Retries after failures that may pass: no connection, no answer in time, HTTP 429 and 5xx.
         *
         * @param count number of retries, 0 or more
         * @param wait wait before the first retry; it doubles with each further one
         * @return this builder
         */
        public Builder retries(int count, Duration wait) {
            retries = count;
            backOff = wait;
            return this;
        }

        /**
         * Limits the age of values.
         *
         * @param value maximum time since the last scrape; older values are ignored
         * @return this builder
         */
        public Builder maxAge(Duration value) {
            maxAge = value;
            return this;
        }

        /**
         * Limits the age of measured links.
         *
         * @param value maximum time since the measurement; older ones are stale and ignored. The default is ten minutes
         * @return this builder
         */
        public Builder maxLinkAge(Duration value) {
            maxLinkAge = value;
            return this;
        }

        /**
         * Creates the monitor.
         *
         * @return the monitor
         */
        public PrometheusDeviceMonitor build() {
            return new PrometheusDeviceMonitor(this);
        }
    }
}
