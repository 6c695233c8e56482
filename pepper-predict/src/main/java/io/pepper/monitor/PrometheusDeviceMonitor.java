package io.pepper.monitor;

import io.pepper.monitor.internal.Answer;
import io.pepper.monitor.internal.Deadline;
import io.pepper.monitor.internal.PrometheusAddress;
import io.pepper.monitor.internal.PrometheusClient;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
        PrometheusClient client = new PrometheusClient(
                builder.http(),
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
        return reader.readLinks(newDeadline());
    }

    /** A builder of a monitor. Not thread-safe. */
    public static final class Builder extends MonitorBuilder<Builder> {
        private final PrometheusAddress server;
        private PrometheusQueries queries = PrometheusQueries.DEFAULTS;
        private final Map<String, String> containers = new HashMap<>();
        private Optional<String> nodeLabel = Optional.empty();
        private int retries = 2;
        private Duration backOff = Duration.ofMillis(200);
        private Duration maxAge = Duration.ofMinutes(2);

        private Builder(PrometheusAddress server) {
            super("Prometheus");
            this.server = server;
            server.user().ifPresent(both -> {
                int split = both.indexOf(':');
                basic(split < 0 ? both : both.substring(0, split), split < 0 ? "" : both.substring(split + 1));
            });
        }

        @Override
        Builder self() {
            return this;
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
         * Creates the monitor.
         *
         * @return the monitor
         */
        public PrometheusDeviceMonitor build() {
            return new PrometheusDeviceMonitor(this);
        }
    }
}
