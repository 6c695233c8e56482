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

/** The targets of a reading, and the assignment of samples to them. */
final class Targets {
    /** The labels that node_exporter adds in {@code node_uname_info}. All other labels there belong to the target. */
    private static final List<String> SYSTEM =
            List.of("domainname", "machine", "nodename", "release", "sysname", "version");

    private static final String EXPORTED = "exported_";
    private static final String METRIC = "__name__";
    private static final int MAX_TARGETS = 10_000;

    private final Set<String> labelNames = new TreeSet<>();
    private final Map<Map<String, String>, Target> byLabels = new LinkedHashMap<>();
    private final Map<String, List<Target>> byInstance = new HashMap<>();

    /**
     * Finds the targets.
     *
     * @param systems the samples of {@code node_uname_info}
     * @param plain samples that have exactly the labels of their target
     * @param clocks targets whose samples are of another time
     * @throws IOException if there are more than 10,000 targets
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

    /** Returns whether a sample belongs to {@code node_uname_info}. */
    static boolean isSystem(Sample sample) {
        return SYSTEM.stream()
                .allMatch(label ->
                        sample.labels().containsKey(label) || sample.labels().containsKey(EXPORTED + label));
    }

    /**
     * Returns whether a label of {@code node_uname_info} was added by node_exporter, so that it does not belong to the
     * target.
     */
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
        if (byLabels.size() == MAX_TARGETS) {
            throw new IOException("Prometheus has more than " + MAX_TARGETS + " nodes");
        }
        Target target = new Target(key);
        byLabels.put(key, target);
        byInstance
                .computeIfAbsent(key.getOrDefault("instance", ""), first -> new ArrayList<>())
                .add(target);
        return target;
    }

    /** Returns the labels of a sample that belong to its target. */
    Map<String, String> key(Sample sample) {
        Map<String, String> key = new TreeMap<>(sample.labels());
        key.keySet().retainAll(labelNames);
        return key;
    }

    /** Returns the target with exactly these labels, or else all targets that include them. */
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

    /** Returns the targets that a sample's labels may mean: those of its instance and those without one. */
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
