package io.pepper.distributed;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * A node of a cluster, as it described itself. Immutable and therefore thread-safe.
 *
 * @param name the name of the device, unique in the cluster
 * @param kind the kind of the device, for instance {@code pi4}; empty if unknown
 * @param labels further properties by name
 * @param address the address of its control messages, {@code HOST:PORT}
 * @param dataAddress the address at which it receives tensors, {@code HOST:PORT}; empty if the node did not answer
 * @param agentUrl the address of its metrics; empty without an agent
 * @param cores the number of processors that the node may use; 0 if the node did not answer
 * @param memoryBytes the memory that the node may use in bytes; 0 if unknown
 * @param library the version of this library on the node
 * @param reachable whether the other members reach the node
 * @param cpuLoadPercent the load of all processors that the node may use together, 0 to 100, in the last seconds; empty
 *     if unknown
 * @param heldBytes the bytes of tensors of requests that the node holds
 * @param held the parts that the node stores
 * @param capabilities the names of its {@linkplain NodeCapability capabilities}
 */
public record NodeInfo(
        String name,
        Optional<String> kind,
        Map<String, String> labels,
        String address,
        Optional<String> dataAddress,
        Optional<String> agentUrl,
        int cores,
        long memoryBytes,
        String library,
        boolean reachable,
        OptionalDouble cpuLoadPercent,
        long heldBytes,
        List<HeldParts> held,
        List<String> capabilities) {
    /**
     * Copies the collections.
     *
     * @param name the name of the device
     * @param kind the kind of the device
     * @param labels further properties by name
     * @param address the address of its control messages
     * @param dataAddress the address at which it receives tensors
     * @param agentUrl the address of its metrics
     * @param cores the number of processors that the node may use
     * @param memoryBytes the memory that the node may use in bytes
     * @param library the version of this library on the node
     * @param reachable whether the other members reach the node
     * @param cpuLoadPercent the load of all processors that the node may use together
     * @param heldBytes the bytes of tensors of requests that the node holds
     * @param held the parts that the node stores
     * @param capabilities the names of its capabilities
     */
    public NodeInfo {
        labels = Collections.unmodifiableMap(new TreeMap<>(labels));
        held = List.copyOf(held);
        capabilities = List.copyOf(capabilities);
    }

    /**
     * The parts of one version of a deployment on a node.
     *
     * @param deployment the name of the deployment
     * @param version its version
     * @param model the name of the model
     * @param serving whether this version answers requests
     * @param totalParts the number of parts of the deployment on all nodes
     * @param parts the numbers of the parts on this node, from 0
     * @param planned those of the parts whose planned device this node is; for the others it is a spare
     * @param bytes the bytes of their files
     * @param metrics what the open parts did, in the order of their numbers
     */
    public record HeldParts(
            String deployment,
            String version,
            String model,
            boolean serving,
            int totalParts,
            List<Integer> parts,
            List<Integer> planned,
            long bytes,
            List<PartMetrics> metrics) {
        /**
         * Copies the lists.
         *
         * @param deployment the name of the deployment
         * @param version its version
         * @param model the name of the model
         * @param serving whether this version answers requests
         * @param totalParts the number of parts of the deployment
         * @param parts the numbers of the parts on this node, from 0
         * @param planned those of the parts whose planned device this node is
         * @param bytes the bytes of their files
         * @param metrics what the open parts did
         */
        public HeldParts {
            parts = List.copyOf(parts);
            planned = List.copyOf(planned);
            metrics = List.copyOf(metrics);
        }
    }
}
