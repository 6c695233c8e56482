package io.pepper.monitor;

import io.pepper.monitor.internal.Sample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The targets of a reading, and which of them a sample is of. */
final class Targets {
    /** What node_exporter itself says in {@code node_uname_info}; all other labels there are those of the target. */
    private static final List<String> SYSTEM =
            List.of("domainname", "machine", "nodename", "release", "sysname", "version");

    private static final String EXPORTED = "exported_";
    private static final String METRIC = "__name__";
    private static final int MOST_TARGETS = 10_000;

    private final Set<String> labelNames = new TreeSet<>();
    private final Map<Map<String, String>, Target> byLabels = new LinkedHashMap<>();
    private final Map<String, List<Target>> byInstance = new HashMap<>();

    /**
     * Finds the targets.
     *
     * @param systems the samples of {@code node_uname_info}
     * @param plain samples that have the labels of their target and no others
     * @param clocks what else there is, of another time
     */
    Targets(List<Sample> systems, Collection<Sample> plain, Clocks clocks) throws IOException {
        plain.forEach(sample -> labelNames.addAll(sample.labels().keySet()));
        clocks.plain().forEach(sample -> labelNames.addAll(sample.labels().keySet()));
        labelNames.remove(METRIC);
        addLabels(systems);
        addLabels(clocks.systems());
        for (Sample system : systems) {
            named(system);
        }
        List<Map<String, String>> keys =
                new ArrayList<>(plain.stream().map(this::key).distinct().toList());
        keys.sort(Comparator.<Map<String, String>>comparingInt(Map::size)
                .reversed()
                .thenComparing(Object::toString));
        for (Map<String, String> key : keys) {
            if (of(key).isEmpty()) {
                add(key);
            }
        }
        addGone(clocks.systems());
        addGone(clocks.plain());
    }

    private void addLabels(List<Sample> systems) {
        for (Sample system : systems) {
            system.labels().keySet().stream()
                    .filter(label -> !isOwn(label, system))
                    .forEach(labelNames::add);
        }
    }

    /** Targets of which there is nothing now. */
    private void addGone(List<Sample> samples) throws IOException {
        for (Sample sample : samples) {
            if (of(key(sample)).isEmpty()) {
                named(new Sample(sample.labels(), 0));
            }
        }
    }

    /** Whether a sample is of {@code node_uname_info}. */
    static boolean isSystem(Sample sample) {
        return SYSTEM.stream()
                .allMatch(label ->
                        sample.labels().containsKey(label) || sample.labels().containsKey(EXPORTED + label));
    }

    /** Whether a label of {@code node_uname_info} is node_exporter's own, and not one that the target has everywhere. */
    private boolean isOwn(String label, Sample system) {
        if (label.equals(METRIC)) {
            return true;
        }
        if (label.startsWith(EXPORTED)) {
            return SYSTEM.contains(label.substring(EXPORTED.length()));
        }
        return SYSTEM.contains(label)
                && !labelNames.contains(label)
                && !system.labels().containsKey(EXPORTED + label);
    }

    private void named(Sample sample) throws IOException {
        Map<String, String> key = new TreeMap<>(sample.labels());
        Map<String, String> system = new TreeMap<>();
        for (String label : SYSTEM) {
            String value = sample.labels()
                    .getOrDefault(EXPORTED + label, sample.labels().get(label));
            if (value != null) {
                system.put(label, value);
            }
        }
        key.keySet().removeIf(label -> isOwn(label, sample));
        Target target = byLabels.containsKey(key) ? byLabels.get(key) : add(key);
        boolean now = sample.value() != 0;
        if (target.systems.isEmpty() || (now && target.gone)) {
            target.systems.clear();
            target.nodeNames.clear();
            target.gone = !now;
        }
        if (now || target.gone) {
            target.systems.add(system);
            String name = system.get("nodename");
            if (name != null) {
                target.nodeNames.add(name);
            }
        }
    }

    private Target add(Map<String, String> key) throws IOException {
        if (byLabels.size() == MOST_TARGETS) {
            throw new IOException("Prometheus has more than " + MOST_TARGETS + " nodes");
        }
        Target target = new Target(key);
        byLabels.put(key, target);
        byInstance
                .computeIfAbsent(key.getOrDefault("instance", ""), first -> new ArrayList<>())
                .add(target);
        return target;
    }

    /** The labels of a sample that are those of targets. */
    Map<String, String> key(Sample sample) {
        Map<String, String> key = new TreeMap<>(sample.labels());
        key.keySet().retainAll(labelNames);
        return key;
    }

    /** The target that has just these labels, or all that have them among others. */
    List<Target> of(Map<String, String> key) {
        Target exact = byLabels.get(key);
        if (exact != null) {
            return List.of(exact);
        }
        Collection<Target> candidates = key.containsKey("instance")
                ? byInstance.getOrDefault(key.get("instance"), List.of())
                : byLabels.values();
        return candidates.stream().filter(target -> target.has(key)).toList();
    }

    /** Those that may be meant by the labels of a sample: of its instance, or without one. */
    Collection<Target> near(Sample sample) {
        String instance = sample.labels().get("instance");
        if (instance == null) {
            return byLabels.values();
        }
        List<Target> near = new ArrayList<>(byInstance.getOrDefault(instance, List.of()));
        if (!instance.isEmpty()) {
            near.addAll(byInstance.getOrDefault("", List.of()));
        }
        return near;
    }

    Collection<Target> all() {
        return byLabels.values();
    }

    Set<String> labelNames() {
        return labelNames;
    }
}
