package io.pepper.distributed.internal.control;

import io.pepper.model.Isolation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The settings of a node.
 *
 * @param name the device's name
 * @param kind the device's kind; empty if unknown
 * @param labels further properties
 * @param agentUrl the address of its metrics; empty without an agent
 * @param store the directory of its parts
 * @param seeds addresses of members; none to form a new cluster
 * @param joining the longest time for joining
 * @param deployers the names in certificates that may change the node; ignored without security
 * @param isolation the limits of child processes that open parts
 * @param threads the number of threads of each part
 * @param tensorMemory the largest size of the tensors that the node holds, in bytes; empty for half of the heap's limit
 * @param cacheMemory the largest size of the caches of each part of a text generator, in bytes; empty for a quarter of
 *     the memory that the node may use
 * @param capabilities what the node can do besides running parts
 * @param system the settings of the actor system
 */
public record NodeSettings(
        String name,
        String kind,
        Map<String, String> labels,
        String agentUrl,
        Path store,
        List<String> seeds,
        Duration joining,
        Set<String> deployers,
        Isolation isolation,
        int threads,
        OptionalLong tensorMemory,
        OptionalLong cacheMemory,
        List<Capability> capabilities,
        SystemSettings system) {}
