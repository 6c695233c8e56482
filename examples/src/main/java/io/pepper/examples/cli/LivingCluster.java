package io.pepper.examples.cli;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Link;
import io.pepper.cluster.LinkState;
import io.pepper.distributed.ClusterClient;
import io.pepper.distributed.NodeInfo;
import io.pepper.internal.text.Quantities;
import io.pepper.monitor.ClusterMonitor;
import io.pepper.monitor.DeviceReading;
import io.pepper.monitor.LinkReading;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The nodes of a living cluster as the devices to plan for.
 *
 * @param cluster the devices with their kinds, and the links as they were measured
 * @param states the states of the devices that told them
 */
record LivingCluster(Cluster cluster, Map<String, DeviceState> states) {
    /**
     * Reads the nodes, their states and the links between them.
     *
     * @param client a member of the cluster
     * @param source the node at which the inputs arrive; empty if their way does not count
     * @param assumed the link between nodes that do not measure it
     * @param notes receives notes for people: nodes that are left out, measured and assumed links
     * @throws IOException if no node can be used, or the source is none
     */
    static LivingCluster read(ClusterClient client, Optional<String> source, Link assumed, List<String> notes)
            throws IOException {
        ClusterMonitor monitor = ClusterMonitor.of(client);
        Map<String, NodeInfo> usable = usable(client.nodes(), notes);
        Map<String, DeviceState> states = states(monitor, usable, notes);
        Cluster.Builder cluster = Cluster.builder();
        usable.values().forEach(node -> cluster.device(device(node, Optional.ofNullable(states.get(node.name())))));
        links(monitor, usable, assumed, cluster, notes);
        if (source.isPresent()) {
            if (!usable.containsKey(source.get())) {
                throw new IOException("--source " + source.get() + " is no node that can be used; there are "
                        + String.join(", ", usable.keySet()));
            }
            cluster.source(source.get());
        } else {
            notes.add("the way of the inputs to the first part does not count: --source NODE gives the node at which"
                    + " they arrive");
        }
        return new LivingCluster(cluster.build(), states);
    }

    private static Map<String, NodeInfo> usable(List<NodeInfo> nodes, List<String> notes) throws IOException {
        Map<String, NodeInfo> usable = new TreeMap<>();
        for (NodeInfo node : nodes) {
            if (node.reachable() && node.cores() > 0) {
                usable.put(node.name(), node);
            } else {
                notes.add("the node " + node.name() + " is left out: "
                        + (node.reachable() ? "it does not answer" : "the other members do not reach it"));
            }
        }
        if (usable.isEmpty()) {
            throw new IOException("the cluster has no node that answers");
        }
        return usable;
    }

    private static Map<String, DeviceState> states(
            ClusterMonitor monitor, Map<String, NodeInfo> usable, List<String> notes) throws IOException {
        Map<String, DeviceState> states = new LinkedHashMap<>();
        for (Map.Entry<String, DeviceReading> each : monitor.read().entrySet()) {
            String name = each.getKey();
            if (!usable.containsKey(name)) {
                continue;
            }
            DeviceReading reading = each.getValue();
            if (reading.isKnown()) {
                states.put(name, reading.state());
            }
            reading.notes().forEach(note -> notes.add(name + ": " + note));
            reading.problems().forEach(problem -> notes.add(name + ": " + problem));
            if (reading.state().cpuLoadPercent().isEmpty()) {
                notes.add(name + ": its load is unknown: assumed to be idle");
            }
        }
        return states;
    }

    private static Device device(NodeInfo node, Optional<DeviceState> state) {
        Device device = Device.of(node.name()).withCores(node.cores());
        device = node.memoryBytes() > 0 ? device.withMemoryBytes(node.memoryBytes()) : device;
        Optional<String> kind = node.kind().or(() -> state.flatMap(DeviceState::model));
        if (kind.isEmpty()) {
            return device;
        }
        Optional<String> predictor = Starters.nameFor(kind.get());
        Device known = device.withKind(kind.get());
        return predictor.isPresent() ? known.withPredictor(predictor.get()) : known;
    }

    /** Adds the links. What was tried and failed is no link; what no node measures is assumed. */
    private static void links(
            ClusterMonitor monitor,
            Map<String, NodeInfo> usable,
            Link assumed,
            Cluster.Builder cluster,
            List<String> notes)
            throws IOException {
        Map<String, List<String>> guessed = new TreeMap<>();
        for (LinkReading reading : monitor.readLinks()) {
            LinkState state = reading.state();
            if (!usable.containsKey(state.from()) || !usable.containsKey(state.to())) {
                continue;
            }
            String name = "link from " + state.from() + " to " + state.to() + ": ";
            if (state.isKnown()) {
                Link link = state.appliedTo(assumed);
                cluster.directedLink(state.from(), state.to(), link);
                notes.add(name + shown(link) + ", measured "
                        + Quantities.seconds(reading.ageSeconds().orElse(0)) + " ago");
            } else if (reading.failures().orElse(0) > 0) {
                cluster.unreachable(state.from(), state.to());
                notes.add(name + "none, since it cannot be measured");
            } else {
                cluster.directedLink(state.from(), state.to(), assumed);
                guessed.computeIfAbsent(state.from(), none -> new ArrayList<>()).add(state.to());
            }
            reading.problems().forEach(problem -> notes.add(name + problem));
        }
        if (!guessed.isEmpty()) {
            notes.add("assumed a link of " + shown(assumed) + " "
                    + guessed.entrySet().stream()
                            .map(each -> "from " + each.getKey() + " to " + String.join(" and ", each.getValue()))
                            .collect(Collectors.joining(", ")));
        }
    }

    private static String shown(Link link) {
        return Quantities.bytes(link.bytesPerSecond()) + "/s and " + Quantities.seconds(link.latencySeconds());
    }
}
