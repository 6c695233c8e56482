package io.pepper.monitor;

import io.pepper.cluster.DeviceState;
import io.pepper.cluster.LinkState;
import io.pepper.distributed.CapabilityRequest;
import io.pepper.distributed.ClusterClient;
import io.pepper.distributed.NodeInfo;
import io.pepper.internal.text.Quantities;
import io.pepper.model.ProgressListener;
import io.pepper.monitor.internal.link.LinkCapability;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;

/**
 * A monitor of the nodes of a living cluster and of the links between them. Each node reads its own state, without the
 * load of its own work, and measures its links over the transport of tensors, within limits of bytes, time and share. A
 * node that is silent, lacks this module, or has left has a reading without values, whose problem names the reason and the
 * age of the last values; a node stays listed until the monitor is discarded. Thread-safe.
 *
 * <pre>{@code
 * ClusterMonitor monitor = ClusterMonitor.of(client);
 * AdaptiveOptions options = AdaptiveOptions.DEFAULTS
 *         .withStates(monitor::states)
 *         .withLinks(monitor::links)
 *         .withAbsent(() -> monitor.absent(devices));
 * }</pre>
 */
public final class ClusterMonitor implements DeviceMonitor, LinkMonitor {
    private static final int MAX_NODES = 1_000;
    private static final double NANO = 1e-9;

    private final ClusterClient client;
    private final Limits limits;
    private final LongSupplier clock;
    private final Map<String, Seen> seen = new TreeMap<>();
    private final Map<Pair, Link> links = new TreeMap<>();

    /**
     * Limits of time.
     *
     * @param state the longest wait for a node's state
     * @param links the longest wait for the measurements of a node's links
     * @param maxLinkAge the age from which the measurement of a link is stale
     */
    private record Limits(Duration state, Duration links, Duration maxLinkAge) {}

    /** The last values of a node. */
    private record Seen(DeviceReading reading, long nanos) {}

    /** The ends of a link. */
    private record Pair(String from, String to) implements Comparable<Pair> {
        @Override
        public int compareTo(Pair other) {
            int order = from.compareTo(other.from);
            return order != 0 ? order : to.compareTo(other.to);
        }
    }

    /** The last measurement of a link, and how it ended now. */
    private record Link(LinkState state, long nanos, OptionalLong failures, String problem) {}

    private ClusterMonitor(ClusterClient client, Limits limits, LongSupplier clock) {
        this.client = client;
        this.limits = limits;
        this.clock = clock;
    }

    /**
     * Returns a monitor of the nodes of a cluster.
     *
     * @param client a member of the cluster, which must stay open as long as the monitor is used
     * @return a monitor that waits ten seconds for a state, two minutes for the links of a node, and holds measurements of
     *     links for stale after ten minutes
     */
    public static ClusterMonitor of(ClusterClient client) {
        return new ClusterMonitor(
                client,
                new Limits(Duration.ofSeconds(10), Duration.ofMinutes(2), Duration.ofMinutes(10)),
                System::nanoTime);
    }

    @Override
    public Map<String, DeviceReading> read() throws IOException {
        List<NodeInfo> nodes = client.nodes();
        Map<String, Callable<DeviceReading>> questions = new TreeMap<>();
        Map<String, String> problems = new TreeMap<>();
        for (NodeInfo node : nodes) {
            Optional<String> problem = problem(node, NodeStateCapability.NAME);
            if (problem.isPresent()) {
                problems.put(node.name(), problem.get());
            } else {
                questions.put(
                        node.name(), () -> ReadingText.read(node.name(), ask(node, NodeStateCapability.NAME, "{}")));
            }
        }
        NodeAnswers<DeviceReading> answers = NodeAnswers.of(questions, limits.state);
        problems.putAll(answers.problems());
        return readings(answers.found(), problems);
    }

    private synchronized Map<String, DeviceReading> readings(
            Map<String, DeviceReading> found, Map<String, String> problems) {
        long now = clock.getAsLong();
        found.forEach((name, reading) -> {
            if (seen.size() < MAX_NODES || seen.containsKey(name)) {
                seen.put(name, new Seen(reading, now));
            }
        });
        Map<String, DeviceReading> readings = new TreeMap<>(found);
        problems.forEach((name, problem) -> readings.put(name, unknown(name, problem, now)));
        for (String name : seen.keySet()) {
            readings.computeIfAbsent(name, gone -> unknown(gone, "it is no longer a member of the cluster", now));
        }
        return readings;
    }

    private DeviceReading unknown(String name, String problem, long now) {
        Seen last = seen.get(name);
        String known = last == null
                ? ""
                : "; its last values are " + Quantities.seconds((now - last.nanos) * NANO) + " old: a CPU load of "
                        + Quantities.percents(last.reading.state().cpuLoadPercent());
        return new DeviceReading(DeviceState.of(name), Map.of(), List.of(problem + known));
    }

    /** Returns the known states alone, so that a node that is silent for a moment keeps its last one. */
    @Override
    public List<DeviceState> states() {
        return DeviceMonitor.super.states().stream()
                .filter(state -> !state.equals(DeviceState.of(state.device())))
                .toList();
    }

    private static Optional<String> problem(NodeInfo node, String capability) {
        if (!node.reachable()) {
            return Optional.of("the other members do not reach it");
        }
        if (node.cores() == 0) {
            return Optional.of("it does not answer");
        }
        return node.capabilities().contains(capability)
                ? Optional.empty()
                : Optional.of("it offers no '" + capability + "': pepper-predict is missing there");
    }

    private String ask(NodeInfo node, String capability, String arguments) throws IOException {
        return client.perform(node.name(), capability, CapabilityRequest.of(arguments), ProgressListener.NONE)
                .text();
    }

    /**
     * Returns the devices that cannot run parts now, for {@code AdaptiveOptions.withAbsent}.
     *
     * @param devices the names of devices
     * @return the names that no reachable node of the cluster has
     */
    public Set<String> absent(Collection<String> devices) {
        Set<String> absent = new TreeSet<>(devices);
        try {
            client.nodes().stream()
                    .filter(NodeInfo::reachable)
                    .map(NodeInfo::name)
                    .forEach(absent::remove);
            return absent;
        } catch (InterruptedIOException stopped) {
            Thread.currentThread().interrupt();
            return Set.of();
        }
    }

    /**
     * Measures the links between all nodes, or returns a measurement that is so recent that measuring again would take
     * more than a twentieth of the time. A node measures one link at a time, so that this can take some seconds for each.
     *
     * @return the readings of each pair of nodes in both directions
     * @throws InterruptedIOException if the thread is interrupted
     * @throws IOException never
     */
    @Override
    public List<LinkReading> readLinks() throws IOException {
        List<NodeInfo> nodes = client.nodes();
        Map<String, String> problems = new TreeMap<>();
        nodes.forEach(node -> problem(node, LinkCapability.NAME).ifPresent(why -> problems.put(node.name(), why)));
        List<NodeInfo> able = nodes.stream()
                .filter(node -> !problems.containsKey(node.name()))
                .toList();
        Map<String, Callable<List<LinkText.Measured>>> questions = new LinkedHashMap<>();
        for (int i = 0; i + 1 < able.size(); i++) {
            NodeInfo node = able.get(i);
            List<String> others = able.subList(i + 1, able.size()).stream()
                    .map(NodeInfo::name)
                    .toList();
            questions.put(
                    node.name(),
                    () -> LinkText.read(
                            node.name(), others, ask(node, LinkCapability.NAME, LinkText.arguments(others))));
        }
        NodeAnswers<List<LinkText.Measured>> answers = NodeAnswers.of(questions, limits.links);
        return linkReadings(nodes, answers, problems);
    }

    private synchronized List<LinkReading> linkReadings(
            List<NodeInfo> nodes, NodeAnswers<List<LinkText.Measured>> answers, Map<String, String> problems) {
        long now = clock.getAsLong();
        answers.found()
                .forEach((from, measured) -> measured.forEach(link -> {
                    note(new Pair(from, link.to()), link, false, now);
                    note(new Pair(link.to(), from), link, true, now);
                }));
        Set<Pair> pairs = new TreeSet<>(links.keySet());
        for (NodeInfo one : nodes) {
            for (NodeInfo other : nodes) {
                if (!one.name().equals(other.name())) {
                    pairs.add(new Pair(one.name(), other.name()));
                }
            }
        }
        Set<String> members = new TreeSet<>();
        nodes.forEach(node -> members.add(node.name()));
        List<LinkReading> readings = new ArrayList<>();
        for (Pair pair : pairs) {
            readings.add(reading(pair, problem(pair, members, answers.problems(), problems), now));
        }
        return readings;
    }

    private void note(Pair pair, LinkText.Measured link, boolean back, long now) {
        if (links.size() < MAX_NODES * MAX_NODES || links.containsKey(pair)) {
            LinkState state = LinkState.of(pair.from, pair.to);
            if (link.latencySeconds().isPresent()) {
                state = state.withLatencySeconds(link.latencySeconds().getAsDouble())
                        .withBytesPerSecond(
                                back
                                        ? link.reverseBytesPerSecond().orElseThrow()
                                        : link.bytesPerSecond().orElseThrow());
            }
            long nanos = now - (long) (link.ageSeconds().orElse(0) / NANO);
            links.put(pair, new Link(state, nanos, OptionalLong.of(link.failures()), link.problem()));
        }
    }

    /** Returns why a link was not measured now; empty if it was. */
    private static String problem(
            Pair pair, Set<String> members, Map<String, String> unanswered, Map<String, String> problems) {
        for (String end : List.of(pair.from, pair.to)) {
            if (!members.contains(end)) {
                return "'" + end + "' is no longer a member of the cluster";
            }
            if (problems.containsKey(end)) {
                return "'" + end + "': " + problems.get(end);
            }
        }
        String asked = pair.from.compareTo(pair.to) < 0 ? pair.from : pair.to;
        return unanswered.containsKey(asked) ? "'" + asked + "': " + unanswered.get(asked) : "";
    }

    private LinkReading reading(Pair pair, String problem, long now) {
        Link last = links.get(pair);
        List<String> problems = new ArrayList<>();
        if (!problem.isEmpty()) {
            problems.add(problem);
        } else if (last != null && !last.problem.isEmpty()) {
            problems.add(last.problem);
        }
        if (last == null || !last.state.isKnown()) {
            return new LinkReading(
                    LinkState.of(pair.from, pair.to),
                    OptionalDouble.empty(),
                    false,
                    last == null ? OptionalLong.empty() : last.failures,
                    problems);
        }
        double age = Math.max(0, (now - last.nanos) * NANO);
        boolean stale = age > limits.maxLinkAge.toNanos() * NANO;
        if (stale) {
            problems.add("the last measurement is " + Quantities.seconds(age) + " old");
        }
        return new LinkReading(
                stale ? LinkState.of(pair.from, pair.to) : last.state,
                OptionalDouble.of(age),
                stale,
                last.failures,
                problems);
    }
}
