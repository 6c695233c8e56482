package io.pepper.monitor;

import io.pepper.cluster.DeviceState;
import io.pepper.monitor.internal.Deadline;
import io.pepper.monitor.internal.PrometheusAddress;
import io.pepper.monitor.internal.PrometheusClient;
import io.pepper.monitor.internal.PrometheusClient.NoAnswerException;
import io.pepper.monitor.internal.SafeText;
import io.pepper.monitor.internal.Sample;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that a Prometheus watches by node_exporter and, where it runs, the characterization agent of EdgeCloud Mon. A node
 * is known by its name: what node_exporter tells of an instance is joined to it by {@code node_uname_info}, by a mapping that
 * is given, or by the instance's host. Thread-safe.
 *
 * <pre>{@code
 * DeviceMonitor monitor = PrometheusDeviceMonitor.builder(URI.create("http://prometheus:9090")).build();
 * monitor.read().forEach((name, reading) -> System.out.println(name + " " + reading.state().cpuLoadPercent()));
 * }</pre>
 */
public final class PrometheusDeviceMonitor implements DeviceMonitor {
    private static final double PERCENT = 100;

    private static final String NODE = "char_node_name";
    private static final String RATE = "; a rate needs two scrapes within its window";

    /** By how much a rate may miss the ends of its range. */
    private static final double SLACK = 1;

    private final PrometheusClient client;
    private final PrometheusQueries queries;
    private final Map<String, String> nodes;
    private final Duration mostAge;
    private final Duration deadline;

    private PrometheusDeviceMonitor(Builder builder) {
        HttpClient.Builder http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(builder.timeout);
        if (builder.tls != null) {
            http.sslContext(builder.tls);
        }
        client = new PrometheusClient(
                http.build(),
                builder.server.uri(),
                builder.headers,
                new PrometheusClient.Patience(builder.timeout, builder.retries, builder.backOff));
        deadline = builder.deadline;
        queries = builder.queries;
        nodes = Map.copyOf(builder.nodes);
        mostAge = builder.mostAge;
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
        return new Reading().read();
    }

    /** One reading of all nodes. */
    private final class Reading {
        private final Map<String, String> names = new HashMap<>(nodes);
        private final Map<String, DeviceState> states = new TreeMap<>();
        private final Map<String, Map<String, String>> labels = new HashMap<>();
        private final Map<String, List<String>> problems = new HashMap<>();
        private final List<String> failed = new ArrayList<>();

        /** The nodes that told a number, by what that is. */
        private final Map<String, Set<String>> tellers = new LinkedHashMap<>();

        /** What to think of where a number is missing. */
        private final Map<String, String> hints = new HashMap<>();

        private final Deadline end = Deadline.in(deadline, System::nanoTime);
        private int asked;

        /** Takes a number into a state. */
        @FunctionalInterface
        private interface Taking {
            DeviceState take(DeviceState state, double value);
        }

        Map<String, DeviceReading> read() throws IOException {
            for (Sample sample : ask("node names", queries.nodeName())) {
                String instance = sample.labels().get("instance");
                String name = sample.labels().get("nodename");
                if (instance != null && name != null) {
                    names.putIfAbsent(instance, name);
                }
            }
            take("CPU load", queries.cpuLoadPercent(), (state, value) -> state.withCpuLoadPercent(percent(value)));
            take("disk usage", queries.diskUsagePercent(), (s, value) -> s.withDiskUsagePercent(percent(value)));
            take("runnable threads", queries.runnableThreads(), DeviceState::withRunnableThreads);
            take("free memory", queries.memoryFreeBytes(), (s, value) -> s.withMemoryFreeBytes((long) value));
            take("memory", queries.memoryTotalBytes(), (s, value) -> s.withMemoryTotalBytes((long) value));
            take("cores", queries.cores(), (state, value) -> state.withCores((int) value));
            take("power", queries.powerWatts(), DeviceState::withPowerWatts);
            tellers.keySet()
                    .removeIf(what -> what.startsWith("power")); // Few nodes tell it: no problem where it is missing.
            models();
            sayWhatIsMissing();
            ages();
            sayWhoIsMissing();
            if (asked > 0 && failed.size() == asked) {
                throw new IOException(failed.get(0).replaceFirst("^[^:]*: ", ""));
            }
            Map<String, DeviceReading> readings = new TreeMap<>();
            states.forEach((name, state) -> {
                List<String> said = new ArrayList<>(failed);
                said.addAll(problems.getOrDefault(name, List.of()));
                readings.put(name, new DeviceReading(state, labels.getOrDefault(name, Map.of()), said));
            });
            return readings;
        }

        private List<Sample> ask(String what, String query) throws IOException {
            if (query.isEmpty()) {
                return List.of();
            }
            asked++;
            try {
                return client.query(query, end).samples();
            } catch (InterruptedIOException stopped) {
                throw stopped;
            } catch (IOException refused) {
                if (asked == 1 && refused instanceof NoAnswerException) {
                    throw refused; // Nobody is there: all other questions would wait as long.
                }
                failed.add(what + ": " + refused.getMessage());
                return List.of();
            }
        }

        /** The agent names nodes; an instance is named by a mapping, or by its host. */
        private Optional<String> node(Sample sample) {
            String named = sample.labels().get(NODE);
            if (named != null) {
                return Optional.of(named);
            }
            String instance = sample.labels().get("instance");
            return Optional.ofNullable(instance)
                    .map(known -> names.getOrDefault(known, known.replaceFirst(":\\d+$", "")));
        }

        private void take(String what, String query, Taking taking) throws IOException {
            if (query.isEmpty()) {
                return;
            }
            Set<String> told = new HashSet<>();
            List<Sample> samples = new ArrayList<>(ask(what, query));
            samples.sort(Comparator.comparing(sample -> sample.labels().containsKey(NODE)));
            for (Sample sample : samples) { // The agent is believed where the node itself tells nothing.
                Optional<String> name = node(sample);
                if (name.isPresent()
                        && (told.add(name.get()) || !sample.labels().containsKey(NODE))) {
                    take(what, name.get(), sample.value(), taking);
                }
            }
            tellers.put(what, told);
            hints.put(what, query.contains("rate(") ? RATE : "");
        }

        /** Only when all nodes are known can it be said what is missing of which. */
        private void sayWhatIsMissing() {
            tellers.forEach((what, told) -> states.keySet().stream()
                    .filter(name -> !told.contains(name))
                    .forEach(name -> problem(name, what + ": Prometheus has none" + hints.getOrDefault(what, ""))));
        }

        private void take(String what, String name, double value, Taking taking) {
            DeviceState state =
                    states.computeIfAbsent(name, first -> DeviceState.of(first).withReadAt(Instant.now()));
            try {
                if (!Double.isFinite(value)) {
                    throw new IllegalArgumentException("it is " + value);
                }
                states.put(name, taking.take(state, value));
            } catch (IllegalArgumentException wrong) {
                problem(name, what + ": " + wrong.getMessage());
            }
        }

        private void problem(String name, String problem) {
            problems.computeIfAbsent(name, first -> new ArrayList<>()).add(problem);
        }

        private void models() throws IOException {
            for (Sample sample : ask("device model", queries.deviceModel())) {
                String model = sample.labels().get("char_node_device_model_name");
                Optional<String> name = node(sample);
                if (model != null && name.isPresent()) {
                    states.put(
                            name.get(),
                            states.computeIfAbsent(name.get(), DeviceState::of).withModel(model));
                    for (String label : List.of("class", "uuid")) {
                        String value = sample.labels().get("char_node_" + label);
                        if (value != null) {
                            labels.computeIfAbsent(name.get(), first -> new HashMap<>())
                                    .put(label, value);
                        }
                    }
                }
            }
        }

        /** Nodes that were named but of which nothing is known now. */
        private void sayWhoIsMissing() throws IOException {
            Set<String> down = new HashSet<>();
            for (Sample sample : ask("reachability", queries.up())) {
                if (sample.value() == 0) {
                    down.add(sample.labels().getOrDefault("instance", ""));
                }
            }
            new TreeMap<>(names).forEach((instance, name) -> {
                if (!states.containsKey(name)) {
                    states.put(name, DeviceState.of(name));
                    problem(
                            name,
                            instance
                                    + (down.contains(instance)
                                            ? ": Prometheus cannot reach it"
                                            : ": Prometheus tells nothing of it"));
                }
            });
        }

        /** What is too old is forgotten, and said. */
        private void ages() throws IOException {
            for (Sample sample : ask("age", queries.age())) {
                Optional<String> name = node(sample).filter(states::containsKey);
                if (name.isPresent() && sample.value() > mostAge.toSeconds()) {
                    states.put(name.get(), DeviceState.of(name.get()));
                    problem(name.get(), "the last scrape is " + Math.round(sample.value()) + " seconds old");
                }
            }
        }
    }

    private static double percent(double value) {
        if (value < -SLACK || value > PERCENT + SLACK) {
            throw new IllegalArgumentException(value + " % is out of range");
        }
        return Math.min(PERCENT, Math.max(0, value));
    }

    /** Options of a monitor. Not thread-safe. */
    public static final class Builder {
        private static final String AUTHORIZATION = "Authorization";

        private final PrometheusAddress server;
        private PrometheusQueries queries = PrometheusQueries.DEFAULTS;
        private final Map<String, String> nodes = new HashMap<>();
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
         * @param instance the instance as Prometheus calls it, with its port
         * @param name the node's name
         * @return this builder
         */
        public Builder node(String instance, String name) {
            nodes.put(instance, name);
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
