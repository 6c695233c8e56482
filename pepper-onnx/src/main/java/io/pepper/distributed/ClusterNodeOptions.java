package io.pepper.distributed;

import io.pepper.internal.net.HostPort;
import io.pepper.model.Isolation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Options of a node. Immutable and therefore thread-safe.
 *
 * <pre>{@code
 * ClusterNodeOptions options = ClusterNodeOptions.of("pi4", Path.of("parts"))
 *         .withListen("192.168.1.14", 7400)
 *         .withSeeds(List.of("192.168.1.10:7400"))
 *         .withSecurity(ClusterSecurity.of(Path.of("certs"), "pi4"));
 * }</pre>
 *
 * @param name the name of the device, 1 to 63 letters, digits, {@code .}, {@code _} and {@code -}; unique in the cluster
 * @param store the directory of the parts, which is created if needed; no other node may use it
 * @param host the address on which the node listens, a name or an IP address
 * @param port the port; 0 for any free one
 * @param advertised the address by which other members reach the node; empty for the address on which it listens
 * @param seeds members by which the node joins, {@code HOST:PORT}; a name may have several addresses. None to form a new
 *     cluster
 * @param kind the kind of the device; empty if unknown
 * @param labels further properties
 * @param agentUrl the address of the device's metrics; empty without an agent
 * @param security the certificate of the node; needed on any address other than loopback
 * @param deployers the names in certificates that may deploy; ignored without security
 * @param joining the longest time for joining, more than 0
 * @param unreachableAfter the silence after which a member counts as unreachable, 200 ms to an hour
 * @param removedAfter the time after which the strategy removes unreachable members, 200 ms to a day
 * @param splitBrain the strategy for clusters whose nodes do not reach each other
 * @param quorum the number of nodes for {@link SplitBrain#STATIC_QUORUM}, at least 1
 * @param isolation the limits of the child process that opens a new part before the node does
 * @param threads the number of threads of each part, at least 1
 * @param tensorMemory the largest size of the tensors that the node holds, in bytes, at least 1; empty for half of the
 *     heap's limit
 * @param cacheMemory the largest size of the caches of each part of a text generator, in bytes, at least 1; empty for a
 *     quarter of the memory that the node may use
 * @param capabilities what the node can do beside what is found by {@link java.util.ServiceLoader}; of the same name, the
 *     one in this list counts
 */
public record ClusterNodeOptions(
        String name,
        Path store,
        String host,
        int port,
        Optional<String> advertised,
        List<String> seeds,
        Optional<String> kind,
        Map<String, String> labels,
        Optional<String> agentUrl,
        Optional<ClusterSecurity> security,
        Set<String> deployers,
        Duration joining,
        Duration unreachableAfter,
        Duration removedAfter,
        SplitBrain splitBrain,
        int quorum,
        Isolation isolation,
        int threads,
        OptionalLong tensorMemory,
        OptionalLong cacheMemory,
        List<NodeCapability> capabilities) {
    /** The name of the certificate that may deploy by default. */
    public static final String DEFAULT_DEPLOYER = "admin";

    private static final int MAX_PORT = 65_535;
    private static final Duration SHORTEST = Duration.ofMillis(200);

    /**
     * Checks the values and copies the collections.
     *
     * @param name the name of the device
     * @param store the directory of the parts
     * @param host the address on which the node listens
     * @param port the port
     * @param advertised the address by which other members reach the node
     * @param seeds members by which the node joins
     * @param kind the kind of the device
     * @param labels further properties
     * @param agentUrl the address of the device's metrics
     * @param security the certificate of the node
     * @param deployers the names in certificates that may deploy
     * @param joining the longest time for joining
     * @param unreachableAfter the silence after which a member counts as unreachable
     * @param removedAfter the time after which the strategy removes unreachable members
     * @param splitBrain the strategy for clusters whose nodes do not reach each other
     * @param quorum the number of nodes for {@link SplitBrain#STATIC_QUORUM}
     * @param isolation the limits of the child process
     * @param threads the number of threads of each part
     * @param tensorMemory the largest size of the tensors that the node holds
     * @param cacheMemory the largest size of the caches of each part of a text generator
     * @param capabilities what the node can do beside what is found
     * @throws IllegalArgumentException if a value is out of its range
     */
    public ClusterNodeOptions {
        seeds = List.copyOf(seeds);
        capabilities = List.copyOf(capabilities);
        capabilities.forEach(capability -> ClusterNames.require(capability.name()));
        labels = Collections.unmodifiableMap(new TreeMap<>(labels));
        deployers = Collections.unmodifiableSet(new TreeSet<>(deployers));
        ClusterNames.require(name);
        seeds.forEach(HostPort::parse);
        require(port >= 0 && port <= MAX_PORT, "port", port);
        require(!joining.isNegative() && !joining.isZero(), "joining", joining);
        require(isWithin(unreachableAfter, Duration.ofHours(1)), "unreachableAfter", unreachableAfter);
        require(isWithin(removedAfter, Duration.ofDays(1)), "removedAfter", removedAfter);
        require(quorum >= 1, "quorum", quorum);
        require(threads >= 1, "threads", threads);
        require(tensorMemory.orElse(1) >= 1, "tensorMemory", tensorMemory.orElse(1));
        require(cacheMemory.orElse(1) >= 1, "cacheMemory", cacheMemory.orElse(1));
    }

    private static boolean isWithin(Duration value, Duration longest) {
        return value.compareTo(SHORTEST) >= 0 && value.compareTo(longest) <= 0;
    }

    private static void require(boolean right, String what, Object value) {
        if (!right) {
            throw new IllegalArgumentException(what + " " + value + " is out of range");
        }
    }

    /**
     * Returns options of a node that forms a cluster of its own on a free port of the loopback address.
     *
     * @param name the name of the device
     * @param store the directory of the parts
     * @return the options: unreachable after 5 s, removed after 10 s more, {@link SplitBrain#KEEP_MAJORITY}
     */
    public static ClusterNodeOptions of(String name, Path store) {
        return new ClusterNodeOptions(
                name,
                store,
                "127.0.0.1",
                0,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                Set.of(DEFAULT_DEPLOYER),
                Duration.ofSeconds(30),
                Duration.ofSeconds(5),
                Duration.ofSeconds(10),
                SplitBrain.KEEP_MAJORITY,
                1,
                Isolation.DEFAULTS,
                1,
                OptionalLong.empty(),
                OptionalLong.empty(),
                List.of());
    }

    /** The values under change. */
    private static final class Draft {
        private String host;
        private int port;
        private Optional<String> advertised;
        private List<String> seeds;
        private Optional<String> kind;
        private Map<String, String> labels;
        private Optional<String> agentUrl;
        private Optional<ClusterSecurity> security;
        private Set<String> deployers;
        private Duration joining;
        private Duration unreachableAfter;
        private Duration removedAfter;
        private SplitBrain splitBrain;
        private int quorum;
        private Isolation isolation;
        private int threads;
        private OptionalLong tensorMemory;
        private OptionalLong cacheMemory;
        private List<NodeCapability> capabilities;

        private Draft(ClusterNodeOptions from) {
            host = from.host;
            port = from.port;
            advertised = from.advertised;
            seeds = from.seeds;
            kind = from.kind;
            labels = from.labels;
            agentUrl = from.agentUrl;
            security = from.security;
            deployers = from.deployers;
            joining = from.joining;
            unreachableAfter = from.unreachableAfter;
            removedAfter = from.removedAfter;
            splitBrain = from.splitBrain;
            quorum = from.quorum;
            isolation = from.isolation;
            threads = from.threads;
            tensorMemory = from.tensorMemory;
            cacheMemory = from.cacheMemory;
            capabilities = from.capabilities;
        }
    }

    private ClusterNodeOptions with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return new ClusterNodeOptions(
                name,
                store,
                draft.host,
                draft.port,
                draft.advertised,
                draft.seeds,
                draft.kind,
                draft.labels,
                draft.agentUrl,
                draft.security,
                draft.deployers,
                draft.joining,
                draft.unreachableAfter,
                draft.removedAfter,
                draft.splitBrain,
                draft.quorum,
                draft.isolation,
                draft.threads,
                draft.tensorMemory,
                draft.cacheMemory,
                draft.capabilities);
    }

    /**
     * Sets the address on which the node listens.
     *
     * @param address a name or an IP address
     * @param number the port; 0 for any free one
     * @return a copy with this address
     */
    public ClusterNodeOptions withListen(String address, int number) {
        return with(draft -> {
            draft.host = address;
            draft.port = number;
        });
    }

    /**
     * Sets the address by which other members reach the node.
     *
     * @param address a name or an IP address of this machine
     * @return a copy with this address
     */
    public ClusterNodeOptions withAdvertised(String address) {
        return with(draft -> draft.advertised = Optional.of(address));
    }

    /**
     * Sets the members by which the node joins.
     *
     * @param members {@code HOST:PORT} each; none to form a new cluster
     * @return a copy with these seeds
     */
    public ClusterNodeOptions withSeeds(List<String> members) {
        return with(draft -> draft.seeds = members);
    }

    /**
     * Sets the kind of the device.
     *
     * @param value for instance {@code pi4}
     * @return a copy with this kind
     */
    public ClusterNodeOptions withKind(String value) {
        return with(draft -> draft.kind = Optional.of(value));
    }

    /**
     * Sets further properties.
     *
     * @param properties values by name
     * @return a copy with these labels
     */
    public ClusterNodeOptions withLabels(Map<String, String> properties) {
        return with(draft -> draft.labels = properties);
    }

    /**
     * Sets the address of the device's metrics.
     *
     * @param url the address of an agent
     * @return a copy with this address
     */
    public ClusterNodeOptions withAgentUrl(String url) {
        return with(draft -> draft.agentUrl = Optional.of(url));
    }

    /**
     * Sets the certificate of the node.
     *
     * @param value the files, whose name must be that of the node
     * @return a copy with this certificate
     */
    public ClusterNodeOptions withSecurity(ClusterSecurity value) {
        return with(draft -> draft.security = Optional.of(value));
    }

    /**
     * Sets who may deploy.
     *
     * @param names the names in certificates
     * @return a copy with these names
     */
    public ClusterNodeOptions withDeployers(Set<String> names) {
        return with(draft -> draft.deployers = names);
    }

    /**
     * Sets the longest time for joining.
     *
     * @param value more than 0
     * @return a copy with this time
     */
    public ClusterNodeOptions withJoining(Duration value) {
        return with(draft -> draft.joining = value);
    }

    /**
     * Sets the times of the failure detection. All members should have the same.
     *
     * @param unreachable the silence after which a member counts as unreachable
     * @param removed the further time after which it is removed
     * @return a copy with these times
     */
    public ClusterNodeOptions withFailureTimes(Duration unreachable, Duration removed) {
        return with(draft -> {
            draft.unreachableAfter = unreachable;
            draft.removedAfter = removed;
        });
    }

    /**
     * Sets the strategy for clusters whose nodes do not reach each other.
     *
     * @param strategy the strategy
     * @return a copy with this strategy
     */
    public ClusterNodeOptions withSplitBrain(SplitBrain strategy) {
        return with(draft -> draft.splitBrain = strategy);
    }

    /**
     * Sets {@link SplitBrain#STATIC_QUORUM}.
     *
     * @param nodes the number of nodes that may continue, at least 1; more than half of all
     * @return a copy with this strategy
     */
    public ClusterNodeOptions withQuorum(int nodes) {
        return with(draft -> {
            draft.splitBrain = SplitBrain.STATIC_QUORUM;
            draft.quorum = nodes;
        });
    }

    /**
     * Sets the limits of the child process that opens a new part before the node does.
     *
     * @param limits the limits
     * @return a copy with these limits
     */
    public ClusterNodeOptions withIsolation(Isolation limits) {
        return with(draft -> draft.isolation = limits);
    }

    /**
     * Sets the number of threads of each part.
     *
     * @param count at least 1
     * @return a copy with this number
     */
    public ClusterNodeOptions withThreads(int count) {
        return with(draft -> draft.threads = count);
    }

    /**
     * Sets the largest size of the tensors that the node holds. A request beyond it fails. They are in direct buffers, so that
     * the JVM's {@code -XX:MaxDirectMemorySize} (by default the limit of the heap) must be a quarter larger at least.
     *
     * @param bytes at least 1
     * @return a copy with this limit
     */
    public ClusterNodeOptions withTensorMemory(long bytes) {
        return with(draft -> draft.tensorMemory = OptionalLong.of(bytes));
    }

    /**
     * Sets the largest size of the caches of each part of a text generator. At the limit, the caches of the sequence that
     * was used least recently are dropped; its caller computes them again when it continues.
     *
     * @param bytes at least 1
     * @return a copy with this limit
     */
    public ClusterNodeOptions withCacheMemory(long bytes) {
        return with(draft -> draft.cacheMemory = OptionalLong.of(bytes));
    }

    /**
     * Adds something that the node can do besides running parts.
     *
     * @param capability the capability; it replaces one of the same name
     * @return a copy with this capability
     */
    public ClusterNodeOptions withCapability(NodeCapability capability) {
        return with(draft -> {
            List<NodeCapability> all = new ArrayList<>(draft.capabilities);
            all.removeIf(other -> other.name().equals(capability.name()));
            all.add(capability);
            draft.capabilities = all;
        });
    }
}
