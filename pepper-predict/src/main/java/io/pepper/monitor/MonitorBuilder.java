package io.pepper.monitor;

import io.pepper.monitor.internal.Deadline;
import io.pepper.monitor.internal.SafeText;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The settings that monitors of nodes have in common: names, authentication, certificates and limits. Not thread-safe.
 *
 * @param <B> the builder itself
 */
public abstract sealed class MonitorBuilder<B extends MonitorBuilder<B>>
        permits AgentDeviceMonitor.Builder, PrometheusDeviceMonitor.Builder {
    final Map<String, String> nodes = new HashMap<>();
    final Set<String> devices = new TreeSet<>();
    final RequestHeaders headers = new RequestHeaders();
    Duration timeout = Duration.ofSeconds(5);
    Duration deadline = Duration.ofSeconds(20);
    Duration maxLinkAge = LinkOptions.DEFAULTS.maxAge();
    private final String source;
    private @Nullable SSLContext tls;

    /**
     * Creates a builder.
     *
     * @param source what the monitor reads, for messages
     */
    MonitorBuilder(String source) {
        this.source = source;
    }

    /** Returns this builder. */
    abstract B self();

    /** Returns a new client with these settings. */
    HttpClient http() {
        HttpClient.Builder http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(timeout);
        if (tls != null) {
            http.sslContext(tls);
        }
        return http.build();
    }

    /**
     * Names a node.
     *
     * @param instance the node's {@code HOST:PORT} as the monitor knows it, or another identity of the node, for
     *     instance its name in a reading
     * @param name the node's name
     * @return this builder
     * @throws IllegalArgumentException if another node has that name
     */
    public B node(String instance, String name) {
        nodes.forEach((other, given) -> {
            if (given.equalsIgnoreCase(name) && !other.equals(instance)) {
                throw new IllegalArgumentException("'" + SafeText.of(other) + "' and '" + SafeText.of(instance)
                        + "' would both be called '" + SafeText.of(name) + "'");
            }
        });
        nodes.put(instance, name);
        return self();
    }

    /**
     * Looks for the devices of a cluster. A node is read under a device's name if only this node matches it: by its own
     * name, the name or label that the monitor knows it by, its host, or its address. Other nodes are read, too. A device
     * that several nodes match is {@linkplain DeviceReading#ambiguous() ambiguous}; a device that no node matches is
     * missing.
     *
     * @param names the devices' names
     * @return this builder
     */
    public B devices(Collection<String> names) {
        devices.addAll(names);
        return self();
    }

    /**
     * Sends a bearer token with each request.
     *
     * @param token the token
     * @return this builder
     * @throws IllegalArgumentException if the token is empty or has a space or a line break, or if a user or another
     *     token is already set
     */
    public B bearerToken(String token) {
        headers.bearerToken(token);
        return self();
    }

    /**
     * Sends a user and a password with each request.
     *
     * @param user the name, without a colon
     * @param password the password
     * @return this builder
     * @throws IllegalArgumentException if the name has a colon, or if a user or a token is already set
     */
    public B basic(String user, String password) {
        headers.basic(user, password);
        return self();
    }

    /**
     * Sends a header with each request, for instance {@code X-Scope-OrgID} for the tenant of a Mimir, Cortex or Loki.
     *
     * @param name the header's name
     * @param value its value, of one line
     * @return this builder
     * @throws IllegalArgumentException if HTTP or Java forbids the header or its value, or if the header is already set;
     *     the message does not contain the value
     */
    public B header(String name, String value) {
        headers.add(name, value);
        return self();
    }

    /**
     * Replaces the trusted certificates.
     *
     * @param context the TLS context
     * @return this builder
     */
    public B tls(SSLContext context) {
        tls = context;
        return self();
    }

    /**
     * Limits the wait for one answer. The default is five seconds.
     *
     * @param value limit for connecting, and again for the answer; more than 0
     * @return this builder
     * @throws IllegalArgumentException if {@code value} is not more than 0
     */
    public B timeout(Duration value) {
        timeout = Deadline.positive(value, "timeout of " + source);
        return self();
    }

    /**
     * Limits a whole reading with all its requests. The default is twenty seconds.
     *
     * @param value more than 0. What was not read by then is missing, and the reading reports this
     * @return this builder
     * @throws IllegalArgumentException if {@code value} is not more than 0
     */
    public B deadline(Duration value) {
        deadline = Deadline.positive(value, "deadline of " + source);
        return self();
    }

    /**
     * Limits the age of measured links. The default is ten minutes.
     *
     * @param value maximum time since the measurement; older ones are stale and ignored
     * @return this builder
     * @throws IllegalArgumentException if {@code value} is not more than 0
     */
    public B maxLinkAge(Duration value) {
        maxLinkAge = Deadline.positive(value, "age of links of " + source);
        return self();
    }
}
