package io.pepper.distributed;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The result of {@link ClusterClient#deploy}. Immutable and therefore thread-safe.
 *
 * @param name the name of the deployment
 * @param version its version: the same files on the same nodes have the same version
 * @param parts the numbers of the parts of each node, from 0
 * @param sentBytes the bytes that were sent; nodes keep the files that they have
 * @param notes remarks of the nodes, for instance on parts that could not be run
 */
public record DeployResult(
        String name, String version, Map<String, List<Integer>> parts, long sentBytes, List<String> notes) {
    /**
     * Copies the collections.
     *
     * @param name the name of the deployment
     * @param version its version
     * @param parts the numbers of the parts of each node
     * @param sentBytes the bytes that were sent
     * @param notes remarks of the nodes
     */
    public DeployResult {
        parts = Collections.unmodifiableMap(new TreeMap<>(parts));
        notes = List.copyOf(notes);
    }
}
