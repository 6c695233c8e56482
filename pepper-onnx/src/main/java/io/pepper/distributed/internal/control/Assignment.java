package io.pepper.distributed.internal.control;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** The choice of the nodes of each part: the planned device, and spares. Stateless and therefore thread-safe. */
final class Assignment {
    private Assignment() {}

    /**
     * Returns the parts of each node. Spares are the nodes with the fewest parts so far, by name among equals.
     *
     * @param devices the planned device of each part
     * @param nodes the names of the nodes
     * @param spares the number of further nodes of each part
     * @throws IOException if a device is not a node, or there are fewer nodes than that
     */
    static Map<String, List<Integer>> of(List<String> devices, Collection<String> nodes, int spares)
            throws IOException {
        Map<String, List<Integer>> assignment = new TreeMap<>();
        for (int part = 0; part < devices.size(); part++) {
            if (!nodes.contains(devices.get(part))) {
                throw new IOException("part " + part + " is planned for '" + devices.get(part)
                        + "', which is not a reachable node of the cluster; its nodes are "
                        + String.join(", ", new TreeSet<>(nodes)));
            }
            assignment
                    .computeIfAbsent(devices.get(part), none -> new ArrayList<>())
                    .add(part);
        }
        if (spares > nodes.size() - 1) {
            throw new IOException(spares + " spares need " + (spares + 1) + " nodes; the cluster has " + nodes.size());
        }
        for (int part = 0; part < devices.size(); part++) {
            int each = part;
            List<String> others = nodes.stream()
                    .filter(node -> !node.equals(devices.get(each)))
                    .sorted(Comparator.<String>comparingInt(node ->
                                    assignment.getOrDefault(node, List.of()).size())
                            .thenComparing(Comparator.naturalOrder()))
                    .limit(spares)
                    .toList();
            others.forEach(node ->
                    assignment.computeIfAbsent(node, none -> new ArrayList<>()).add(each));
        }
        return assignment;
    }
}
