package io.pepper.monitor;

import io.pepper.monitor.internal.SafeText;
import io.pepper.monitor.internal.Sample;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A scrape target of Prometheus: the series with the same labels. Two targets may be one board, and one target may be
 * two boards.
 */
final class Target {
    final Map<String, String> labels;

    /** The labels of each {@code node_uname_info} series of this target. */
    final List<Map<String, String>> systems = new ArrayList<>();

    /** The current names of its systems; those of the last hour if there is no current one. */
    final TreeSet<String> nodeNames = new TreeSet<>();

    final Map<Fact, List<Sample>> facts = new EnumMap<>(Fact.class);

    /** Seconds since the last scrape. */
    OptionalDouble age = OptionalDouble.empty();

    /** Seconds by which its newest sample is ahead of Prometheus' clock; negative if it is in the past. */
    OptionalDouble ahead = OptionalDouble.empty();

    /** True if its name is from the last hour and there is no current one. */
    boolean gone;

    /** True if Prometheus fails to scrape it. */
    boolean down;

    /** Number of recent counter resets. */
    double resets;

    Target(Map<String, String> labels) {
        this.labels = labels;
    }

    /** Returns the instruction set that its system reports; empty if its systems differ, or report none. */
    Optional<String> machine() {
        List<String> machines = systems.stream()
                .flatMap(labels -> Optional.ofNullable(labels.get("machine")).stream())
                .distinct()
                .toList();
        return machines.size() == 1 ? Optional.of(machines.get(0)) : Optional.empty();
    }

    boolean isMixed() {
        return resets > BoardFinder.MAX_RESETS || (!gone && nodeNames.size() > 1);
    }

    /** Returns whether the target has all of these labels. */
    boolean has(Map<String, String> some) {
        return labels.entrySet().containsAll(some.entrySet());
    }

    /** Returns the age of its values, in seconds. If its clock is ahead, its current values are that much older. */
    double secondsOld() {
        return Math.max(0, Math.max(age.orElse(0), ahead.orElse(0)));
    }

    OptionalDouble number(Fact fact) {
        List<Sample> samples = facts.getOrDefault(fact, List.of());
        return samples.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(samples.get(0).value());
    }

    /** Returns the labels in Prometheus's syntax. */
    static String shown(Map<String, String> labels) {
        return labels.entrySet().stream()
                .map(label -> SafeText.of(label.getKey()) + "=\"" + SafeText.of(label.getValue()) + "\"")
                .collect(Collectors.joining(", ", "{", "}"));
    }

    /** Returns the labels that another target lacks or has with another value. */
    static Map<String, String> differing(Map<String, String> labels, Map<String, String> others) {
        Map<String, String> differing = new TreeMap<>(labels);
        differing.entrySet().removeAll(others.entrySet());
        return differing;
    }

    @Override
    public String toString() {
        return shown(labels);
    }
}
