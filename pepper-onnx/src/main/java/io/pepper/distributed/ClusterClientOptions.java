package io.pepper.distributed;

import io.pepper.internal.net.HostPort;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Options of a client. Immutable and therefore thread-safe.
 *
 * @param name the name of the client; with security, that of its certificate
 * @param seeds members by which the client joins, {@code HOST:PORT}; at least one
 * @param advertised the address by which the nodes reach the client; empty for the one from which the client reaches the
 *     seeds
 * @param security the certificate of the client; needed if a seed is on another machine
 * @param joining the longest time for joining, more than 0
 * @param unreachableAfter the silence after which a node counts as unreachable; as on the nodes
 * @param removedAfter the time after which unreachable members are removed; as on the nodes
 * @param splitBrain the strategy of the cluster
 */
public record ClusterClientOptions(
        String name,
        List<String> seeds,
        Optional<String> advertised,
        Optional<ClusterSecurity> security,
        Duration joining,
        Duration unreachableAfter,
        Duration removedAfter,
        SplitBrain splitBrain) {
    /**
     * Checks the values and copies the list.
     *
     * @param name the name of the client
     * @param seeds members by which the client joins
     * @param advertised the address by which the nodes reach the client
     * @param security the certificate of the client
     * @param joining the longest time for joining
     * @param unreachableAfter the silence after which a node counts as unreachable
     * @param removedAfter the time after which unreachable members are removed
     * @param splitBrain the strategy of the cluster
     * @throws IllegalArgumentException if there is no seed, or a value is out of its range
     */
    public ClusterClientOptions {
        seeds = List.copyOf(seeds);
        ClusterNames.require(name);
        seeds.forEach(HostPort::parse);
        if (seeds.isEmpty() || joining.isNegative() || joining.isZero()) {
            throw new IllegalArgumentException("seeds " + seeds + ", joining " + joining + ": out of range");
        }
    }

    /**
     * Returns options of a client that may deploy by default.
     *
     * @param seeds members, {@code HOST:PORT} each
     * @return the options, with the name {@link ClusterNodeOptions#DEFAULT_DEPLOYER} and the times of a node's defaults
     */
    public static ClusterClientOptions of(List<String> seeds) {
        return new ClusterClientOptions(
                ClusterNodeOptions.DEFAULT_DEPLOYER,
                seeds,
                Optional.empty(),
                Optional.empty(),
                Duration.ofSeconds(15),
                Duration.ofSeconds(5),
                Duration.ofSeconds(10),
                SplitBrain.KEEP_MAJORITY);
    }

    /**
     * Sets the certificate, and the name in it.
     *
     * @param client the name of the client
     * @param value the files
     * @return a copy with this certificate
     */
    public ClusterClientOptions withSecurity(String client, ClusterSecurity value) {
        return new ClusterClientOptions(
                client, seeds, advertised, Optional.of(value), joining, unreachableAfter, removedAfter, splitBrain);
    }

    /**
     * Sets the address by which the nodes reach the client.
     *
     * @param address a name or an IP address of this machine
     * @return a copy with this address
     */
    public ClusterClientOptions withAdvertised(String address) {
        return new ClusterClientOptions(
                name, seeds, Optional.of(address), security, joining, unreachableAfter, removedAfter, splitBrain);
    }

    /**
     * Sets the longest time for joining.
     *
     * @param value more than 0
     * @return a copy with this time
     */
    public ClusterClientOptions withJoining(Duration value) {
        return new ClusterClientOptions(
                name, seeds, advertised, security, value, unreachableAfter, removedAfter, splitBrain);
    }

    /**
     * Sets the times of the failure detection.
     *
     * @param unreachable the silence after which a node counts as unreachable
     * @param removed the further time after which it is removed
     * @return a copy with these times
     */
    public ClusterClientOptions withFailureTimes(Duration unreachable, Duration removed) {
        return new ClusterClientOptions(name, seeds, advertised, security, joining, unreachable, removed, splitBrain);
    }

    /**
     * Sets the strategy of the cluster.
     *
     * @param strategy as on the nodes
     * @return a copy with this strategy
     */
    public ClusterClientOptions withSplitBrain(SplitBrain strategy) {
        return new ClusterClientOptions(
                name, seeds, advertised, security, joining, unreachableAfter, removedAfter, strategy);
    }
}
