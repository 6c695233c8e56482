package io.pepper.monitor;

import io.pepper.monitor.internal.SafeText;
import io.pepper.monitor.internal.Sample;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What Prometheus scrapes: the series that have the same labels. Two of them may be one board, and one may be two boards. */
final class Target {
    final Map<String, String> labels;

    /** What {@code node_uname_info} says of it, one for each that was seen. */
    final List<Map<String, String>> systems = new ArrayList<>();

    /** The names that its systems have now, or had within the last hour if none has one now. */
    final TreeSet<String> nodeNames = new TreeSet<>();

    final Map<Fact, List<Sample>> facts = new EnumMap<>(Fact.class);

    /** Seconds since it was scraped. */
    OptionalDouble age = OptionalDouble.empty();

    /** By how many seconds its newest sample is ahead of Prometheus' clock; below 0 if that is of the past. */
    OptionalDouble ahead = OptionalDouble.empty();

    /** Whether its name is one of the last hour, and of now there is nothing. */
    boolean gone;

    /** Whether Prometheus tries to scrape it and cannot. */
    boolean down;

    /** How often its counters went back lately. */
    double resets;

    Target(Map<String, String> labels) {
        this.labels = labels;
    }

    boolean isMixed() {
        return resets > BoardFinder.MOST_RESETS || (!gone && nodeNames.size() > 1);
    }

    /** Whether it has these labels, perhaps among others. */
    boolean has(Map<String, String> some) {
        return labels.entrySet().containsAll(some.entrySet());
    }

    /** How old its values are: of a clock that is ahead, what is told of now was scraped before. */
    double secondsOld() {
        return Math.max(0, Math.max(age.orElse(0), ahead.orElse(0)));
    }

    OptionalDouble number(Fact fact) {
        List<Sample> samples = facts.getOrDefault(fact, List.of());
        return samples.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(samples.get(0).value());
    }

    /** The labels as Prometheus writes them. */
    static String shown(Map<String, String> labels) {
        return labels.entrySet().stream()
                .map(label -> SafeText.of(label.getKey()) + "=\"" + SafeText.of(label.getValue()) + "\"")
                .collect(Collectors.joining(", ", "{", "}"));
    }

    /** Those of some labels that another target has not, or has with another value. */
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
