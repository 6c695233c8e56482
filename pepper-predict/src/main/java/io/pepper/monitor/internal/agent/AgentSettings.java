package io.pepper.monitor.internal.agent;

import io.prometheus.metrics.model.registry.MultiCollector;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The settings of an agent.
 *
 * @param address the address on which it listens
 * @param port the port; 0 for any free one
 * @param name the node's name; empty for its host name
 * @param location the known ones of city, country, continent, latitude and longitude
 * @param webConfig the file with certificates and users
 * @param uuidFile the file of the node's UUID; empty for the usual one
 * @param hostNames host names by which clients on this machine may call
 * @param unprotected whether other machines may call without TLS and passwords
 * @param collectors further metrics
 * @param root the directory that has {@code proc} and {@code sys}
 * @param maxMillis the time after which an exchange is ended, in milliseconds
 */
public record AgentSettings(
        String address,
        int port,
        Optional<String> name,
        Map<String, String> location,
        Optional<Path> webConfig,
        Optional<Path> uuidFile,
        Set<String> hostNames,
        boolean unprotected,
        List<MultiCollector> collectors,
        Path root,
        long maxMillis) {
    /**
     * Creates settings.
     *
     * @param address the address on which it listens
     * @param port the port; 0 for any free one
     * @param name the node's name; empty for its host name
     * @param location the known ones of city, country, continent, latitude and longitude
     * @param webConfig the file with certificates and users
     * @param uuidFile the file of the node's UUID; empty for the usual one
     * @param hostNames host names by which clients on this machine may call
     * @param unprotected whether other machines may call without TLS and passwords
     * @param collectors further metrics
     * @param root the directory that has {@code proc} and {@code sys}
     * @param maxMillis the time after which an exchange is ended, in milliseconds
     */
    public AgentSettings {
        location = Map.copyOf(location);
        hostNames = Set.copyOf(hostNames);
        collectors = List.copyOf(collectors);
    }
}
