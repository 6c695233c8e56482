package io.pepper.distributed;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A version of a deployment on the nodes of a cluster. Immutable and therefore thread-safe.
 *
 * @param name the name of the deployment
 * @param version its version
 * @param model the name of the model
 * @param nodes the names of the reachable nodes that serve each part, in the order of the parts; empty lists for parts that
 *     no node serves
 */
public record Deployment(String name, String version, String model, List<List<String>> nodes) {
    /**
     * Copies the lists.
     *
     * @param name the name of the deployment
     * @param version its version
     * @param model the name of the model
     * @param nodes the names of the nodes that serve each part
     */
    public Deployment {
        nodes = nodes.stream().map(List::copyOf).toList();
    }

    /**
     * Returns whether every part is served.
     *
     * @return whether the deployment can answer requests
     */
    public boolean isComplete() {
        return nodes.stream().noneMatch(List::isEmpty);
    }

    /** Returns the deployments that nodes hold. */
    static List<Deployment> of(List<NodeInfo> nodes) {
        Map<String, Deployment> found = new TreeMap<>();
        for (NodeInfo node : nodes) {
            for (NodeInfo.HeldParts held : node.held()) {
                Deployment deployment = found.computeIfAbsent(
                        held.deployment() + " " + held.version(),
                        none -> new Deployment(
                                held.deployment(), held.version(), held.model(), empty(held.totalParts())));
                if (held.serving() && node.reachable()) {
                    found.put(held.deployment() + " " + held.version(), deployment.with(node.name(), held.parts()));
                }
            }
        }
        return List.copyOf(found.values());
    }

    private static List<List<String>> empty(int parts) {
        return IntStream.range(0, parts).mapToObj(part -> List.<String>of()).toList();
    }

    private Deployment with(String node, List<Integer> parts) {
        List<List<String>> more = new ArrayList<>();
        for (int part = 0; part < nodes.size(); part++) {
            List<String> holders = new ArrayList<>(nodes.get(part));
            if (parts.contains(part)) {
                holders.add(node);
            }
            more.add(holders);
        }
        return new Deployment(name, version, model, more);
    }
}
