package io.pepper.distributed;

import io.pepper.distributed.internal.control.Identity;
import io.pepper.distributed.internal.control.NodeService;
import io.pepper.distributed.internal.control.NodeSettings;
import io.pepper.distributed.internal.control.SeedAddresses;
import io.pepper.distributed.internal.control.SystemSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A device's member of a cluster: it stores parts, opens them, and runs them for sessions. Parts that it has stored it
 * opens again after a restart. If the cluster removes the node, for instance after a partition, the node joins again by
 * itself, and its parts stay open meanwhile. Thread-safe.
 *
 * <pre>{@code
 * try (ClusterNode node = ClusterNode.start(ClusterNodeOptions.of("pi4", Path.of("parts")))) {
 *     System.out.println(node.name() + " is at " + node.address());
 *     stop.await();
 * }
 * }</pre>
 *
 * <p>Control messages travel by Apache Pekko, which must be on the class path. Between machines, all messages need mutual
 * TLS ({@link ClusterNodeOptions#withSecurity}). On loopback addresses TLS is optional: there, all users of the machine can
 * reach the node.
 */
public final class ClusterNode implements AutoCloseable {
    private final ClusterNodeOptions options;
    private final NodeService service;

    private ClusterNode(ClusterNodeOptions options, NodeService service) {
        this.options = options;
        this.service = service;
    }

    /**
     * Starts a node, and waits until it has joined.
     *
     * @param options the options
     * @return the node, for the caller to close
     * @throws IOException if the store cannot be used or is in use, the port is in use, no seed answers in time, the name is
     *     taken, the release of the other members is another, or the certificate does not fit; the message names the cause
     * @throws NoClassDefFoundError if Pekko is not on the class path
     */
    public static ClusterNode start(ClusterNodeOptions options) throws IOException {
        InetAddress bound = Listening.resolve(options.host());
        InetAddress advertised = Listening.advertised(bound, options.advertised());
        Optional<Identity> identity = Listening.identity(options.security(), options.name(), bound, advertised);
        SystemSettings system = new SystemSettings(
                SeedAddresses.numeric(bound),
                SeedAddresses.numeric(advertised),
                options.port(),
                roles(options),
                identity,
                options.unreachableAfter(),
                options.removedAfter(),
                options.splitBrain().text(),
                options.quorum());
        NodeSettings settings = new NodeSettings(
                options.name(),
                options.kind().orElse(""),
                options.labels(),
                options.agentUrl().orElse(""),
                options.store().toAbsolutePath().normalize(),
                options.seeds(),
                options.joining(),
                options.deployers(),
                options.isolation(),
                options.threads(),
                options.tensorMemory(),
                options.cacheMemory(),
                Capabilities.of(options),
                system);
        return new ClusterNode(options, NodeService.start(settings));
    }

    private static List<String> roles(ClusterNodeOptions options) {
        List<String> roles = new ArrayList<>();
        roles.add(SystemSettings.NODE);
        roles.add(SystemSettings.device(options.name()));
        options.kind().ifPresent(kind -> roles.add("kind:" + kind));
        options.labels().forEach((name, value) -> roles.add("label:" + name + "=" + value));
        return roles;
    }

    /**
     * Returns the name of the device.
     *
     * @return the name in the options
     */
    public String name() {
        return options.name();
    }

    /**
     * Returns the address by which other members reach the node.
     *
     * @return {@code HOST:PORT}
     */
    public String address() {
        return service.address();
    }

    /**
     * Returns the number of times that the node joined again after the cluster had removed it.
     *
     * @return 0 or more
     */
    public int rejoined() {
        return service.rejoined();
    }

    /**
     * Returns why the node cannot answer requests at the moment.
     *
     * @return the reason; empty if the node is in the cluster, and all parts that it serves are open
     */
    public Optional<String> notReady() {
        return service.notReady();
    }

    /**
     * Leaves the cluster, and closes the parts. Their files stay.
     *
     * @throws IOException if a part or the store cannot be closed
     */
    @Override
    public void close() throws IOException {
        service.close();
    }
}
