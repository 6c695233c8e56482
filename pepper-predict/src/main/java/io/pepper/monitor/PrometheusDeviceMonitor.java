package io.pepper.monitor;

import io.pepper.monitor.internal.Deadline;
import io.pepper.monitor.internal.PrometheusAddress;
import io.pepper.monitor.internal.PrometheusClient;
import io.pepper.monitor.internal.SafeText;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that a Prometheus watches by node_exporter and, where it runs, the characterization agent of EdgeCloud Mon. Thread-safe.
 *
 * <p>A node is known by its {@code instance}, or by the label that is chosen; without one by {@code node} or by its own name. It is
 * called by that label's value or, where that is an address, by its own name if no other node has it, else by the host. Nodes with the
 * same identity are told apart by their other labels, as in {@code gateway@north}. Series of two jobs that are of one node are
 * recognised: the system, the cores, the memory, the boot time and the idle time of the processor agree. What may be of two nodes is of
 * none, and said.
 *
 * <pre>{@code
 * DeviceMonitor monitor = PrometheusDeviceMonitor.builder(URI.create("http://prometheus:9090")).build();
 * monitor.read().forEach((name, reading) -> System.out.println(name + " " + reading.state().cpuLoadPercent()));
 * }</pre>
 */
public final class PrometheusDeviceMonitor implements DeviceMonitor {
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
                builder.headers,
                new PrometheusClient.Patience(builder.timeout, builder.retries, builder.backOff));
        reader = new PrometheusReader(
                client,
                builder.queries,
                new PrometheusReader.Options(
                        builder.nodes, builder.containers, builder.nodeLabel, builder.devices, builder.mostAge));
        deadline = builder.deadline;
    }

    /**
     * Returns a builder with the defaults: no authentication, five seconds for a request, twenty for a reading, two retries, scrapes
     * up to two minutes old.
     *
     * @param server the server's address, with a path if it stands behind one. A user and password in it are sent as HTTP basic
     *     authentication and appear in no message
     * @return a new builder
     * @throws IllegalArgumentException if it is no address of HTTP; the message has no password
     */
    public static Builder builder(URI server) {
        return builder(server.toString());
    }

    /**
     * Returns a builder with the defaults.
     *
     * @param server the server's address as a person types it
     * @return a new builder
     * @throws IllegalArgumentException if it is no address of HTTP; the message says which is probably meant, and has no password
     */
    public static Builder builder(String server) {
        return new Builder(PrometheusAddress.parse(server));
    }

    @Override
    public Map<String, DeviceReading> read() throws IOException {
        return reader.read(Deadline.in(deadline, System::nanoTime));
    }

    /** Options of a monitor. Not thread-safe. */
    public static final class Builder {
        private static final String AUTHORIZATION = "Authorization";

        private final PrometheusAddress server;
        private PrometheusQueries queries = PrometheusQueries.DEFAULTS;
        private final Map<String, String> nodes = new HashMap<>();
        private final Map<String, String> containers = new HashMap<>();
        private final Set<String> devices = new TreeSet<>();
        private Optional<String> nodeLabel = Optional.empty();
        private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        private Duration timeout = Duration.ofSeconds(5);
        private Duration deadline = Duration.ofSeconds(20);
        private int retries = 2;
        private Duration backOff = Duration.ofMillis(200);
        private Duration mostAge = Duration.ofMinutes(2);
        private @Nullable SSLContext tls;

        private Builder(PrometheusAddress server) {
            this.server = server;
            server.user().ifPresent(both -> {
                int split = both.indexOf(':');
                basic(split < 0 ? both : both.substring(0, split), split < 0 ? "" : both.substring(split + 1));
            });
        }

        /**
         * Asks other queries.
         *
         * @param value what to ask
         * @return this builder
         */
        public Builder queries(PrometheusQueries value) {
            queries = value;
            return this;
        }

        /**
         * Names the node of an instance.
         *
         * @param instance the instance as Prometheus calls it, with its port; or what else the node is known by, for instance the name
         *     that it has in a reading
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
         * Watches a container, as cAdvisor tells of it: its cores, memory and load are those of its limits, and how often it is
         * stopped for its quota is among the conditions.
         *
         * @param container its name as Docker or Kubernetes has it, or {@code POD/CONTAINER}
         * @param device what to call it
         * @return this builder
         */
        public Builder container(String container, String device) {
            containers.put(container, device);
            return this;
        }

        /**
         * Knows nodes by a label instead of {@code instance}.
         *
         * @param label for instance {@code node}; targets without it are known by their instance
         * @return this builder
         */
        public Builder nodeLabel(String label) {
            nodeLabel = Optional.of(label);
            return this;
        }

        /**
         * Looks for devices of a cluster: a node is read under the name of the device that only it can be, by its own name, its
         * host, its instance or another label that names it. Other nodes are read, too. A device that several nodes may be is
         * {@linkplain DeviceReading#ambiguous() ambiguous}; one that no node is, is missing.
         *
         * @param names the devices
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
         * @throws IllegalArgumentException if it has a space or a line break, or if there is a user or another token already
         */
        public Builder bearerToken(String token) {
            if (!token.matches("[!-~]+")) {
                throw new IllegalArgumentException(
                        "the bearer token is empty, or has a space, a line break or another character that no token has");
            }
            return header(AUTHORIZATION, "Bearer " + token);
        }

        /**
         * Sends a user and a password.
         *
         * @param user the name, without a colon
         * @param password the password
         * @return this builder
         * @throws IllegalArgumentException if the name has a colon, or if there is a user or a token already
         */
        public Builder basic(String user, String password) {
            if (user.indexOf(':') >= 0) {
                throw new IllegalArgumentException("a user name has no colon");
            }
            byte[] both = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
            return header(AUTHORIZATION, "Basic " + Base64.getEncoder().encodeToString(both));
        }

        /**
         * Sends a header with each request, for instance {@code X-Scope-OrgID} for the tenant of a Mimir, Cortex or Loki.
         *
         * @param name the header's name
         * @param value its value, of one line
         * @return this builder
         * @throws IllegalArgumentException if HTTP or Java forbids the header or its value, or if it is there already; the message
         *     has not the value
         */
        public Builder header(String name, String value) {
            if (headers.containsKey(name)) {
                throw new IllegalArgumentException(
                        name.equalsIgnoreCase(AUTHORIZATION)
                                ? "there are two users or tokens: in the address, as a user, as a token, as a header; give one"
                                : "the header " + SafeText.of(name) + " is given twice");
            }
            try {
                HttpRequest.newBuilder().header(name, value);
            } catch (IllegalArgumentException forbidden) {
                throw new IllegalArgumentException("the header '" + SafeText.of(name)
                        + "' cannot be sent: its name is reserved or no name, or its value is no single line of text");
            }
            headers.put(name, value);
            return this;
        }

        /**
         * Trusts other certificates than the system's.
         *
         * @param context what to trust
         * @return this builder
         */
        public Builder tls(SSLContext context) {
            tls = context;
            return this;
        }

        /**
         * Limits the wait for one answer.
         *
         * @param value for a connection, and again for an answer; above 0
         * @return this builder
         */
        public Builder timeout(Duration value) {
            timeout = positive(value, "timeout");
            return this;
        }

        /**
         * Limits a whole reading, with all its queries and retries.
         *
         * @param value above 0; what was not read by then is missing, and the reading says so
         * @return this builder
         */
        public Builder deadline(Duration value) {
            deadline = positive(value, "deadline");
            return this;
        }

        private static Duration positive(Duration value, String what) {
            if (value.toMillis() <= 0) {
                throw new IllegalArgumentException("the " + what + " of Prometheus is " + value + ", and not above 0");
            }
            return value;
        }

        /**
         * Asks again where a failure may pass: no connection, no answer in time, HTTP 429 and 5xx.
         *
         * @param count how often
         * @param wait how long before the first time; twice as long each time after
         * @return this builder
         */
        public Builder retries(int count, Duration wait) {
            retries = count;
            backOff = wait;
            return this;
        }

        /**
         * Forgets what is older.
         *
         * @param value since the last scrape
         * @return this builder
         */
        public Builder mostAge(Duration value) {
            mostAge = value;
            return this;
        }

        /**
         * Makes the monitor.
         *
         * @return it
         */
        public PrometheusDeviceMonitor build() {
            return new PrometheusDeviceMonitor(this);
        }
    }
}
